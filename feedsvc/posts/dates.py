"""The dates authors write: Jekyll's forms, ISO 8601's, and the zones people name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

_DATE = re.compile(
    r"""
    (?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})
    (?:
        (?:[ \t]+|[Tt])
        (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?
        (?:[ \t]*(?P<meridian>[AaPp])\.?[Mm]\.?)?
        [ \t]*(?P<zone>[Zz]|[A-Za-z]{3,4}|[+-][0-9]{2}(?::?[0-9]{2})?)?
    )?
    """,
    re.VERBOSE,
)

_ZONE_HOURS = {
    "Z": 0,
    "UTC": 0,
    "GMT": 0,
    "KST": 9,
    "JST": 9,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
"""RFC 5322's obsolete zones (4.3), and the two this corner of the world writes."""

# A day from either end, so that every zone can tell the time.
_FIRST = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotADate:
    """Why a text is no date."""

    reason: str


# Posts share days, in their names above all.
@lru_cache(maxsize=4096)
def parse_date(text: str, zone: tzinfo) -> datetime | NotADate:
    """Read ``text`` as an instant in UTC; what names no zone is in ``zone``, a date alone its midnight.

    Of an hour that comes twice when clocks are set back it is the second one.
    Understood are ``2024-01-02``, ``2024-01-02 10:20``, seconds and fractions of them, ``T`` for the
    blank, and a zone as ``Z``, ``+0900``, ``+09:00`` or ``KST``.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return NotADate(reason=f"{_shown(text)} is not a date")
    offset = _zone(match["zone"], zone)
    if offset is None:
        return NotADate(reason=f"{match['zone']} is not a known time zone")
    hour = _hour(match)
    if hour is None:
        return NotADate(reason=f"{_shown(text)} has no such hour")
    try:
        local = datetime(
            int(match["year"]),
            int(match["month"]),
            int(match["day"]),
            hour,
            int(match["minute"] or 0),
            int(match["second"] or 0),
            int((match["fraction"] or "0").ljust(6, "0")[:6]),
            tzinfo=offset,
        )
        instant = _settled(local).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        return NotADate(reason=f"{_shown(text)} does not exist ({error})")
    if not _FIRST <= instant <= _LAST:
        return NotADate(reason=f"{_shown(text)} lies at the edge of the calendar, and beyond it in some time zones")
    return instant


def _settled(local: datetime) -> datetime:
    """Return the later of two instants where clocks were set back meanwhile, as Ruby's ``Time.parse`` does.

    In an hour that is skipped Python's first reading is Ruby's, too.
    """
    later = local.replace(fold=1)
    first, second = local.utcoffset(), later.utcoffset()
    return later if first is not None and second is not None and second < first else local


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _hour(match: re.Match[str]) -> int | None:
    hour = int(match["hour"] or 0)
    if match["meridian"] is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if match["meridian"] in "Pp" else 0)


def _zone(name: str | None, default: tzinfo) -> tzinfo | None:
    if name is None:
        return default
    if name[0] not in "+-":
        hours = _ZONE_HOURS.get(name.upper())
        return None if hours is None else timezone(timedelta(hours=hours))
    digits = name[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        return None
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if name[0] == "-" else delta)
