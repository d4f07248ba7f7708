"""var/audience.sqlite3: a row for each feed and day, and nothing by which somebody could be recognised.

Numbers of readers cannot be added across days. For today there are sketches of them and the figures that aggregators
gave in the last week, from which a day's two numbers are made anew whenever something comes in; a day that is over
keeps the numbers only. Where a day was counted in several epochs, between two starts of the service or in several
imports, the highest number of them stands: adding them would count everybody twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from feedsvc.audience.increments import ALL, MOST_SUBSCRIPTIONS, Increment, Polls
from feedsvc.audience.sketch import Sketch, estimate, merge_into, pack_sketch, unpack_sketch
from feedsvc.database import Database, DatabaseError

logger = logging.getLogger(__name__)

FILE = "audience.sqlite3"
RECENT_DAYS = 7
"""An aggregator's figure counts for as many days, the one on which it came included."""
MOST_FEEDS = 2000
"""Feeds that are kept apart for one day; those beyond are in the sum of all only."""

VERSION = 1
SCHEMA = """
CREATE TABLE days (
    day TEXT NOT NULL, feed TEXT NOT NULL,
    polls INTEGER NOT NULL, not_modified INTEGER NOT NULL, im_used INTEGER NOT NULL,
    sent INTEGER NOT NULL, saved INTEGER NOT NULL, readers INTEGER NOT NULL, subscribers INTEGER NOT NULL,
    PRIMARY KEY (day, feed)) WITHOUT ROWID;
CREATE INDEX days_by_feed ON days (feed, day);
CREATE TABLE sketches (
    day TEXT NOT NULL, epoch TEXT NOT NULL, feed TEXT NOT NULL, registers BLOB NOT NULL,
    PRIMARY KEY (day, epoch, feed)) WITHOUT ROWID;
CREATE TABLE subscriptions (
    feed TEXT NOT NULL, path TEXT NOT NULL, aggregator TEXT NOT NULL, feed_id TEXT NOT NULL, day TEXT NOT NULL,
    subscribers INTEGER NOT NULL,
    PRIMARY KEY (feed, path, aggregator, feed_id, day)) WITHOUT ROWID;
CREATE INDEX subscriptions_by_day ON subscriptions (day);
CREATE TABLE taken (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE logs (
    first_line TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL, last_used TEXT NOT NULL,
    PRIMARY KEY (first_line, size)) WITHOUT ROWID;
"""
_ADD = """
INSERT INTO days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    polls = polls + excluded.polls, not_modified = not_modified + excluded.not_modified,
    im_used = im_used + excluded.im_used, sent = sent + excluded.sent, saved = saved + excluded.saved,
    readers = max(readers, excluded.readers), subscribers = max(subscribers, excluded.subscribers)"""
_SUBSCRIBERS = """
SELECT coalesce(sum(highest), 0) FROM (
    SELECT max(subscribers) AS highest FROM subscriptions WHERE day > ? AND day <= ? {}
    GROUP BY feed, path, aggregator, feed_id)"""


