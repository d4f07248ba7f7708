"""`feedsvc autodiscovery`: the links to feeds that belong into the head of a site's own pages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from feedsvc.cli.state import State

if TYPE_CHECKING:
    from feedsvc.model import Representation


@click.command()
@click.option("--category", "categories", multiple=True, metavar="TERM", help="The feed of this category too.")
@click.option("--all", "everything", is_flag=True, help="Every feed there is.")
@click.pass_obj
def autodiscovery(state: State, categories: tuple[str, ...], *, everything: bool) -> None:
    """Print the <link> lines by which browsers and readers find the feeds, for the <head> of a site's own templates.

    The site's feed comes first; of each feed, the format that [feeds] formats names first. What is printed is what the
    last build published.
    """
    from feedsvc.feeds.autodiscovery import list_links
    from feedsvc.model import LIST, SITE
    from feedsvc.publish.store import load_manifest

    settings = state.settings()
    published = load_manifest(settings.publish.dir).representations.values()
    documents = [each for each in published if each.feed[0] != LIST]
    wanted = {SITE, *_keys(categories, documents)}
    chosen = [each for each in documents if everything or each.feed in wanted]
    for line in list_links(chosen, settings.feeds_url, settings.feeds.formats):
        click.echo(line)


def _keys(categories: Iterable[str], documents: Iterable[Representation]) -> list[tuple[str, str]]:
    """Return the feeds of categories, as posts name them. Raises BadParameter for one that has none."""
    from feedsvc.posts.terms import term_key

    known = {key for kind, key in (each.feed for each in documents) if kind == "category"}
    keys = [(each, term_key(each)) for each in categories]
    for category, key in keys:
        if key not in known:
            near = get_close_matches(key, sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            message = f"no feed of a category {category!r} is published{hint}"
            raise click.BadParameter(message, param_hint="--category")
    return [("category", key) for _, key in keys]
