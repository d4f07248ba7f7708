"""Weeks by their numbers: counted from the Monday before the epoch, in a zone with an offset to UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from feedsvc.records import to_microseconds

_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400_000_000
# The epoch was a Thursday.
_EPOCH = 3 * _DAY

WEEK = 7 * _DAY
"""The length of a week in microseconds."""


def shift_of(offset: timedelta) -> int:
    """Return the microseconds to add to those since the epoch, so that each week begins with a multiple of ``WEEK``."""
    return _EPOCH + offset // _MICROSECOND


def week_of(instant: datetime, offset: timedelta) -> int:
    """Return the number of a week."""
    return (to_microseconds(instant) + shift_of(offset)) // WEEK
