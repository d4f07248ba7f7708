"""What was counted since the last time, of one day: what workers and imports hand to the store."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from feedsvc.audience.agents import Agent
from feedsvc.audience.sketch import Sketch, add_hash, merge_into, pack_sketch, unpack_sketch

ALL = ""
"""The name under which the whole site is counted, beside its feeds."""

MOST_SUBSCRIPTIONS = 5000
"""Figures of aggregators that are kept apart for one day."""

_VERSION = 1


def name_feed(key: tuple[str, str]) -> str:
    """Return what a feed is called by its kind and key: ``site``, ``category:경제``."""
    return ":".join(key) if key[1] else key[0]


class Subscription(NamedTuple):
    """One figure of an aggregator: ``path`` is the document's it fetches, ``feed_id`` its own name of it."""

    feed: str
    path: str
    aggregator: str
    feed_id: str


class Polls(NamedTuple):
    """Answers to GET and HEAD with a feed, and bytes of bodies.

    ``not_modified`` (304) and ``im_used`` (226) are among the ``polls``; ``saved`` are the bytes that these two did not
    need to send.
    """

    polls: int = 0
    not_modified: int = 0
    im_used: int = 0
    sent: int = 0
    saved: int = 0

    def plus(self, other: Polls) -> Polls:
        """Return the sums."""
        return Polls(*(one + another for one, another in zip(self, other, strict=True)))


def polls_of(status: int, sent: int, saved: int, times: int = 1) -> Polls:
    """Return ``times`` answers of one status, with the bytes of all of them."""
    return Polls(times, times if status == 304 else 0, times if status == 226 else 0, sent, saved)


@dataclass(slots=True, kw_only=True)
class Increment:
    """Counts by feed of one day, whose readers were hashed in one ``epoch``."""

    day: date
    epoch: str
    polls: dict[str, Polls] = field(default_factory=dict)
    sketches: dict[str, Sketch] = field(default_factory=dict)
    subscriptions: dict[Subscription, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether there is anything in it."""
        return bool(self.polls or self.sketches or self.subscriptions)

    def add_polls(self, feed: str, polls: Polls) -> None:
        """Count answers with one feed."""
        before = self.polls.get(feed)
        self.polls[feed] = before.plus(polls) if before else polls

    def add_reader(self, feed: str, path: str, agent: Agent, value: int) -> None:
        """Count who fetched a document: a reader by its hash, or the figure that an aggregator gave."""
        if agent.subscribers is not None:
            key = Subscription(feed, path, agent.aggregator, agent.feed_id)
            if key in self.subscriptions or len(self.subscriptions) < MOST_SUBSCRIPTIONS:
                self.subscriptions[key] = max(self.subscriptions.get(key, 0), agent.subscribers)
        elif agent.direct:
            add_hash(self.sketches.setdefault(feed, {}), value)

    def add(self, other: Increment) -> None:
        """Take in what was counted later, on the same day and in the same epoch."""
        for feed, polls in other.polls.items():
            self.add_polls(feed, polls)
        for feed, sketch in other.sketches.items():
            merge_into(self.sketches.setdefault(feed, {}), sketch)
        for key, figure in other.subscriptions.items():
            self.subscriptions[key] = max(self.subscriptions.get(key, 0), figure)


def dump_increment(increment: Increment) -> bytes:
    """Return an increment as UTF-8 JSON."""
    return json.dumps(
        {
            "version": _VERSION,
            "day": increment.day.isoformat(),
            "epoch": increment.epoch,
            "polls": {feed: list(polls) for feed, polls in increment.polls.items()},
            "readers": {
                feed: base64.b64encode(pack_sketch(sketch)).decode() for feed, sketch in increment.sketches.items()
            },
            "subscriptions": [[*key, figure] for key, figure in increment.subscriptions.items()],
        },
        ensure_ascii=False,
    ).encode("utf-8", "replace")


def parse_increment(data: bytes) -> Increment:
    """Read what :func:`dump_increment` wrote; raises ValueError for anything else."""
    try:
        document = json.loads(data)
        if document["version"] != _VERSION:
            raise ValueError(f"is of version {document['version']!r}")
        return Increment(
            day=date.fromisoformat(document["day"]),
            epoch=str(document["epoch"]),
            polls={feed: Polls(*map(int, polls)) for feed, polls in document["polls"].items()},
            sketches=dict(_parse_sketches(document["readers"])),
            subscriptions=dict(_parse_subscriptions(document["subscriptions"])),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"is not what a worker counts: {error}") from error


def _parse_sketches(written: Mapping[str, str]) -> Iterator[tuple[str, Sketch]]:
    for feed, packed in written.items():
        yield feed, unpack_sketch(base64.b64decode(packed, validate=True))


def _parse_subscriptions(written: Iterable[list[str | int]]) -> Iterator[tuple[Subscription, int]]:
    for feed, path, aggregator, feed_id, figure in written:
        yield Subscription(str(feed), str(path), str(aggregator), str(feed_id)), int(figure)
