"""What hubs have still to be told, and what they were told last: a small database, so that a restart forgets nothing.

Losing it costs one announcement more of each feed and no byte of any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feedsvc.database import Database
from feedsvc.records import from_microseconds, to_microseconds

FILE = "announcements.sqlite3"
"""Its name in the state directory."""

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE told (hub TEXT, topic TEXT, etag TEXT NOT NULL, PRIMARY KEY (hub, topic)) WITHOUT ROWID;
CREATE TABLE waiting (
    hub TEXT, topic TEXT, etag TEXT NOT NULL, since INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL,
    words TEXT NOT NULL, PRIMARY KEY (hub, topic)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A topic that a hub has to be told of, at the edition ``etag``.

    It waits ``since`` then, and was tried ``tries`` times; ``words`` are what came of the last one.
    """

    hub: str
    topic: str
    etag: str
    since: datetime
    tries: int = 0
    words: str = ""


class AnnouncementQueue:
    """The announcements, in one transaction; nothing is kept unless :meth:`commit` is reached.

    All methods raise StoreError where the file cannot be read or written.
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        self._database = Database(path, schema=_SCHEMA, version=1, durable=True, reading=reading)

    def note(self, edition: str, hubs: Sequence[str], topics: Mapping[str, str], now: datetime) -> None:
        """Have each hub told of each topic that is not as it was told last, once.

        ``edition`` names what ``topics`` (topic -> etag) are of; nothing is looked at when it is the one noted last.
        A change that comes before the last one was told takes its place; hubs and topics that are not there any more
        are forgotten. A new hub is told of every topic, since it knows none.
        """
        mark = " ".join((edition, *sorted(hubs)))
        if self._meta("edition") == mark:
            return
        for table in ("told", "waiting"):
            rows = self._database.rows(f"SELECT hub, topic FROM {table}")  # noqa: S608 (constants)
            gone = [row for row in rows if row[0] not in hubs or row[1] not in topics]
            self._database.write(f"DELETE FROM {table} WHERE hub=? AND topic=?", gone)  # noqa: S608 (constants)
        said = {(hub, topic): etag for hub, topic, etag in self._database.rows("SELECT hub, topic, etag FROM told")}
        at = to_microseconds(now)
        wanted = [(hub, topic, etag) for hub in hubs for topic, etag in topics.items()]
        # Back to what it was told last, before it was told of what came in between: there is nothing to tell.
        self._database.write(
            "DELETE FROM waiting WHERE hub=? AND topic=?",
            [each[:2] for each in wanted if said.get(each[:2]) == each[2]],
        )
        self._database.write(
            "INSERT INTO waiting VALUES (?, ?, ?, ?, ?, 0, '') ON CONFLICT (hub, topic) DO UPDATE SET "
            "etag=excluded.etag, since=excluded.since WHERE etag!=excluded.etag",
            [(*each, at, at) for each in wanted if said.get(each[:2]) != each[2]],
        )
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('edition', ?)", (mark,))

    def _meta(self, name: str) -> str:
        row = self._database.row("SELECT value FROM meta WHERE name=?", (name,))
        return str(row[0]) if row else ""

    def due(self, now: datetime) -> tuple[Announcement, ...]:
        """Return what is to be sent now, by topic."""
        return self._waiting("WHERE due<=? ", to_microseconds(now))

    def waiting(self) -> tuple[Announcement, ...]:
        """Return all that is to be sent, now or later."""
        return self._waiting("")

    def _waiting(self, where: str, *values: int) -> tuple[Announcement, ...]:
        rows = self._database.rows(
            f"SELECT hub, topic, etag, since, tries, words FROM waiting {where}ORDER BY topic, hub",  # noqa: S608
            values,
        )
        return tuple(
            Announcement(hub=hub, topic=topic, etag=etag, since=from_microseconds(since), tries=tries, words=words)
            for hub, topic, etag, since, tries, words in rows
        )

    def next_due(self) -> datetime | None:
        """Return when the next one is to be sent; None where none waits."""
        row = self._database.row("SELECT min(due) FROM waiting")
        return from_microseconds(row[0]) if row and row[0] is not None else None

    def settle(self, announcement: Announcement) -> None:
        """Note that there is nothing more to tell of it: it was told, refused for good, or given up."""
        key = (announcement.hub, announcement.topic)
        self._database.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", (*key, announcement.etag))
        self._database.execute("DELETE FROM waiting WHERE hub=? AND topic=?", key)

    def put_off(self, announcement: Announcement, due: datetime, words: str) -> None:
        """Note that it failed, and is to be sent again at ``due``."""
        self._database.execute(
            "UPDATE waiting SET due=?, tries=?, words=? WHERE hub=? AND topic=?",
            (to_microseconds(due), announcement.tries + 1, words, announcement.hub, announcement.topic),
        )

    def commit(self) -> None:
        """Keep what was noted."""
        self._database.commit()

    def close(self) -> None:
        """Forget what was not committed."""
        self._database.close()
