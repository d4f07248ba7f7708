"""What the lines of access logs come to, by day and feed. Pure, but for the salts that it has made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from feedsvc.audience.agents import Agent, parse_agent
from feedsvc.audience.increments import Increment, polls_of
from feedsvc.audience.logs import Hit
from feedsvc.audience.salt import Salt

_MOST_AGENTS = 10_000
_POLLS = frozenset((200, 206, 226, 304))


class Document(NamedTuple):
    """A published document: the name of its ``feed``, and the bytes that most clients are sent."""

    feed: str
    size: int


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of the lines of one log. ``known`` bytes were read in an earlier import; the rest are lines."""

    known: int = 0
    polls: int = 0
    others: int = 0
    too_old: int = 0
    unreadable: int = 0


@dataclass(slots=True)
class LogTally:
    """Counts by day since they were last taken; ``documents`` are by decoded path, ``oldest`` is the first day kept."""

    documents: Mapping[str, Document]
    zone: ZoneInfo
    today: date
    oldest: date
    make_salt: Callable[[date], Salt]
    salts: dict[date, Salt] = field(default_factory=dict)
    days: dict[date, Increment] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)

    def add(self, hit: Hit | None, outcome: Outcome) -> None:
        """Count a line, None for one that cannot be read, and note in ``outcome`` what became of it."""
        if hit is None:
            outcome.unreadable += 1
            return
        document = self.documents.get(hit.path)
        if document is None or hit.status not in _POLLS or hit.method not in ("GET", "HEAD"):
            outcome.others += 1
            return
        try:
            day = hit.at.astimezone(self.zone).date()
        except (ValueError, OverflowError):
            outcome.unreadable += 1
            return
        if day > self.today + timedelta(days=1):
            outcome.unreadable += 1
        elif day < self.oldest:
            outcome.too_old += 1
        else:
            outcome.polls += 1
            self._count(day, hit, document)

    def _count(self, day: date, hit: Hit, document: Document) -> None:
        salt = self.salts.get(day) or self.salts.setdefault(day, self.make_salt(day))
        increment = self.days.get(day) or self.days.setdefault(day, Increment(day=day, epoch=salt.epoch))
        spared = document.size if hit.status == 304 and hit.method == "GET" else 0
        if hit.status == 226:
            spared = max(0, document.size - hit.size)
        increment.add_polls(document.feed, polls_of(hit.status, hit.size, spared))
        value = salt.hash_reader(day, hit.client, hit.agent)
        increment.add_reader(document.feed, hit.path, self._parse(hit.agent), value)

    def _parse(self, agent: str) -> Agent:
        known = self.agents.get(agent)
        if known is None:
            if len(self.agents) >= _MOST_AGENTS:
                self.agents.clear()
            known = self.agents[agent] = parse_agent(agent)
        return known

    def take(self) -> list[Increment]:
        """Return what was counted, and begin anew."""
        days, self.days = list(self.days.values()), {}
        return days
