"""`feedsvc status`: what is published, what was rejected, and when the next run is."""

from __future__ import annotations

import json
from typing import Any

import click

from feedsvc.cli.state import State
from feedsvc.report import Rejected


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
@click.pass_obj
def status(state: State, *, as_json: bool) -> None:
    """Tell what is published: feeds, entries, last build, rejected posts, next run."""
    from feedsvc.publish.store import load_previous
    from feedsvc.status import STATUS_FILE, read_status

    settings = state.settings()
    known: dict[str, Any] = read_status(settings.state.dir / STATUS_FILE)
    manifest = load_previous(settings.publish.dir)
    feeds = [
        {"path": each.path, "title": each.title, "entries": each.entry_count}
        for each in manifest.representations.values()
        if not each.alias_of
    ]
    if as_json:
        click.echo(json.dumps({"snapshot": manifest.snapshot, "documents": feeds, **known}, ensure_ascii=False))
        return
    _print_for_people(feeds, manifest.snapshot, known)


def _print_for_people(feeds: list[dict[str, Any]], snapshot: str, known: dict[str, Any]) -> None:
    build = known.get("last_build") or {}
    click.echo(f"edition    {snapshot or 'none yet; run `feedsvc build`'}")
    click.echo(f"last build {known.get('built_at', 'none')}")
    if known.get("error"):
        click.echo(f"failed     {known['error']['at']}: {known['error']['message']}")
    click.echo(f"next run   {known.get('next_run') or 'not scheduled (feedsvc serve is not running)'}")
    click.echo(f"posts      {build.get('posts', 0)} live, {len(build.get('rejected', ()))} rejected")
    for rejected in build.get("rejected", ()):
        click.echo(f"  {Rejected(**rejected)}")
    click.echo(f"documents  {len(feeds)}")
    width = max((len(feed["path"]) for feed in feeds), default=0)
    for feed in feeds:
        click.echo(f"  {feed['path']:<{width}}  {feed['entries']:>5} entries  {feed['title']}")