class AudienceStore:
    """The store in one transaction; nothing is kept unless :meth:`commit` is reached."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, schema=SCHEMA, version=VERSION, durable=False)

    def add(self, increments: Iterable[Increment]) -> None:
        """Add counts, those of earlier days first."""
        for increment in sorted(increments, key=lambda each: each.day):
            self._add_subscriptions(increment)
            readers = self._add_sketches(increment)
            feeds = {*increment.polls, *readers, *(key.feed for key in increment.subscriptions)}
            known = self._admit(increment.day, feeds)
            total = Polls()
            for feed in sorted(feeds):
                polls = increment.polls.get(feed, Polls())
                total = total.plus(polls)
                if feed in known:
                    self._add_day(increment.day, feed, polls, readers.get(feed, 0))
            self._add_day(increment.day, ALL, total, readers.get(ALL, 0))

    def _admit(self, day: date, feeds: set[str]) -> set[str]:
        there = {row[0] for row in self.database.rows("SELECT feed FROM days WHERE day=?", (day.isoformat(),))}
        room = max(0, MOST_FEEDS - len(there - {ALL}))
        return (feeds & there) | set(sorted(feeds - there)[:room])

    def _add_day(self, day: date, feed: str, polls: Polls, readers: int) -> None:
        window = ((day - timedelta(days=RECENT_DAYS)).isoformat(), day.isoformat())
        if feed == ALL:
            subscribers = self.database.row(_SUBSCRIBERS.format(""), window)[0]
        else:
            subscribers = self.database.row(_SUBSCRIBERS.format("AND feed = ?"), (*window, feed))[0]
        self.database.execute(_ADD, (day.isoformat(), feed, *polls, readers, subscribers))

    def _add_sketches(self, increment: Increment) -> dict[str, int]:
        """Return how many readers feeds have by now that somebody read, and all of them together."""
        together: Sketch = {}
        for sketch in increment.sketches.values():
            merge_into(together, sketch)
        sketches = {**increment.sketches, ALL: together} if together else {}
        return {feed: self._add_sketch(increment, feed, sketch) for feed, sketch in sketches.items()}

    def _add_sketch(self, increment: Increment, feed: str, sketch: Sketch) -> int:
        key = (increment.day.isoformat(), increment.epoch, feed)
        row = self.database.row("SELECT registers FROM sketches WHERE day=? AND epoch=? AND feed=?", key)
        merged = self.database.parse(unpack_sketch, row[0]) if row else {}
        merge_into(merged, sketch)
        self.database.execute("INSERT OR REPLACE INTO sketches VALUES (?, ?, ?, ?)", (*key, pack_sketch(merged)))
        return estimate(merged)

    def _add_subscriptions(self, increment: Increment) -> None:
        day = increment.day.isoformat()
        count = self.database.row("SELECT count(*) FROM subscriptions WHERE day=?", (day,))[0]
        rows = [(*key, day, figure) for key, figure in increment.subscriptions.items()]
        self.database.write(
            "INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET subscribers = max(subscribers, excluded.subscribers)",
            rows[: max(0, MOST_SUBSCRIPTIONS - count)] if count + len(rows) > MOST_SUBSCRIPTIONS else rows,
        )

    def was_taken(self, name: str) -> bool:
        """Say whether the counts of a file of this name are in the store."""
        return self.database.row("SELECT 1 FROM taken WHERE name=?", (name,)) is not None

    def note_taken(self, names: Sequence[str]) -> None:
        """Remember files by their names, and only those."""
        self.database.execute("DELETE FROM taken")
        self.database.write("INSERT INTO taken VALUES (?)", [(name,) for name in names])

    def find_log(self, first_line: str) -> dict[int, str]:
        """Return how far logs were read that begin with a line of this hash: bytes -> the hash of them."""
        return dict(self.database.rows("SELECT size, digest FROM logs WHERE first_line=?", (first_line,)))

    def note_log(self, first_line: str, size: int, digest: str, today: date) -> None:
        """Remember how far a log was read."""
        self.database.execute(
            "INSERT OR REPLACE INTO logs VALUES (?, ?, ?, ?)", (first_line, size, digest, today.isoformat())
        )

    def forget(self, today: date, keep: timedelta) -> None:
        """Remove days that are older than ``keep``, and what days that are over do not need any more."""
        oldest = (today - keep).isoformat()
        recent = (today - timedelta(days=RECENT_DAYS)).isoformat()
        self.database.execute("DELETE FROM days WHERE day < ?", (oldest,))
        self.database.execute("DELETE FROM logs WHERE last_used < ?", (oldest,))
        self.database.execute("DELETE FROM sketches WHERE day < ?", (today.isoformat(),))
        self.database.execute("DELETE FROM subscriptions WHERE day <= ?", (recent,))

    def commit(self) -> None:
        """Keep what was added."""
        self.database.commit()

    def close(self) -> None:
        """Forget what was not committed."""
        self.database.close()

    def __enter__(self) -> AudienceStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


T = TypeVar("T")


def with_store(path: Path, use: Callable[[AudienceStore], T], *, retry: bool = True) -> T:
    """Call ``use`` with the store, and close it; a file that is no good is set aside, and another one begun.

    Raises DatabaseError where the disk is full, the file cannot be written or somebody else writes for long.
    """
    try:
        with AudienceStore(path) as store:
            return use(store)
    except DatabaseError as error:
        if not error.damaged or not retry:
            raise
        aside = path.with_name(f"{path.name}.damaged")
        logger.warning("%s: %s; it is kept as %s, and counting begins anew", path, error.reason, aside.name)
        with suppress(FileNotFoundError):
            path.with_name(f"{path.name}-journal").unlink()
        path.replace(aside)
        return with_store(path, use, retry=False)
