"""How many entries came in each week, as a small drawing: bars from the oldest week to the newest."""

from __future__ import annotations

from collections.abc import Sequence

from feedsvc.model import WEEKS, FeedFacts

_BAR, _GAP, HEIGHT = 3, 1, 24
WIDTH = WEEKS * (_BAR + _GAP) - _GAP

# A week with one entry is no full bar, even where no week has more.
_LEAST_SCALE = 3


def weekly_counts(facts: FeedFacts, newest: int) -> tuple[int, ...]:
    """Return the entries of each of ``WEEKS`` weeks, the oldest first; the last one is the week numbered ``newest``."""
    counts = dict(zip(range(facts.week, facts.week - len(facts.counts), -1), facts.counts, strict=True))
    return tuple(counts.get(week, 0) for week in range(newest - WEEKS + 1, newest + 1))


def draw_bars(counts: Sequence[int]) -> str:
    """Return the path (SVG 2, 9.3) of bars in a box of ``WIDTH`` by ``HEIGHT``; a week without entries is a line."""
    scale = max(_LEAST_SCALE, *counts)
    bars = []
    for place, count in enumerate(counts):
        height = max(1, round(HEIGHT * count / scale))
        bars.append(f"M{place * (_BAR + _GAP)} {HEIGHT}v-{height}h{_BAR}v{height}z")
    return "".join(bars)
