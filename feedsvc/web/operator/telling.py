"""What the operator's page and its feed tell of builds, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from feedsvc.status import Run
from feedsvc.words import Words

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def tell_ago(words: Words, instant: datetime, now: datetime) -> str:
    """Return how long ago an instant was, or in how long it will be, in the largest unit that fits twice or nearly."""
    seconds = (now - instant) / timedelta(seconds=1)
    when = "ago" if seconds >= 0 else "ahead"
    seconds = abs(seconds)
    if seconds < _MINUTE:
        return words(f"operator.{when}_seconds", count=int(seconds))
    for unit, size, limit in (("minutes", _MINUTE, _HOUR), ("hours", _HOUR, 2 * _DAY), ("days", _DAY, float("inf"))):
        if seconds < limit:
            return words(f"operator.{when}_{unit}", count=int(seconds // size))
    raise AssertionError  # no number is infinite


def tell_run(words: Words, run: Run) -> str:
    """Return what a build did, in one sentence without its full stop."""
    if run.kind == "failed":
        return run.message
    if run.kind == "idle":
        return words("operator.found_nothing", count=run.times)
    return ", ".join(_parts(words, run)) or words("operator.changed_nothing")


def _parts(words: Words, run: Run) -> Iterator[str]:
    more = run.posts - run.posts_before
    for key, count in (
        ("posts_more", more),
        ("posts_fewer", -more),
        ("written", run.written_count),
        ("removed", run.removed_count),
        ("newly_rejected", run.newly_rejected_count),
        ("mended", run.mended_count),
    ):
        if count > 0:
            yield words(f"operator.{key}", count=count)


def tell_duration(words: Words, seconds: float) -> str:
    """Return how long a build took."""
    return words("operator.took", seconds=f"{seconds:.2f}" if seconds < 10 else f"{seconds:.0f}")
