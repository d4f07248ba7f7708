"""Numbers of days as places in a picture: bars on one another, and lines. Pure; how they look is the template's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 320, 180
LEFT, RIGHT, TOP, BOTTOM = 54, 316, 10, 152
"""The size of a picture, and the place in it where bars and lines are, in its own units."""

MOST_BARS = 60
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One part of one bar: ``part`` counts from 0, the lowest."""

    part: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A number at an axis and its place."""

    value: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars or lines with their axes; ``lines`` are points as SVG's polyline takes them, ``ends`` days and places."""

    bars: tuple[Bar, ...] = ()
    lines: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    ends: tuple[tuple[date, float], ...] = ()


def stack_bars(days: Sequence[date], series: Sequence[Sequence[int]]) -> Chart:
    """Return a bar for each day, or for each week where there are many days, of one part for each series."""
    step = 1 if len(days) <= MOST_BARS else _WEEK
    # Weeks end today; the first one may be shorter.
    ends = range(len(days), 0, -step)[::-1]
    columns = [[sum(each[max(0, end - step) : end]) for each in series] for end in ends]
    top = _round_up(max((sum(column) for column in columns), default=0))
    slot = (RIGHT - LEFT) / max(1, len(columns))
    width = slot * 0.8
    bars = []
    for number, column in enumerate(columns):
        below = 0
        for part, value in enumerate(column):
            height = _scale(value, top)
            if value:
                place = BOTTOM - _scale(below, top) - height
                x = LEFT + number * slot + (slot - width) / 2
                bars.append(Bar(part=part, x=_short(x), y=_short(place), width=_short(width), height=_short(height)))
            below += value
    return Chart(bars=tuple(bars), marks=_marks(top), ends=_ends(days))


def draw_lines(days: Sequence[date], series: Sequence[Sequence[int]]) -> Chart:
    """Return a line for each series, with a point for each day."""
    top = _round_up(max((max(each, default=0) for each in series), default=0))
    step = (RIGHT - LEFT) / max(1, len(days) - 1)
    lines = tuple(
        " ".join(
            f"{_short(LEFT + number * step):g},{_short(BOTTOM - _scale(value, top)):g}"
            for number, value in enumerate(values)
        )
        for values in series
    )
    return Chart(lines=lines, marks=_marks(top), ends=_ends(days))


def _round_up(value: int) -> int:
    """Return the next number that can be halved and is easily read, as 2, 4, 10, 20 or 40."""
    size = 1
    while True:
        for step in (2, 4, 6, 10):
            if value <= step * size:
                return step * size
        size *= 10


def _scale(value: int, top: int) -> float:
    return value / top * (BOTTOM - TOP)


def _marks(top: int) -> tuple[Mark, ...]:
    return tuple(Mark(value=value, at=_short(BOTTOM - _scale(value, top))) for value in (0, top // 2, top))


def _ends(days: Sequence[date]) -> tuple[tuple[date, float], ...]:
    return ((days[0], LEFT), (days[-1], RIGHT)) if len(days) > 1 else ()


def _short(value: float) -> float:
    return round(value, 2)
