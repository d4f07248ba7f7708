"""The archives as they are planned: which pages each feed's past is cut into, and which of them are to be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from feedsvc.database import Database
from feedsvc.model import SITE

SCHEMA = """
CREATE TABLE archive_feeds (
    kind TEXT, key TEXT, documents TEXT NOT NULL, shown INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE archive_pages (
    kind TEXT, key TEXT, last INTEGER, last_name TEXT, name TEXT NOT NULL, closed INTEGER NOT NULL,
    stale INTEGER NOT NULL, PRIMARY KEY (kind, key, last, last_name)) WITHOUT ROWID;
CREATE INDEX archive_pages_stale ON archive_pages (last, last_name, kind, key) WHERE stale;
"""

FeedKey = tuple[str, str]
Position = tuple[int, str]
"""Microseconds since the epoch at which a post was published, and its name key."""

_BATCH = 256
# Before and behind all positions.
_START: Position = (-(2**63), "")
_END: Position = (2**63 - 1, "")
_BETWEEN = "FROM archive_pages WHERE kind=? AND key=? AND (last, last_name) > (?, ?) AND (last, last_name) <= (?, ?)"
_ENTRIES = {
    True: "SELECT published, name_key, id, path FROM posts WHERE live_at IS NOT NULL",
    # Joined by where they stand, for which an index holds all that is asked for: no page with a post's text is read.
    False: "SELECT t.published, t.name_key, posts.id, posts.path FROM post_terms AS t CROSS JOIN posts"
    " ON posts.published=t.published AND posts.name_key=t.name_key AND posts.live_at IS NOT NULL"
    " WHERE t.kind=? AND t.key=?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPage:
    """A page of a feed: its name, and the position it ends with.

    ``previous`` names the page before it and ``after`` is where that ends; empty and None where there is none.
    """

    feed: FeedKey
    name: str
    last: Position
    previous: str = ""
    after: Position | None = None


class Archives:
    """The tables of the feeds with archives and of their pages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget(self) -> None:
        """Have everything planned and written anew."""
        self._database.execute("DELETE FROM archive_feeds")
        self._database.execute("DELETE FROM archive_pages")

    def mark_stale(self) -> None:
        """Have every page written again, as the tree is not the one that was left."""
        self._database.execute(
            "UPDATE archive_pages SET stale=1 WHERE (kind, key) IN (SELECT kind, key FROM archive_feeds WHERE shown)"
        )

    def feeds(self) -> dict[FeedKey, tuple[str, ...]]:
        """Return the paths of the documents that have archives, by feed."""
        rows = self._database.rows("SELECT kind, key, documents FROM archive_feeds ORDER BY kind, key")
        return {(kind, key): tuple(documents.split("\n")) for kind, key, documents in rows}

    def add_feed(self, feed: FeedKey, documents: Iterable[str]) -> None:
        """Begin the archive of a feed; its pages are written once it is known that a document does not hold all."""
        self._database.execute("INSERT INTO archive_feeds VALUES (?, ?, ?, 0)", (*feed, "\n".join(documents)))

    def drop_feed(self, feed: FeedKey) -> None:
        """Forget the archive of a feed that is not published any more."""
        for table in ("feeds", "pages"):
            self._database.execute(f"DELETE FROM archive_{table} WHERE kind=? AND key=?", feed)  # noqa: S608 (names)

    def is_shown(self, feed: FeedKey) -> bool:
        """Tell whether the archive holds entries that the feed's documents do not."""
        row = self._database.row("SELECT shown FROM archive_feeds WHERE kind=? AND key=?", feed)
        return bool(row and row[0])

    def put_shown(self, feed: FeedKey, *, shown: bool) -> None:
        """Remember whether the feed's documents lead to its archive; then all its pages are to be written, or none."""
        self._database.execute("UPDATE archive_feeds SET shown=? WHERE kind=? AND key=?", (shown, *feed))
        self._database.execute("UPDATE archive_pages SET stale=? WHERE kind=? AND key=?", (shown, *feed))

    def start_of(self, feed: FeedKey, position: Position) -> Position | None:
        """Return where the last page ends that ends before a position; None: there is none."""
        row = self._page_before(feed, position)
        return (row[0], row[1]) if row else None

    def _page_before(self, feed: FeedKey, position: Position) -> tuple[int, str, str] | None:
        row: tuple[int, str, str] | None = self._database.row(
            "SELECT last, last_name, name FROM archive_pages"
            " WHERE kind=? AND key=? AND (last, last_name) < (?, ?) AND closed"
            " ORDER BY last DESC, last_name DESC LIMIT 1",
            (*feed, *position),
        )
        return row

    def is_end(self, feed: FeedKey, last: Position, name: str) -> bool:
        """Tell whether a closed page of this name ends there."""
        row = self._database.row(
            "SELECT 1 FROM archive_pages WHERE kind=? AND key=? AND last=? AND last_name=? AND name=? AND closed",
            (*feed, *last, name),
        )
        return row is not None

    def entries(
        self, feed: FeedKey, after: Position | None = None, until: Position | None = None
    ) -> Iterator[tuple[Position, str, str]]:
        """Yield position, id and path of a feed's live posts behind ``after`` up to ``until``, oldest first."""
        site = feed == SITE
        table, values = ("", ()) if site else ("t.", feed)
        rank = f"{table}published, {table}name_key"
        query = f"{_ENTRIES[site]} AND ({rank}) > (?, ?) ORDER BY {rank} LIMIT {_BATCH}"
        after = after or _START
        while True:
            # A batch at a time: the caller may stop, and a million rows need not be in memory.
            rows = self._database.rows(query, (*values, *after))
            for published, name_key, id_, path in rows:
                after = (published, name_key)
                if until is not None and after > until:
                    return
                yield after, id_, path
            if len(rows) < _BATCH:
                return

    def paths_of(self, page: PlannedPage) -> list[str]:
        """Return the paths of a page's posts, oldest first."""
        return [path for _, _, path in self.entries(page.feed, page.after, page.last)]

    def pages_between(
        self, feed: FeedKey, after: Position | None = None, until: Position | None = None
    ) -> dict[str, Position]:
        """Return name -> end of the pages that end behind ``after`` and not behind ``until``; None: wherever."""
        values = (*feed, *(after or _START), *(until or _END))
        rows = self._database.rows(f"SELECT name, last, last_name {_BETWEEN} ORDER BY last, last_name", values)
        return {name: (last, last_name) for name, last, last_name in rows}

    def page_at(self, feed: FeedKey, position: Position) -> str:
        """Return the name of the page that holds what stands at a position, or follows it; else the newest's."""
        row = self._database.row(
            "SELECT name FROM archive_pages WHERE kind=? AND key=? AND (last, last_name) >= (?, ?)"
            " ORDER BY last, last_name LIMIT 1",
            (*feed, *position),
        )
        return row[0] if row else self.newest(feed)

    def drop_between(self, feed: FeedKey, after: Position | None, until: Position | None) -> None:
        """Forget those pages."""
        self._database.execute(f"DELETE {_BETWEEN}", (*feed, *(after or _START), *(until or _END)))

    def add_page(self, feed: FeedKey, name: str, last: Position, *, closed: bool) -> None:
        """Plan a page; it is to be written if the feed's archive is shown."""
        values = (*feed, *last, name, closed, self.is_shown(feed))
        self._database.execute("INSERT INTO archive_pages VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def newest(self, feed: FeedKey) -> str:
        """Return the name of the newest page of a feed, or an empty string."""
        row = self._database.row(
            "SELECT name FROM archive_pages WHERE kind=? AND key=? ORDER BY last DESC, last_name DESC LIMIT 1", feed
        )
        return row[0] if row else ""

    def stale_feeds(self) -> dict[FeedKey, int]:
        """Return how many pages are to be written, for each feed that has some."""
        rows = self._database.rows("SELECT kind, key, count(*) FROM archive_pages WHERE stale GROUP BY kind, key")
        return {(kind, key): number for kind, key, number in rows}

    def stale_pages(self) -> Iterator[PlannedPage]:
        """Yield the pages that are to be written, oldest first: what a page leads to is there before it is."""
        stale = (
            "SELECT kind, key, last, last_name, name FROM archive_pages WHERE stale"
            " AND (last, last_name, kind, key) > (?, ?, ?, ?) ORDER BY last, last_name, kind, key LIMIT 1"
        )
        last, feed = _START, ("", "")
        while row := self._database.row(stale, (*last, *feed)):
            feed, last = (row[0], row[1]), (row[2], row[3])
            past = self._page_before(feed, last)
            planned = PlannedPage(feed=feed, name=row[4], last=last)
            yield replace(planned, previous=past[2], after=past[:2]) if past else planned

    def note_written(self, page: PlannedPage) -> None:
        """Take note that a page is in the tree."""
        self._database.execute(
            "UPDATE archive_pages SET stale=0 WHERE kind=? AND key=? AND last=? AND last_name=?",
            (*page.feed, *page.last),
        )
