"""What the owner says of single feeds, over what is said of all: the tables ``[category."…"]`` and ``[[feed]]``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from feedsvc.feeds.footer import Footer, Slot, read_template
from feedsvc.feeds.rules import RenderRules
from feedsvc.feeds.selection import SelectionRules
from feedsvc.feeds.stylesheet import stylesheet_href
from feedsvc.model import Post, TermInUse

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.config.feedoptions import FeedTable, NamedFeed, Selector
    from feedsvc.feeds.catalog import FeedWords
    from feedsvc.index.posts import FeedKey
    from feedsvc.posts.membership import FeedRule
    from feedsvc.posts.membership import Selector as PostSelector

OWN = "feed"
"""The kind of the feeds that ``[[feed]]`` tables make."""

_KINDS = ("category", "tag", "author", "language", "collection")


def feed_kinds(settings: Settings) -> tuple[str, ...]:
    """Return the kinds of terms that get feeds, in the order in which the feeds are listed."""
    return (*settings.feeds.by, OWN) if settings.feed else settings.feeds.by


def selection_rules(settings: Settings, feed: FeedKey) -> SelectionRules:
    """Return how much of its past a feed holds. Of two limits that contradict, the one of the feed's own table wins."""
    table = find_table(settings, feed)
    least, most = _option(settings, table, "min_entries"), _option(settings, table, "max_entries")
    if table and "max_entries" in table.model_fields_set:
        least = min(least, most)
    return SelectionRules(window=window_of(settings, feed), min_entries=least, max_entries=max(least, most))


def window_of(settings: Settings, feed: FeedKey) -> timedelta:
    """Return how long an entry stays in a feed at least."""
    window: timedelta = _option(settings, find_table(settings, feed), "window")
    return window


def render_rules(settings: Settings, feed: FeedKey) -> RenderRules:
    """Return how the documents of a feed are made, and the pages of its archive."""
    table = find_table(settings, feed)
    return RenderRules(
        content=_option(settings, table, "content"),
        max_bytes=_option(settings, table, "max_bytes"),
        footer=_footer(settings, _option(settings, table, "footer")),
        read_more=_option(settings, table, "read_more"),
        stylesheet=stylesheet_href(settings.feeds_url) if settings.web.browser_page else "",
        hubs=settings.websub.hubs,
    )


def _footer(settings: Settings, template: str) -> Footer | None:
    if not template.strip():
        return None
    site = settings.site
    slots = _clean_template(template, site.url + "/", settings.posts.iframes)
    return Footer(slots=slots, site_title=site.title, site_url=site.url)


@cache
def _clean_template(template: str, base: str, frame_hosts: tuple[str, ...]) -> tuple[Slot, ...]:
    """Return the slots of a closing note: it is cleaned once, for all entries and feeds."""
    from feedsvc.posts.content import clean_content

    return read_template(template, lambda html: clean_content(html, base, frame_hosts))


def feed_words(settings: Settings) -> Mapping[FeedKey, FeedWords]:
    """Return title, subtitle and formats of the feeds that have a table of their own."""
    from feedsvc.feeds.catalog import FeedWords

    return {
        feed: FeedWords(title=table.title, subtitle=table.description, formats=_option(settings, table, "formats"))
        for feed, table in _tables(settings)
    }


def archives_everything(settings: Settings) -> bool:
    """Say whether the site's feed has an archive, in which every post is that its documents do not hold."""
    return not set(settings.feeds.archives).isdisjoint(settings.feeds.formats)


def own_feeds(settings: Settings) -> tuple[TermInUse, ...]:
    """Return the feeds of ``[[feed]]`` tables: they exist, with or without posts."""
    terms = (rule.term for rule in list_rules(settings))
    return tuple(TermInUse(kind=term.kind, key=term.key, label=term.label, slug=term.slug) for term in terms)


def list_rules(settings: Settings) -> tuple[FeedRule, ...]:
    """Return the rules by which posts are put into the feeds of ``[[feed]]`` tables, in their order."""
    return tuple(map(_rule, settings.feed))


def file_anew(settings: Settings, post: Post) -> Post:
    """Return a post that an earlier build read as one of the feeds by rules that it would be in today."""
    terms = tuple(term for term in post.terms if term.kind != OWN)
    if settings.feed:
        from feedsvc.posts.membership import terms_of_feeds

        terms += terms_of_feeds(post.path, terms, list_rules(settings))
    return post if terms == post.terms else replace(post, terms=terms)


def find_idle_tables(settings: Settings, in_use: Iterable[TermInUse]) -> Iterator[str]:
    """Yield a note on each table that no feed answers to, with what is nearest to its name."""
    keys: dict[str, dict[str, str]] = {kind: {} for kind in _KINDS}
    for term in in_use:
        keys.setdefault(term.kind, {})[term.key] = term.label
    for (kind, key), _ in _tables(settings):
        if kind == OWN or (key in keys[kind] and kind in settings.feeds.by):
            continue
        if kind not in settings.feeds.by:
            yield f'[{kind}."{key}"]: there are no feeds by {kind}; add "{kind}" to [feeds] by, or remove the table'
            continue
        near = _find_nearest(key, keys[kind])
        hint = f'; the nearest that has is "{near}"' if near else ""
        yield f'[{kind}."{key}"]: no post has this {kind}, so the table does nothing{hint}'


def _find_nearest(key: str, labels: Mapping[str, str]) -> str:
    """Return the label whose key is nearest, letter by letter: a syllable of Hangul has two or three."""
    from difflib import get_close_matches
    from unicodedata import normalize

    letters = {normalize("NFD", each): label for each, label in labels.items()}
    near = get_close_matches(normalize("NFD", key), sorted(letters), n=1, cutoff=0)
    return letters[near[0]] if near else ""


def find_table(settings: Settings, feed: FeedKey) -> FeedTable | None:
    """Return a feed's own table, if it has one."""
    kind, key = feed
    if kind == OWN:
        return next((table for (_, own), table in _tables(settings, (OWN,)) if own == key), None)
    return getattr(settings, kind).get(key) if kind in _KINDS else None


def _tables(settings: Settings, kinds: Iterable[str] = (*_KINDS, OWN)) -> Iterator[tuple[FeedKey, FeedTable]]:
    for kind in kinds:
        if kind != OWN:
            yield from (((kind, key), table) for key, table in getattr(settings, kind).items())
        elif settings.feed:
            from feedsvc.posts.terms import term_key

            yield from (((OWN, term_key(table.name)), table) for table in settings.feed)


def _option(settings: Settings, table: FeedTable | None, name: str) -> Any:  # noqa: ANN401 (the option's own type)
    given = table is not None and name in table.model_fields_set
    return getattr(table if given else settings.feeds, name)


def _rule(feed: NamedFeed) -> FeedRule:
    # Imported here: most sites have no such feed, and a build that finds nothing to do must not pay for them.
    from feedsvc.posts.membership import FeedRule
    from feedsvc.posts.terms import make_term

    include = tuple(map(_selector, feed.include))
    return FeedRule(term=make_term(OWN, feed.name), include=include, exclude=_selector(feed.exclude))


def _selector(selector: Selector) -> PostSelector:
    from feedsvc.posts.globs import compile_patterns
    from feedsvc.posts.membership import Selector
    from feedsvc.posts.terms import term_key

    kinds = {"category": selector.categories, "tag": selector.tags, "author": selector.authors}
    return Selector(
        terms=tuple((kind, frozenset(map(term_key, words))) for kind, words in kinds.items() if words),
        languages=tuple(each.casefold() for each in selector.languages),
        paths=compile_patterns(selector.paths, special=True) if selector.paths else None,
    )
