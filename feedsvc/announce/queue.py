"""What peers have still to be told, and what they were told last: a small database, so that a restart forgets nothing.

Peers are hubs, which are told that topics changed, or caches, which are told to drop paths; each kind has a file of its
own. Losing it costs telling them of everything once more, and no byte of any feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from feedsvc.database import Database, LayoutError
from feedsvc.records import from_microseconds, to_microseconds

HUBS, CACHES = "announcements.sqlite3", "purges.sqlite3"
"""Their names in the state directory."""

PASSING = ""
"""The version of what is told once and then forgotten: it is not there any more, or is known to nobody."""

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE told (peer TEXT, subject TEXT, version TEXT NOT NULL, PRIMARY KEY (peer, subject)) WITHOUT ROWID;
CREATE TABLE waiting (
    peer TEXT, subject TEXT, version TEXT NOT NULL, since INTEGER NOT NULL, due INTEGER NOT NULL,
    tries INTEGER NOT NULL, words TEXT NOT NULL, PRIMARY KEY (peer, subject)) WITHOUT ROWID;
"""
_FOREVER = 1 << 62
_WAIT = (
    "INSERT INTO waiting VALUES (?, ?, ?, ?, ?, 0, '') ON CONFLICT (peer, subject) DO UPDATE SET "
    "version=excluded.version, since=excluded.since, due=max(due, excluded.due)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A subject that a peer has to be told of, at this version.

    It waits ``since`` then, and was tried ``tries`` times; ``words`` are what came of the last one.
    """

    peer: str
    subject: str
    version: str
    since: datetime
    tries: int = 0
    words: str = ""


class Queue:
    """The messages, in one transaction; nothing is kept unless :meth:`commit` is reached.

    All methods raise StoreError where the file cannot be read or written.
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        try:
            self._database = _open(path, reading=reading)
        except LayoutError:
            if reading:
                raise
            # Of another version of feedsvc, with nothing in it that could not be told again.
            path.unlink(missing_ok=True)
            self._database = _open(path, reading=reading)

    def is_news(self, edition: str, peers: Sequence[str]) -> bool:
        """Say whether an edition, by a mark of it, or one of the peers is another than when this was asked last.

        So an edition need not be read to know that it was noted; :meth:`note` is to follow where it is news.
        """
        mark = " ".join((edition, *sorted(peers)))
        is_news = self.get("edition") != mark
        self.put("edition", mark)
        return is_news

    def note(
        self,
        peers: Sequence[str],
        subjects: Mapping[str, str],
        now: datetime,
        *,
        settle: timedelta = timedelta(0),
        gone: Literal["forget", "tell"] = "forget",
    ) -> None:
        """Have each peer told of each subject that is not as it was told last, once, when it had time to ``settle``.

        ``subjects`` are subject -> version. A change that comes before the last one was told takes its place; peers
        that are not there any more are forgotten, and so is a subject, unless peers are to be told that it is
        ``gone``. A new peer is told of all.
        """
        self._leave(peers, subjects, now, settle if gone == "tell" else None)
        said = self.told()
        wanted = [(peer, subject, version) for peer in peers for subject, version in subjects.items()]
        back = [each for each in wanted if said.get(each[:2]) == each[2]]
        if gone == "forget":
            # As it was told last, before it was told of what came in between: there is nothing to tell.
            self._database.write("DELETE FROM waiting WHERE peer=? AND subject=?", [each[:2] for each in back])
        else:
            # A cache may have fetched what came in between.
            keys = [(version, peer, subject) for peer, subject, version in back]
            self._database.write("UPDATE waiting SET version=? WHERE peer=? AND subject=?", keys)
        at, due = to_microseconds(now), to_microseconds(now + settle)
        self._database.write(
            f"{_WAIT} WHERE version!=excluded.version",
            [(*each, at, due) for each in wanted if said.get(each[:2]) != each[2]],
        )

    def _leave(
        self, peers: Sequence[str], subjects: Mapping[str, str], now: datetime, settle: timedelta | None
    ) -> None:
        """Forget peers, and forget what is gone or, with a ``settle``, have it told."""
        rows = self._database.rows("SELECT peer, subject FROM told UNION SELECT peer, subject FROM waiting")
        gone = [row for row in rows if row[0] not in peers or row[1] not in subjects]
        if settle is not None:
            at, due = to_microseconds(now), to_microseconds(now + settle)
            left = [(*row, PASSING, at, due) for row in gone if row[0] in peers]
            self._database.write(f"{_WAIT} WHERE version!=excluded.version", left)
            gone = [row for row in gone if row[0] not in peers]
        for table in ("told", "waiting"):
            self._database.write(f"DELETE FROM {table} WHERE peer=? AND subject=?", gone)  # noqa: S608 (constants)

    def add(self, peers: Sequence[str], subjects: Iterable[str], now: datetime, settle: timedelta) -> None:
        """Have each peer told once of subjects that have no version, whatever it was told before."""
        at, due = to_microseconds(now), to_microseconds(now + settle)
        rows = [(peer, subject, PASSING, at, due) for subject in subjects for peer in peers]
        self._database.write(f"{_WAIT} WHERE true", rows)

    def doubt(self) -> None:
        """Have peers told of everything at the next :meth:`note`: nobody knows what they were told last."""
        self._database.execute("UPDATE told SET version='?'")
        self.put("edition", "")

    def told(self) -> Mapping[tuple[str, str], str]:
        """Return what peers were told last: (peer, subject) -> version."""
        return {(peer, subject): version for peer, subject, version in self._database.rows("SELECT * FROM told")}

    def believe(self, told: Mapping[tuple[str, str], str]) -> None:
        """Take what somebody else told peers for told; it is looked at by the next :meth:`note`."""
        rows = [(*key, version) for key, version in told.items()]
        self._database.write("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", rows)
        self.put("edition", "")

    def get(self, name: str) -> str:
        """Return what was put under a name; empty where nothing was."""
        row = self._database.row("SELECT value FROM meta WHERE name=?", (name,))
        return str(row[0]) if row else ""

    def put(self, name: str, value: str) -> None:
        """Keep a text under a name, beside the messages."""
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def due(self, now: datetime | None = None) -> tuple[Message, ...]:
        """Return what is to be sent ``now``, or all that is to be sent ever, by subject."""
        rows = self._database.rows(
            "SELECT peer, subject, version, since, tries, words FROM waiting WHERE due<=? ORDER BY subject, peer",
            (_FOREVER if now is None else to_microseconds(now),),
        )
        return tuple(
            Message(peer=peer, subject=subject, version=version, since=from_microseconds(at), tries=tries, words=words)
            for peer, subject, version, at, tries, words in rows
        )

    def next_due(self) -> datetime | None:
        """Return when the next one is to be sent; None where none waits."""
        row = self._database.row("SELECT min(due) FROM waiting")
        return from_microseconds(row[0]) if row and row[0] is not None else None

    def settle(self, message: Message) -> None:
        """Note that there is nothing more to tell of it: it was told, refused for good, or given up."""
        key = (message.peer, message.subject)
        if message.version != PASSING:
            self._database.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", (*key, message.version))
        else:
            self._database.execute("DELETE FROM told WHERE peer=? AND subject=?", key)
        self._database.execute("DELETE FROM waiting WHERE peer=? AND subject=?", key)

    def put_off(self, message: Message, due: datetime, words: str) -> None:
        """Note that it failed, and is to be sent again at ``due``."""
        self._database.execute(
            "UPDATE waiting SET due=?, tries=?, words=? WHERE peer=? AND subject=?",
            (to_microseconds(due), message.tries + 1, words, message.peer, message.subject),
        )

    def hurry(self, peer: str, now: datetime, settle: timedelta) -> None:
        """Have a peer that answers again told of all that waits for it and had time to ``settle``."""
        values = (to_microseconds(now), settle // timedelta(microseconds=1), peer)
        self._database.execute("UPDATE waiting SET due=max(?, since+?) WHERE peer=? AND tries>0", values)

    def commit(self) -> None:
        """Keep what was noted."""
        self._database.commit()

    def close(self) -> None:
        """Forget what was not committed."""
        self._database.close()


def _open(path: Path, *, reading: bool) -> Database:
    return Database(path, schema=_SCHEMA, version=2, durable=True, reading=reading)
