"""The pages of feeds, made when somebody first asks for one of an edition; those asked for last are held."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from feedsvc.feeds.reading import PREFERRED, has_archive, read_document
from feedsvc.model import Representation, Snapshot
from feedsvc.web.answers import Resource
from feedsvc.web.feedplaces import FeedKey, FeedPlaces, find_places, is_gone
from feedsvc.web.moves import Move
from feedsvc.web.navigation import put_in_place
from feedsvc.web.pages.feed import MOST_ENTRIES, frame_sources, render_feed_page
from feedsvc.web.pages.layout import PageFacts
from feedsvc.web.pages.page import Page, content_security_policy, make_page

logger = logging.getLogger(__name__)

MEMORY = 8 * 1024 * 1024
"""Bytes of pages to hold, in all their codings; one of 50 long entries takes some 700 kB."""


@dataclass(slots=True)
class _Edition:
    """What is known of an edition: where its pages are, and those that were made, last asked for last."""

    snapshot: Snapshot
    places: FeedPlaces
    pages: OrderedDict[str, Page] = field(default_factory=OrderedDict)
    size: int = 0


class FeedPages:
    """The pages of the newest edition that was asked about. Safe to use from many threads.

    ``frame_hosts`` are those whose films posts may show, ``readers`` those to open a feed in. Threads that come at
    once may make a page twice, to the same bytes. A page is made of a document that readers get, and raises what
    reading its body raises.
    """

    def __init__(
        self, facts: PageFacts, *, frame_hosts: Collection[str] = (), readers: Sequence[str] = (), memory: int = MEMORY
    ) -> None:
        self._facts = facts
        self._frame_hosts = tuple(frame_hosts)
        self._readers = tuple(readers)
        self._memory = memory
        # Pictures and sound of posts come from wherever their authors have them; the page's own parts only from here.
        anywhere = "https:" if facts.server_url.startswith("https:") else "http: https:"
        self._policy = content_security_policy(img=anywhere, media=anywhere, frame=frame_sources(frame_hosts))
        self._lock = threading.Lock()
        self._edition: _Edition | None = None

    def paths(self, snapshot: Snapshot) -> Mapping[FeedKey, str]:
        """Return the paths of the feeds' pages by kind and key."""
        return self._know(snapshot).places.paths

    def find(self, snapshot: Snapshot, path: str, cache_control: str) -> tuple[Page, Resource] | None:
        """Return the page that has its address at ``path``, and how it is answered; None where there is none."""
        edition = self._know(snapshot)
        feed = edition.places.feeds.get(path)
        page = self._get(edition, path, edition.places.documents[feed]) if feed else None
        return (page, replace(page.resource, cache_control=cache_control)) if page else None

    def find_in_place(self, snapshot: Snapshot, representation: Representation) -> tuple[Page, Resource] | None:
        """Return the page of the feed that a document is of, as it is answered at the document's own address.

        None where the document is of no feed, or cannot be read.
        """
        edition = self._know(snapshot)
        documents = edition.places.documents.get(representation.feed)
        page = self._get(edition, representation.path, documents) if documents else None
        return (page, put_in_place(page.resource)) if page else None

    def find_move(self, snapshot: Snapshot, path: str) -> Move | None:
        """Return where the page is that somebody looks for at ``path``, which is none."""
        return self._know(snapshot).places.find_move(snapshot, path)

    def is_gone(self, snapshot: Snapshot, path: str) -> bool:
        """Say whether a feed had its page at ``path``, which is none now."""
        return is_gone(snapshot, path)

    def _know(self, snapshot: Snapshot) -> _Edition:
        edition = self._edition
        if edition is None or edition.snapshot is not snapshot:
            edition = _Edition(snapshot, find_places(snapshot.representations.values()))
            self._edition = edition
        return edition

    def _get(self, edition: _Edition, path: str, documents: tuple[Representation, ...]) -> Page | None:
        with self._lock:
            page = edition.pages.get(path)
            if page is not None:
                edition.pages.move_to_end(path)
                return page
        page = self._make(edition, path, documents)
        if page is not None:
            self._hold(edition, path, page)
        return page

    def _hold(self, edition: _Edition, path: str, page: Page) -> None:
        with self._lock:
            if path in edition.pages:
                return
            edition.pages[path] = page
            edition.size += _weigh(page)
            while edition.size > self._memory:
                edition.size -= _weigh(edition.pages.popitem(last=False)[1])

    def _make(self, edition: _Edition, path: str, documents: tuple[Representation, ...]) -> Page | None:
        read_body = edition.snapshot.read_body
        source = min(documents, key=lambda each: PREFERRED.index(each.format))
        try:
            read = read_document(source.format, read_body(source.path, "identity"), MOST_ENTRIES)
        except ValueError as error:
            logger.warning("%s cannot be shown as a page: %s", source.path, error)
            return None
        text = render_feed_page(
            self._facts,
            edition.places,
            documents,
            read,
            path=path,
            archived=any(has_archive(each.format, read_body(each.path, "identity")) for each in documents),
            frame_hosts=self._frame_hosts,
            readers=self._readers,
        )
        return make_page(text, cache_control="no-store", policy=self._policy)


def _weigh(page: Page) -> int:
    return sum(map(len, page.bodies.values()))
