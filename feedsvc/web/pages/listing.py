"""Documents become feeds and feeds become groups, as the index shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from feedsvc.feeds.catalog import own_title
from feedsvc.model import LIST, SITE, FeedFacts, Representation
from feedsvc.web.pages.search import haystack

FORMATS = {"atom": "Atom", "rss": "RSS", "json": "JSON"}
FeedKey = tuple[str, str]

_KINDS = ("site", "category", "tag", "author", "language", "collection", "feed")


class Document(NamedTuple):
    """One format of a feed; ``href`` is relative to the index."""

    format: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as the index shows it: ``title`` in full, and ``name`` without the site's before it.

    ``page`` is the relative address of a page of its own, empty for none; ``facts`` may be unknown. ``hay`` is what
    a search looks into.
    """

    kind: str
    title: str
    name: str
    documents: tuple[Document, ...]
    facts: FeedFacts | None
    hay: str
    page: str = ""


class Group(NamedTuple):
    """The feeds of one kind."""

    kind: str
    feeds: tuple[Feed, ...]


def list_feeds(
    representations: Iterable[Representation],
    facts: Mapping[FeedKey, FeedFacts],
    site_title: str,
    pages: Mapping[FeedKey, str] = MappingProxyType({}),
) -> tuple[Feed, ...]:
    """Gather documents into feeds: that of the site first, then by kind and title. Aliases and lists are left out.

    ``pages`` are the decoded URL paths of the feeds' own pages.
    """
    kinds, formats = list(_KINDS), list(FORMATS)

    def rank(names: list[str], name: str) -> tuple[int, str]:
        return (names.index(name) if name in names else len(names), name)

    def order(each: Representation) -> tuple[object, ...]:
        kind, key = each.feed
        return (rank(kinds, kind), each.title.casefold(), key, rank(formats, each.format), each.path)

    shown = (each for each in representations if not each.alias_of and each.feed[0] != LIST)
    by_feed = groupby(sorted(shown, key=order), key=lambda each: each.feed)
    return tuple(
        _make_feed(list(documents), facts.get(feed), site_title, pages.get(feed, "")) for feed, documents in by_feed
    )


def group_feeds(feeds: Sequence[Feed]) -> tuple[Group, ...]:
    """Return the feeds by kind, in the order in which they come."""
    return tuple(Group(kind, tuple(of_kind)) for kind, of_kind in groupby(feeds, key=lambda feed: feed.kind))


def _make_feed(documents: list[Representation], facts: FeedFacts | None, site_title: str, page: str) -> Feed:
    kind, key = documents[0].feed
    title = documents[0].title
    name = title if (kind, key) == SITE else own_title(title, site_title)
    return Feed(
        kind=kind,
        title=title,
        name=name,
        documents=tuple(
            Document(FORMATS.get(each.format, each.format), quote(each.path[1:]), each.media_type) for each in documents
        ),
        facts=facts,
        page=quote(page[1:]),
        hay=haystack(name, key, facts.subtitle if facts else ""),
    )
