"""When to try again. Pure: what chance there is, is an argument."""

from __future__ import annotations

from datetime import timedelta

FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
PATIENCE = timedelta(days=1)
"""How long a peer is tried that does not answer; the next change begins anew."""


def next_pause(tries: int, chance: float, asked_for: timedelta | None = None, *, first: timedelta = FIRST) -> timedelta:
    """Return how long to wait after this many failures, from 1: ``first``, doubled each time, an hour at most.

    ``chance``, from 0 to 1, moves it by a fifth either way, so that what failed together does not come back together.
    ``asked_for`` is what the other side wants (RFC 9110, 10.2.3): no less than that, but at most a day.
    """
    doubled: timedelta = min(first * (1 << min(tries - 1, 16)), LONGEST)
    pause = doubled * (0.8 + 0.4 * chance)
    return pause if asked_for is None else min(max(pause, asked_for), PATIENCE)
