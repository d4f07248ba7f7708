"""The dates that posts were given which say none themselves, as the ledger remembers them.

What git or the file system tells changes with a rebase, a clone or a copy; a post's date does not.
"""

from __future__ import annotations

from datetime import datetime

from feedsvc.database import Database
from feedsvc.records import from_microseconds, to_microseconds

# Beside the tables of a ledger's first layout, so that a ledger from before is read as it is.
_TABLE = (
    "CREATE TABLE IF NOT EXISTS file_dates"
    " (path TEXT PRIMARY KEY, digest TEXT NOT NULL, date INTEGER NOT NULL) WITHOUT ROWID"
)


class FileDates:
    """The table of given dates, by the path of the post and the digest of its bytes. ``changed``: it is not as read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.execute(_TABLE)
        self.changed = False

    def date_of(self, path: str, digest: str) -> datetime | None:
        """Return the date that was given to the file at ``path``, or else to one with the same bytes elsewhere."""
        row = self._database.row("SELECT date FROM file_dates WHERE path=?", (path,)) or self._database.row(
            "SELECT min(date) FROM file_dates WHERE digest=?", (digest,)
        )
        return from_microseconds(row[0]) if row and row[0] is not None else None

    def remember(self, path: str, digest: str, date: datetime) -> None:
        """Remember the date of the file at ``path``, and the bytes it has now."""
        row = (path, digest, to_microseconds(date))
        if self._database.row("SELECT 1 FROM file_dates WHERE path=? AND digest=? AND date=?", row) is None:
            self.changed = True
            self._database.execute("INSERT OR REPLACE INTO file_dates VALUES (?, ?, ?)", row)
