"""Pages for people: the index of every feed, made once for each edition and kept in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from feedsvc.model import Representation, Snapshot
from feedsvc.web.pages.layout import Alternate, PageFacts, render_page
from feedsvc.web.pages.page import Page, make_page

_FORMATS = {"atom": "Atom", "rss": "RSS", "json": "JSON"}
_KINDS = ("site", "category", "tag", "author", "language", "collection", "feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One format of a feed as the index links to it; ``href`` is relative to the index."""

    format: str
    href: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as the index shows it."""

    title: str
    entry_count: int
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The feeds of one kind."""

    kind: str
    feeds: tuple[Feed, ...]


def group_feeds(representations: Iterable[Representation]) -> tuple[Group, ...]:
    """Gather documents into feeds and feeds into kinds: the site first, then by kind and title; aliases left out."""
    kinds, formats = list(_KINDS), list(_FORMATS)

    def rank(names: list[str], name: str) -> tuple[int, str]:
        return (names.index(name) if name in names else len(names), name)

    def order(each: Representation) -> tuple[object, ...]:
        kind, key = each.feed
        return (rank(kinds, kind), each.title.casefold(), key, rank(formats, each.format), each.path)

    documents = sorted((each for each in representations if not each.alias_of), key=order)
    groups = []
    for kind, of_kind in groupby(documents, key=lambda each: each.feed[0]):
        feeds = tuple(_make_feed(list(of_feed)) for _, of_feed in groupby(of_kind, key=lambda each: each.feed))
        groups.append(Group(kind=kind, feeds=feeds))
    return tuple(groups)


def _make_feed(documents: list[Representation]) -> Feed:
    return Feed(
        title=documents[0].title,
        entry_count=documents[0].entry_count,
        documents=tuple(
            Document(
                format=_FORMATS.get(each.format, each.format), href=quote(each.path[1:]), media_type=each.media_type
            )
            for each in documents
        ),
    )


def render_index(facts: PageFacts, representations: Iterable[Representation]) -> str:
    """Render the index as HTML: a heading, every feed with its formats, and a link to each for autodiscovery."""
    groups = group_feeds(representations)
    return render_page(
        facts,
        "index.html",
        path="/",
        title=facts.words("page.feeds", site=facts.title),
        description=facts.description,
        alternates=[
            Alternate(href=document.href, media_type=document.media_type, title=f"{feed.title} ({document.format})")
            for group in groups
            for feed in group.feeds
            for document in feed.documents
        ],
        groups=groups,
    )


class IndexPages:
    """The index of the newest edition, rendered when it is first asked for after that edition came."""

    def __init__(self, facts: PageFacts, *, max_age: int) -> None:
        self._facts = facts
        self._max_age = max_age
        self._latest: tuple[Snapshot, Page] | None = None

    def get(self, snapshot: Snapshot) -> Page:
        """Return the index of ``snapshot``. Threads that come at once may render it twice, to the same bytes."""
        latest = self._latest
        if latest is None or latest[0] is not snapshot:
            text = render_index(self._facts, snapshot.representations.values())
            latest = (snapshot, make_page(text, cache_control=f"public, max-age={self._max_age}"))
            self._latest = latest
        return latest[1]
