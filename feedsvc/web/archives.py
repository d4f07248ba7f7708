"""Pages of archives (RFC 5005) as they are served: found by address alone, read when asked for, none held in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from feedsvc.feeds.archive import page_path, parse_page_path
from feedsvc.model import Representation, Snapshot
from feedsvc.publish.archive import StoredPage
from feedsvc.web.answers import Resource, describe_feed
from feedsvc.web.freshness import Freshness
from feedsvc.web.moves import MOVED_MAX_AGE, Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Archives:
    """How a page is read, by its path and the feed document of whose archive it is, and for how long it may be kept.

    ``read_moved`` returns, for the path of a feed document, old name -> name of pages that moved.
    """

    read_page: Callable[[str, Representation], StoredPage | None]
    freshness: Freshness
    read_moved: Callable[[str], Mapping[str, str]] = lambda _: {}

    def find(self, snapshot: Snapshot, path: str) -> StoredPage | None:
        """Return the page at a path, of the archive of a feed that is published."""
        document = _find_document(snapshot, path)
        return self.read_page(path, document) if document else None

    def find_move(self, snapshot: Snapshot, path: str) -> Move | None:
        """Return where the page is that holds what the one at ``path`` ended with."""
        document, parts = _find_document(snapshot, path), parse_page_path(path)
        if document is None or parts is None:
            return None
        target = page_path(document.path, self.read_moved(document.path).get(parts[1], ""))
        return Move(location=quote(target), max_age=MOVED_MAX_AGE) if self.find(snapshot, target) else None

    def is_coming(self, snapshot: Snapshot, path: str) -> bool:
        """Say whether the feed leads to the page at a path: then it is about to be written."""
        document, parts = _find_document(snapshot, path), parse_page_path(path)
        if document is None or parts is None:
            return False
        return f"/archive/{parts[1]}/".encode() in snapshot.read_body(document.path, "identity")

    def describe(self, page: StoredPage, now: datetime) -> Resource:
        """Return a page as a resource; what comes next in the feed does not change it."""
        cache_control = self.freshness.cache_control(now, None)
        return describe_feed(page.representation, cache_control=cache_control, now=now)


def _find_document(snapshot: Snapshot, path: str) -> Representation | None:
    """Return the feed document of whose archive ``path`` may be a page, or None.

    So a page's path is made of one that is published and 16 hexadecimal digits, whatever was asked for.
    """
    parts = parse_page_path(path)
    document = snapshot.representations.get(parts[0]) if parts else None
    return None if document is None or document.alias_of else document
