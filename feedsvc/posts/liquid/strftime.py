"""Ruby's ``strftime``, in English: the C library's would know the machine's locale, and no flags."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

_DIRECTIVE = re.compile(r"%(?P<flags>[-0^#_]*)(?P<width>\d{0,3})(?P<colons>:{0,3})(?P<letter>[A-Za-z%+])")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MAX_WIDTH = 100

_NUMBERS: dict[str, tuple[Callable[[datetime], int], int, str]] = {
    "Y": (lambda at: at.year, 4, "0"),
    "C": (lambda at: at.year // 100, 2, "0"),
    "y": (lambda at: at.year % 100, 2, "0"),
    "m": (lambda at: at.month, 2, "0"),
    "d": (lambda at: at.day, 2, "0"),
    "e": (lambda at: at.day, 2, " "),
    "j": (lambda at: at.timetuple().tm_yday, 3, "0"),
    "H": (lambda at: at.hour, 2, "0"),
    "k": (lambda at: at.hour, 2, " "),
    "I": (lambda at: at.hour % 12 or 12, 2, "0"),
    "l": (lambda at: at.hour % 12 or 12, 2, " "),
    "M": (lambda at: at.minute, 2, "0"),
    "S": (lambda at: at.second, 2, "0"),
    "u": (lambda at: at.isoweekday(), 1, "0"),
    "w": (lambda at: at.isoweekday() % 7, 1, "0"),
    "G": (lambda at: at.isocalendar().year, 4, "0"),
    "g": (lambda at: at.isocalendar().year % 100, 2, "0"),
    "V": (lambda at: at.isocalendar().week, 2, "0"),
    "U": (lambda at: (at.timetuple().tm_yday + 6 - at.isoweekday() % 7) // 7, 2, "0"),
    "W": (lambda at: (at.timetuple().tm_yday + 6 - at.weekday()) // 7, 2, "0"),
    "s": (lambda at: int(at.timestamp()), 1, "0"),
}
"""Number, width and padding of each directive that is a number."""

_WORDS: dict[str, Callable[[datetime], str]] = {
    "B": lambda at: _MONTHS[at.month - 1],
    "b": lambda at: _MONTHS[at.month - 1][:3],
    "h": lambda at: _MONTHS[at.month - 1][:3],
    "A": lambda at: _DAYS[at.weekday()],
    "a": lambda at: _DAYS[at.weekday()][:3],
    "p": lambda at: "AM" if at.hour < 12 else "PM",
    "P": lambda at: "am" if at.hour < 12 else "pm",
    "Z": lambda at: _zone_name(at),
    "n": lambda _: "\n",
    "t": lambda _: "\t",
    "%": lambda _: "%",
}

_COMPOSED = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%y",
    "x": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "v": "%e-%^b-%4Y",
    "X": "%H:%M:%S",
    "T": "%H:%M:%S",
    "r": "%I:%M:%S %p",
    "R": "%H:%M",
    "+": "%a %b %e %H:%M:%S %Z %Y",
}


def strftime(at: datetime, form: str) -> str:
    """Write ``at`` (aware) in the ``form`` of Ruby's ``Time#strftime``; what that does not know stays as it is."""
    return _DIRECTIVE.sub(lambda match: _written(at, match), form)


def _written(at: datetime, match: re.Match[str]) -> str:
    flags, letter = match["flags"], match["letter"]
    width = min(int(match["width"] or 0), _MAX_WIDTH)
    if match["colons"] and letter != "z":
        return match[0]
    if letter in _NUMBERS:
        value, usual, padding = _NUMBERS[letter]
        return _padded(str(value(at)), flags, width or usual, padding)
    if letter in {"L", "N"}:
        digits = width or (3 if letter == "L" else 9)
        return f"{at.microsecond:06d}000".ljust(digits, "0")[:digits]
    if letter == "z":
        return _offset(at, len(match["colons"]))
    if letter not in _COMPOSED and letter not in _WORDS:
        return match[0]
    text = strftime(at, _COMPOSED[letter]) if letter in _COMPOSED else _WORDS[letter](at)
    return _cased(text, letter, flags).rjust(width, "0" if "0" in flags else " ")


def _cased(text: str, letter: str, flags: str) -> str:
    if "^" in flags:
        return text.upper()
    if "#" in flags:
        return text.lower() if letter in "pZ" else text.upper()
    return text


def _padded(text: str, flags: str, width: int, padding: str) -> str:
    for flag in flags:
        padding = {"-": "", "0": "0", "_": " "}.get(flag, padding)
    return text.rjust(width, padding) if padding else text


def _offset(at: datetime, colons: int) -> str:
    offset = at.utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if colons == 0:
        return f"{sign}{hours:02d}{minutes:02d}"
    return f"{sign}{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if colons == 2 else "")


def _zone_name(at: datetime) -> str:
    name = at.tzname() or ""
    # A fixed offset has no name in Ruby.
    return "" if name.startswith("UTC") and name != "UTC" else name
