"""The entries that left a feed, as the ledger remembers them: what an at:deleted-entry is made of (RFC 6721).

Nothing else can tell them from entries that never were: who has one in store would keep it for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from feedsvc.database import Database
from feedsvc.model import MOST_DELETED, DeletedEntry
from feedsvc.records import from_microseconds, to_microseconds

# Beside the tables of a ledger's first layout, so that a ledger from before is read as it is.
_TABLE = (
    "CREATE TABLE IF NOT EXISTS deleted"
    " (kind TEXT, key TEXT, id TEXT, since INTEGER NOT NULL, PRIMARY KEY (kind, key, id)) WITHOUT ROWID"
)
_OF_FEED = "SELECT id, since FROM deleted WHERE kind=? AND key=? ORDER BY since DESC, id"


class DeletedEntries:
    """The table of what left, and when; feeds are ``(kind, key)``. ``changed``: it is not as it was read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.execute(_TABLE)
        self._ids = {id_ for (id_,) in database.rows("SELECT DISTINCT id FROM deleted")}
        self.changed = False

    def note(self, id_: str, feeds: Iterable[tuple[str, str]], now: datetime) -> None:
        """Remember that an entry left these feeds; one that had left already left when it did.

        So doing it again changes nothing: a build that was cut off behind it does it twice.
        """
        rows = [(*feed, id_, to_microseconds(now)) for feed in feeds]
        if rows:
            self.changed = True
            self._ids.add(id_)
            self._database.write("INSERT OR IGNORE INTO deleted VALUES (?, ?, ?, ?)", rows)

    def __bool__(self) -> bool:
        """Tell whether any entry left any feed."""
        return bool(self._ids)

    def knows(self, id_: str) -> bool:
        """Tell whether an entry left any feed."""
        return id_ in self._ids

    def forget(self, id_: str, feeds: Iterable[tuple[str, str]]) -> None:
        """Forget that an entry left these feeds: it is in them now."""
        if id_ in self._ids:
            self._remove([id_], feeds)

    def _remove(self, ids: Sequence[str], feeds: Iterable[tuple[str, str]]) -> None:
        rows = [(*feed, id_) for feed in feeds for id_ in ids]
        self.changed = self.changed or bool(rows)
        self._database.write("DELETE FROM deleted WHERE kind=? AND key=? AND id=?", rows)

    def feeds(self) -> list[tuple[str, str]]:
        """Return the feeds that entries left, sorted."""
        return self._database.rows("SELECT DISTINCT kind, key FROM deleted ORDER BY kind, key")

    def expire(self, feed: tuple[str, str], until: int) -> None:
        """Forget what left a feed at ``until`` (microseconds since the epoch) or before, and what is too much."""
        rows = self._database.rows(_OF_FEED, feed)
        stale = [id_ for place, (id_, since) in enumerate(rows) if place >= MOST_DELETED or since <= until]
        self._remove(stale, [feed])

    def of_feed(self, feed: tuple[str, str]) -> tuple[DeletedEntry, ...]:
        """Return what left a feed, the latest first, and by id what left at one instant."""
        rows = self._database.rows(_OF_FEED, feed)
        return tuple(DeletedEntry(ref=id_, when=from_microseconds(since)) for id_, since in rows)
