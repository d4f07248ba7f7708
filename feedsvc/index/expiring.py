"""The live posts that leave at an instant of their own: when the next one is due, and which are."""

from __future__ import annotations

from datetime import datetime

from feedsvc.database import Database
from feedsvc.records import from_microseconds, to_microseconds

SCHEMA = "CREATE INDEX posts_expiring ON posts (expires) WHERE expires IS NOT NULL AND live_at IS NOT NULL;\n"
_LIVE = "expires IS NOT NULL AND live_at IS NOT NULL"


class Expiring:
    """The column ``expires`` of the posts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, now: datetime) -> list[str]:
        """Return the paths of the live posts whose last instant has come, sorted."""
        query = f"SELECT path FROM posts WHERE {_LIVE} AND expires<=? ORDER BY path"  # noqa: S608 (constants)
        return [row[0] for row in self._database.rows(query, (to_microseconds(now),))]

    def next_due(self) -> datetime | None:
        """Return when the next live post leaves."""
        row = self._database.row(f"SELECT min(expires) FROM posts WHERE {_LIVE}")  # noqa: S608 (constants)
        return from_microseconds(row[0]) if row[0] is not None else None
