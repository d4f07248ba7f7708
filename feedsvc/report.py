"""What a build has to tell: to people in one line, to machines as one JSON object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

Progress = Callable[[str, int, int], None]
"""Told how far a build has come: of what (``posts``, ``feeds`` or ``archives``), how many are done, and of how many."""


def ignore_progress(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def count(number: int, noun: str) -> str:
    """Return "1 post", "2 posts"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def format_size(number: int) -> str:
    """Return "12 kB", "3.4 MB"."""
    return f"{number / 1e6:.1f} MB" if number >= 1_000_000 else f"{-(-number // 1000)} kB"


ELSEWHERE = "in "
"""How a reason begins that lies in another file than the post: ``in _includes/note.html: …``."""

_MOST_OF_ONE_REASON, _MOST_OF_ONE_REMEDY = 3, 20


def abridge(told: Iterable[str], *, only: str = "") -> Iterator[str]:
    """Yield lines of the form ``place: reason; hint``, and at the end how many of each kind were left out.

    One include, or one plugin's tag, may be told of in thousands of posts: three places with the same reason are
    shown, and twenty lines with different reasons and the same hint. Reasons that do not begin with ``only`` are all
    told.
    """
    shown, left_out = Counter[str](), Counter[str]()
    for line in told:
        what = line.partition(": ")[2]
        remedy = what.partition("; ")[2] or what
        if not what.startswith(only):
            yield line
        elif shown[what] == _MOST_OF_ONE_REASON:
            left_out[f"more places: {what}"] += 1
        elif shown[f"; {remedy}"] == _MOST_OF_ONE_REMEDY:
            left_out[f"more of the kind: {remedy}"] += 1
        else:
            shown.update((what, f"; {remedy}"))
            yield line
    yield from (f"{number} {kind}" for kind, number in left_out.items())


def _fields(value: Rejected | BuildReport) -> dict[str, Any]:
    """Return the fields by name; dataclasses.asdict copies deeply, at ten times the cost, for each rejected post."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A post that is not published as it stands; ``kept_previous``: its last good version is."""

    path: str
    line: int
    column: int
    reason: str
    hint: str
    kept_previous: bool

    def __str__(self) -> str:
        """Render as ``path:line:column: reason; hint``."""
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        kept = " (its last good version stays published)" if self.kept_previous else ""
        return f"{where}: {self.reason}" + (f"; {self.hint}" if self.hint else "") + kept


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """The outcome of one build that did not fail.

    ``posts`` are live; ``written``, ``removed`` and ``unchanged`` count documents by
    URL path; ``warnings`` are about posts and begin with their paths, as rejections do;
    ``next_change`` is when the next waiting post goes live, or one that expires leaves.
    ``sent`` counts the ``objects`` that an object store was sent, their ``bytes``, and those ``removed`` there;
    None: there is no such store.
    """

    posts: int
    rejected: tuple[Rejected, ...]
    feeds: int
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    duration_s: float
    snapshot: str
    warnings: tuple[str, ...] = ()
    feed_warnings: tuple[str, ...] = ()
    next_change: datetime | None = None
    sent: Mapping[str, int] | None = None

    def as_json(self) -> dict[str, object]:
        """Return the object that ``feedsvc build --json`` prints."""
        told = _fields(self)
        told |= {"rejected": [_fields(each) for each in self.rejected], "duration_s": round(self.duration_s, 3)}
        if self.sent is None:
            del told["sent"]
        del told["warnings"], told["feed_warnings"], told["next_change"]
        return told

    def as_status(self) -> dict[str, object]:
        """Return all there is to tell, as JSON values, for ``feedsvc status``."""
        next_change = self.next_change.isoformat() if self.next_change else None
        told = {"warnings": self.warnings, "feed_warnings": self.feed_warnings}
        return {**self.as_json(), **told, "next_change": next_change}

    def summary(self) -> str:
        """Return one line for people."""
        did = f"{count(len(self.written), 'document')} written" if self.written else "nothing to write"
        parts = [f"{count(self.posts, 'post')} in {count(self.feeds, 'feed')}", did]
        if self.removed:
            parts.append(f"{len(self.removed)} removed")
        parts.append(f"{self.unchanged} unchanged")
        if self.sent:
            parts.append(f"{count(self.sent['objects'], 'object')} ({format_size(self.sent['bytes'])}) sent")
        if self.rejected:
            parts.append(f"{count(len(self.rejected), 'post')} rejected (feedsvc check tells why)")
        if self.warnings or self.feed_warnings:
            parts.append(count(len(self.warnings) + len(self.feed_warnings), "warning"))
        return f"{', '.join(parts)}; {self.duration_s:.2f} s"
