"""What the store says of the last days, as plain values: for the page, for programs, for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from feedsvc.audience.increments import ALL, Polls
from feedsvc.audience.store import RECENT_DAYS, SCHEMA, VERSION
from feedsvc.database import Database

_SUMS = "sum(polls), sum(not_modified), sum(im_used), sum(sent), sum(saved)"
_FEED_READERS = f"""
SELECT feed, {_SUMS}, sum(CASE WHEN day < ? THEN readers ELSE 0 END), max(readers) FROM days
WHERE day BETWEEN ? AND ? GROUP BY feed"""  # noqa: S608 (our own words)
_AGGREGATORS = """
SELECT {} AS name, sum(highest) FROM (
    SELECT feed, aggregator, max(subscribers) AS highest FROM subscriptions
    WHERE day > ? AND day <= ? GROUP BY feed, path, aggregator, feed_id)
{} GROUP BY name"""

COLUMNS = ("day", "feed", "polls", "not_modified", "im_used", "sent", "saved", "readers", "subscribers")


class Day(NamedTuple):
    """One feed on one day: its polls, its direct readers, and the subscribers that aggregators report."""

    day: date
    polls: Polls
    readers: int
    subscribers: int


class Reach(NamedTuple):
    """One feed over some days; ``feed`` is empty for the whole site.

    ``readers`` are those of an average day that is over, ``subscribers`` the newest figures.
    """

    feed: str
    polls: Polls
    readers: int
    subscribers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was counted from ``first`` to ``last``, both included, and today last of all.

    ``feeds`` are in order of their names; ``days`` are those of ``feed``, or of the whole site, one for each day, and
    ``aggregators`` (name and subscribers, most first) likewise. ``counted`` is on how many days there was anything.
    """

    first: date
    last: date
    feed: str
    total: Reach
    feeds: tuple[Reach, ...]
    days: tuple[Day, ...]
    aggregators: tuple[tuple[str, int], ...]
    counted: int = 0


def read_figures(path: Path, *, today: date, days: int, feed: str = ALL) -> Figures:
    """Return the figures of the last ``days`` days; all are 0 where there is no file.

    Raises DatabaseError where it cannot be read.
    """
    first = today - timedelta(days=days - 1)
    with _reading(path) as database:
        if database is None:
            return _make(first, today, feed, [], [], {}, [], [])
        span = (first.isoformat(), today.isoformat())
        recent = ((today - timedelta(days=RECENT_DAYS)).isoformat(), today.isoformat())
        return _make(
            first,
            today,
            feed,
            database.rows(_FEED_READERS, (today.isoformat(), *span)),
            database.rows("SELECT day FROM days WHERE feed = '' AND day BETWEEN ? AND ?", span),
            dict(database.rows(_AGGREGATORS.format("feed", ""), recent)),
            database.rows(_AGGREGATORS.format("aggregator", "WHERE ? IN ('', feed)"), (*recent, feed)),
            database.rows("SELECT * FROM days WHERE feed = ? AND day BETWEEN ? AND ?", (feed, *span)),
        )


def _make(
    first: date,
    last: date,
    feed: str,
    reached: list[tuple[str, int, int, int, int, int, int, int]],
    counted: list[tuple[str]],
    subscribers: dict[str, int],
    aggregators: list[tuple[str, int]],
    days: list[tuple[str, str, int, int, int, int, int, int, int]],
) -> Figures:
    over = sum(1 for (day,) in counted if day < last.isoformat())
    everywhere = {**subscribers, ALL: sum(subscribers.values())}
    feeds = {
        # Where no day is over yet, today has to do.
        row[0]: Reach(row[0], Polls(*row[1:6]), round(row[6] / over) if over else row[7], everywhere.get(row[0], 0))
        for row in reached
    }
    known = {row[0]: Day(date.fromisoformat(row[0]), Polls(*row[2:7]), row[7], row[8]) for row in days}
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return Figures(
        first=first,
        last=last,
        feed=feed,
        total=feeds.pop(ALL, Reach(ALL, Polls(), 0, everywhere[ALL])),
        feeds=tuple(feeds[name] for name in sorted(feeds)),
        days=tuple(known.get(day.isoformat(), Day(day, Polls(), 0, 0)) for day in every),
        aggregators=tuple(sorted(aggregators, key=lambda each: (-each[1], each[0]))),
        counted=len(counted),
    )


def read_rows(path: Path, *, today: date, days: int) -> list[tuple[str | int, ...]]:
    """Return a row for each day and feed with the :data:`COLUMNS`, in order; without those of the whole site.

    Raises DatabaseError where the file cannot be read.
    """
    span = ((today - timedelta(days=days - 1)).isoformat(), today.isoformat())
    with _reading(path) as database:
        if database is None:
            return []
        return database.rows("SELECT * FROM days WHERE feed <> '' AND day BETWEEN ? AND ? ORDER BY day, feed", span)


@contextmanager
def _reading(path: Path) -> Iterator[Database | None]:
    """Open the store for reading; None where there is nothing to read yet."""
    if not path.exists() or not path.stat().st_size:
        yield None
        return
    with Database(path, schema=SCHEMA, version=VERSION, durable=False, reading=True) as database:
        yield database
