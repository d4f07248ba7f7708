"""What the follower of a store knows, in a small file: workers tell it on, and wait for no store that is away."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feedsvc.status.files import replace_json

NOTE = "note.json"
_VERSION = 1
_HOLDS_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaNote:
    """The edition that is served, with the instant at which it was published; both empty before the first.

    ``away_since`` is when the store was first not reached, None while it is; ``error`` is why the newest edition there
    is not the one here. ``failures`` are all looks that failed since the process started; ``cached`` is in bytes.
    """

    edition: str = ""
    published: datetime | None = None
    away_since: datetime | None = None
    error: str = ""
    failures: int = 0
    cached: int = 0


def write_note(path: Path, note: ReplicaNote) -> None:
    """Replace what was noted; a failure is a warning."""
    document = {
        "version": _VERSION,
        "edition": note.edition,
        "published": note.published.isoformat() if note.published else None,
        "away_since": note.away_since.isoformat() if note.away_since else None,
        "error": note.error,
        "failures": note.failures,
        "cached": note.cached,
    }
    replace_json(path, document, what="the state of the replica")


def read_note(path: Path) -> ReplicaNote:
    """Return what was noted last; an empty note where there is nothing to read."""
    try:
        found = json.loads(path.read_bytes())
        return ReplicaNote(
            edition=str(found["edition"]),
            published=_instant(found["published"]),
            away_since=_instant(found["away_since"]),
            error=str(found["error"]),
            failures=int(found["failures"]),
            cached=int(found["cached"]),
        )
    except (OSError, ValueError, LookupError, TypeError):
        return ReplicaNote()


def describe_note(note: ReplicaNote, now: datetime) -> dict[str, object]:
    """Return what is told of a replica, as plain JSON; ``age_s`` is the age of the edition in seconds."""
    published = note.published
    return {
        "edition": note.edition or None,
        "published": published.isoformat() if published else None,
        "age_s": max(0, int((now - published).total_seconds())) if published else None,
        "store_away_since": note.away_since.isoformat(timespec="seconds") if note.away_since else None,
        "store_away_s": max(0, int((now - note.away_since).total_seconds())) if note.away_since else 0,
        "store_failures": note.failures,
        "cached_bytes": note.cached,
        "error": note.error or None,
    }


def describe_readiness(edition: str, told: Mapping[str, object]) -> str:
    """Say in words which edition a replica serves, and since when it cannot know whether there is a newer one.

    ``told`` is what :func:`describe_note` returns.
    """
    age = f", published {told['age_s']} s ago" if told["age_s"] is not None and told["edition"] == edition else ""
    away = f"; the store was not reached since {told['store_away_since']}" if told["store_away_since"] else ""
    return f"ready: edition {edition}{age}{away}"


def describe_absence(told: Mapping[str, object]) -> str:
    """Say in words why a replica has no edition to serve; ``told`` is what :func:`describe_note` returns."""
    if told["store_away_since"]:
        return f"not ready: the store was not reached since {told['store_away_since']}, and no edition is kept here"
    if told["error"]:
        return f"not ready: the store was reached, and holds no edition to serve: {told['error']}"
    return "not ready: the first look at the store is not over"


def make_is_away(path: Path, monotonic: Callable[[], float] = time.monotonic) -> Callable[[], bool]:
    """Return what tells whether the store is away; the file is looked at four times a second at most."""
    known, until = False, monotonic()

    def is_away() -> bool:
        nonlocal known, until
        if monotonic() >= until:
            known, until = read_note(path).away_since is not None, monotonic() + _HOLDS_S
        return known

    return is_away


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None
