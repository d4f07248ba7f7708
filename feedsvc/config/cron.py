"""The five fields of a crontab line, checked for form and range (crontab(5)), without a scheduler."""

from __future__ import annotations

import re
from typing import NamedTuple

from feedsvc.config.values import RefusedError, parse_text

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


class Field(NamedTuple):
    """One of the five: what it is called, its least and greatest number, and its names."""

    name: str
    least: int
    greatest: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 7, WEEKDAYS),
)
"""As crontab(5) has them; 0 and 7 are both Sunday."""

ITEM = r"(?a)(?:(?P<all>\*)|(?P<first>\w{1,3})(?:-(?P<last>\w{1,3}))?)(?:/(?P<step>\d{1,3}))?"
HINT = 'write five fields like "*/5 * * * *" (minute, hour, day, month, day of the week)'


def parse_cron(value: object) -> str:
    """Return a cron expression in lower case, its white space folded, or ``""`` for ``""``.

    Weekdays come back as a list of names and months as a list of numbers, because
    schedulers disagree on whether weekday 0 is Sunday or Monday. Raise RefusedError, naming
    the field, where it is not five fields of numbers, names, ranges, steps and lists.
    """
    text = " ".join(parse_text(value).lower().split())
    if not text:
        return ""
    parts = text.split(" ")
    if len(parts) != len(FIELDS):
        raise RefusedError(f"{text!r} has {len(parts)} fields and not five", HINT)
    return " ".join(_spell(part, field) for part, field in zip(parts, FIELDS, strict=True))


def _spell(part: str, field: Field) -> str:
    chosen = {number for item in part.split(",") for number in _numbers(item, field)}
    if part == "*" or field.names == ():
        return part
    if field.names is WEEKDAYS:
        return ",".join(WEEKDAYS[number] for number in sorted({number % 7 for number in chosen}))
    return ",".join(str(number) for number in sorted(chosen))


def _numbers(item: str, field: Field) -> range:
    found = re.fullmatch(ITEM, item)
    if found is None:
        raise RefusedError(f"{item!r} is not a {field.name}", HINT)
    step = int(found["step"] or 1)
    if step == 0:
        raise RefusedError(f"{item!r} has a step of 0", HINT)
    if found["all"]:
        return range(field.least, field.greatest + 1, step)
    first = _number(found["first"], field)
    last = _number(found["last"], field) if found["last"] else field.greatest if found["step"] else first
    if last < first:
        raise RefusedError(f"{item!r} ends before it begins", HINT)
    return range(first, last + 1, step)


def _number(word: str, field: Field) -> int:
    if word in field.names:
        return field.names.index(word) + (1 if field.names is MONTHS else 0)
    if not word.isdecimal() or not field.least <= int(word) <= field.greatest:
        raise RefusedError(f"{word!r} is not a {field.name} from {field.least} to {field.greatest}", HINT)
    return int(word)
