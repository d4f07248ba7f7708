"""What the operator's page shows, put together from what builds, service and files tell; it knows no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from feedsvc.model import LIST, Snapshot
from feedsvc.report import Rejected, abridge
from feedsvc.status import Run, Service
from feedsvc.web.operator.excerpts import Line

MOST_REJECTED, MOST_EXCERPTS = 200, 20
"""Posts that are shown, and those of them with their lines."""

MOST_WARNINGS = 2000

_PATIENCE = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where it is all read from, when somebody asks; ``excerpt`` and ``saved_at`` are of a rejected post's path."""

    snapshot: Callable[[], Snapshot | None]
    status: Callable[[], Mapping[str, object]]
    runs: Callable[[], Sequence[Run]] = tuple
    service: Callable[[], Service | None] = lambda: None
    excerpt: Callable[[str, int, int], tuple[Line, ...]] = lambda *_: ()
    saved_at: Callable[[str], datetime | None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A rejected post with the lines around its fault; ``saved_since`` the build that rejected it."""

    post: Rejected
    lines: tuple[Line, ...] = ()
    saved_since: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What there is to see at one moment.

    ``failure`` is the message of the last build and when it ended, if it failed. ``pending``: a build that was asked
    for is not over yet, or one is running. ``answer`` is how the build went that was asked for. ``mark`` is
    another one after each build, as the script of the page makes it of the status.
    """

    now: datetime
    snapshot: str
    changed_at: datetime | None
    feeds: int
    posts: int
    next_change: datetime | None
    built_at: datetime | None
    next_run: datetime | None
    next_run_is_past: bool
    service: Service | None
    failure: tuple[str, datetime] | None
    faults: tuple[Fault, ...]
    rejected: int
    warnings: tuple[str, ...]
    warning_count: int
    runs: Sequence[Run] = field(repr=False)
    pending: bool = False
    answer: Run | None = None
    mark: str = ""


def look(sources: Sources, now: datetime, *, asked: datetime | None = None, all_warnings: bool = False) -> Desk:
    """Look at everything at ``now``; ``asked`` is when the viewer asked for a build, if they did."""
    snapshot, status, runs, service = sources.snapshot(), sources.status(), sources.runs(), sources.service()
    build: Mapping[str, Any] = _mapping(status.get("last_build"))
    built_at, next_run = _instant(status.get("built_at")), _instant(status.get("next_run"))
    rejected = [Rejected(**each) for each in build.get("rejected", ())]
    warnings = [str(each) for each in (*build.get("warnings", ()), *build.get("feed_warnings", ()))]
    told = warnings if all_warnings else list(abridge(warnings))
    answered = asked is not None and bool(runs) and runs[0].at >= asked
    waiting = asked is not None and not answered and now - asked < _LONGEST_WAIT
    return Desk(
        now=now,
        snapshot=snapshot.id if snapshot else "",
        changed_at=max((each.last_modified for each in snapshot.representations.values()), default=None)
        if snapshot
        else None,
        feeds=len({each.feed for each in snapshot.representations.values() if each.feed[0] != LIST}) if snapshot else 0,
        posts=int(build.get("posts", 0)),
        next_change=snapshot.next_change if snapshot else None,
        built_at=built_at,
        next_run=next_run,
        next_run_is_past=next_run is not None and now - next_run > _PATIENCE,
        service=service,
        failure=_failure(status.get("error")),
        faults=tuple(_look_at(each, sources, built_at, number) for number, each in enumerate(rejected[:MOST_REJECTED])),
        rejected=len(rejected),
        warnings=tuple(told[:MOST_WARNINGS]),
        warning_count=len(warnings),
        runs=runs,
        pending=waiting or (service is not None and service.building_since is not None),
        answer=runs[0] if answered else None,
        mark=f"{status.get('built_at') or ''} {_mapping(status.get('error')).get('at') or ''}",
    )


def _look_at(post: Rejected, sources: Sources, built_at: datetime | None, number: int) -> Fault:
    if number >= MOST_EXCERPTS:
        return Fault(post=post)
    saved_at = sources.saved_at(post.path)
    return Fault(
        post=post,
        lines=sources.excerpt(post.path, post.line, post.column),
        saved_since=saved_at is not None and built_at is not None and saved_at > built_at,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _instant(written: object) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) and written else None


def _failure(error: object) -> tuple[str, datetime] | None:
    told = _mapping(error)
    return (str(told["message"]), datetime.fromisoformat(told["at"])) if "message" in told and "at" in told else None
