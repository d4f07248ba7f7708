"""The index: every feed there is, to be found, looked at and subscribed to.

A page of it holds ``MOST`` feeds. The first one is made once for each edition and kept; others, and what a search
finds, are made when they are asked for, in time and size that ``MOST`` bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from feedsvc.model import LIST, SITE, FeedFacts, Snapshot
from feedsvc.web.pages.chart import HEIGHT, WIDTH, draw_bars, weekly_counts
from feedsvc.web.pages.layout import Alternate, PageFacts, render_page
from feedsvc.web.pages.listing import Feed, group_feeds, list_feeds
from feedsvc.web.pages.page import HTML, Page, content_security_policy, make_page
from feedsvc.web.pages.readers import ReaderLink, reader_links
from feedsvc.web.pages.search import MAX_QUERY, matches

MOST = 500
"""Feeds on one page."""

# Of a page with more feeds, readers would offer a list that nobody chooses from.
_MOST_DISCOVERED = 50
_FORM = content_security_policy(form=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which feeds somebody wants to see: those that a query means, and the number of the page, 1 for the first."""

    query: str = ""
    page: int = 1


def read_wish(query: str, page: str) -> Wish:
    """Return what a query string asks for, whatever it says."""
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1
    return Wish(query=" ".join(query[:MAX_QUERY].split()), page=max(1, number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What the index knows of one edition: its feeds in order, the newest week of any, and the lists of all feeds."""

    feeds: tuple[Feed, ...] = field(repr=False)
    newest: int
    lists: tuple[str, ...]


PagesOf = Callable[[Snapshot], Mapping[tuple[str, str], str]]
"""Returns the decoded URL paths of the pages that single feeds have, by kind and key."""


def make_catalog(snapshot: Snapshot, site_title: str, pages_of: PagesOf = lambda _: {}) -> Catalog:
    """Look an edition through."""
    return Catalog(
        feeds=list_feeds(snapshot.representations.values(), snapshot.feeds, site_title, pages_of(snapshot)),
        newest=max((facts.week for facts in snapshot.feeds.values()), default=0),
        lists=tuple(sorted(each.feed[1] for each in snapshot.representations.values() if each.feed[0] == LIST)),
    )


def render_index(facts: PageFacts, catalog: Catalog, wish: Wish, readers: tuple[str, ...]) -> str:
    """Render a page of the index as HTML."""
    found = [feed for feed in catalog.feeds if matches(wish.query, feed.hay)] if wish.query else catalog.feeds
    pages = max(1, -(-len(found) // MOST))
    number = min(wish.page, pages)
    shown = found[(number - 1) * MOST : number * MOST]
    discovered = shown if len(shown) <= _MOST_DISCOVERED else [each for each in shown if each.kind == SITE[0]]
    site = next((each.facts for each in catalog.feeds if each.kind == SITE[0]), None)
    return render_page(
        facts,
        "index.html",
        path="/",
        title=facts.words("page.feeds", site=facts.title),
        description=facts.description,
        alternates=[
            Alternate(href=document.href, media_type=document.media_type, title=f"{feed.title} ({document.format})")
            for feed in discovered
            for document in feed.documents
        ],
        groups=group_feeds(shown),
        query=wish.query,
        found=len(found),
        total=len(catalog.feeds),
        whole=pages == 1 and not wish.query,
        number=number,
        pages=pages,
        has_opml="opml" in catalog.lists,
        cards=_Cards(facts=facts, newest=catalog.newest, readers=readers, site=site),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cards:
    """What the template asks about one feed at a time."""

    facts: PageFacts
    newest: int
    readers: tuple[str, ...]
    site: FeedFacts | None
    width: int = WIDTH
    height: int = HEIGHT

    def address(self, feed: Feed) -> str:
        """Return the absolute URL to subscribe to."""
        return f"{self.facts.server_url}/{feed.documents[0].href}"

    def links(self, feed: Feed) -> tuple[ReaderLink, ...]:
        return reader_links(self.address(feed), self.readers)

    def description(self, feed: Feed) -> str:
        """Return what is said of this feed alone: the site's own description stands above all of them."""
        subtitle = feed.facts.subtitle if feed.facts else ""
        return "" if self.site and subtitle == self.site.subtitle else subtitle

    def counts(self, feed: Feed) -> tuple[int, ...]:
        return weekly_counts(feed.facts, self.newest) if feed.facts else ()

    def bars(self, counts: tuple[int, ...]) -> str:
        return draw_bars(counts)


class IndexPages:
    """The index of the newest edition; its first page is rendered when it is first asked for after that edition came.

    ``readers`` are as in ``[web] readers``; ``max_age`` is in seconds.
    """

    def __init__(
        self, facts: PageFacts, *, max_age: int, readers: tuple[str, ...] = (), pages_of: PagesOf = lambda _: {}
    ) -> None:
        self._facts = facts
        self._max_age = max_age
        self._readers = readers
        self._pages_of = pages_of
        self._latest: tuple[Snapshot, Catalog, Page] | None = None

    def get(self, snapshot: Snapshot, wish: Wish | None = None) -> Page:
        """Return a page of ``snapshot``'s index. Threads that come at once may render it twice, to the same bytes."""
        latest = self._latest
        if latest is None or latest[0] is not snapshot:
            catalog = make_catalog(snapshot, self._facts.title, self._pages_of)
            text = render_index(self._facts, catalog, Wish(), self._readers)
            page = make_page(text, cache_control=f"public, max-age={self._max_age}", policy=_FORM)
            latest = self._latest = (snapshot, catalog, page)
        if wish is None or wish == Wish():
            return latest[2]
        text = render_index(self._facts, latest[1], wish, self._readers)
        return make_page(text, content_type=HTML, cache_control="no-store", policy=_FORM, coded=False)
