"""Values as Ruby writes and compares them, since that is what a Jekyll site's pages show."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from liquid.builtin.expressions.primitive import Blank, Empty
from liquid.undefined import is_undefined

from feedsvc.posts.liquid.problems import TagError

_INTEGER = re.compile(r"\s*([+-]?\d{1,1000}(?:_\d{1,1000})*)")
_DECIMAL = re.compile(r"-?\d{1,300}\.\d{1,300}")
_SPECIAL = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "#{": "\\#{"}
_TO_ESCAPE = re.compile(r'["\\\n\t\r\x1b]|#\{')


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time, in the zone in which it is shown; ``is_date`` where its hours mean nothing."""

    at: datetime
    is_date: bool = False

    def __liquid__(self) -> float:
        """Return what comparisons in Liquid go by."""
        return self.at.timestamp()

    def __str__(self) -> str:
        """Return what Ruby's ``Date#to_s`` or ``Time#to_s`` does."""
        if self.is_date:
            return f"{self.at:%Y-%m-%d}".rjust(10, "0")
        zone = "UTC" if self.at.tzname() == "UTC" and not self.at.utcoffset() else f"{self.at:%z}"
        return f"{self.at:%Y-%m-%d %H:%M:%S} {zone}".rjust(20, "0")


def plain(value: object) -> object:
    """Return a value of python-liquid's without what is its own."""
    if is_undefined(value):
        return None
    if isinstance(value, Empty | Blank):
        return ""
    return value


def to_s(value: object) -> str:
    """Return what Ruby's ``to_s`` does."""
    if isinstance(value, str):
        return str(value)
    if value is None or is_undefined(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return _float(float(value))
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    if isinstance(value, list | tuple | dict):
        return inspect(value)
    return _CLASSES.get(type(value).__name__) or _described(value)


def _described(value: object) -> str:
    """Return how a value describes itself, but nothing where Python would write its place in memory."""
    kind = type(value)
    return "" if kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__ else str(value)


# What a drop that says no other is: its class, to Ruby.
_CLASSES = {
    "SiteDrop": "Jekyll::Drops::SiteDrop",
    "ForLoop": "Liquid::ForloopDrop",
    "TableRow": "Liquid::TablerowloopDrop",
}


def output(value: object) -> str:
    """Return what ``{{ value }}`` writes: lists are joined."""
    return "".join(map(output, value)) if isinstance(value, list | tuple) else to_s(value)


def inspect(value: object) -> str:
    """Return what Ruby's ``inspect`` does."""
    if isinstance(value, str):
        return '"' + _TO_ESCAPE.sub(lambda match: _SPECIAL[match[0]], value) + '"'
    if value is None:
        return "nil"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(inspect, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inspect(key)}=>{inspect(item)}" for key, item in value.items()) + "}"
    return to_s(value)


def to_json(value: object) -> str:
    """Return what Ruby's ``to_json`` does. Raises ValueError for what JSON has no word for."""
    return json.dumps(_for_json(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_i(value: object) -> int:
    """Return what Ruby's ``to_i`` does: the digits at the beginning of a text."""
    if isinstance(value, bool) or value is None:
        return int(value is True)
    if isinstance(value, int | float | Decimal):
        return int(value)
    if isinstance(value, Moment):
        return int(value.at.timestamp())
    match = _INTEGER.match(value) if isinstance(value, str) else None
    return int(match[1]) if match else 0


def to_integer(value: object) -> int:
    """Return what ``Liquid::Utils.to_integer`` does. Raises TagError where Ruby's ``Integer()`` would."""
    text = to_s(value).strip()
    if re.fullmatch(r"[+-]?\d{1,1000}", text) is None:
        raise TagError(f"{text[:40]!r} is no whole number")
    return int(text)


def to_number(value: object) -> int | Decimal:
    """Return what ``Liquid::Utils.to_number`` does: zero for what is no number."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, int | Decimal):
        return value
    if isinstance(value, str):
        return Decimal(value.strip()) if _DECIMAL.fullmatch(value.strip()) else to_i(value)
    return 0


def number(value: int | Decimal) -> int | float:
    """Return a result of arithmetic as Liquid gives it on."""
    return float(value) if isinstance(value, Decimal) else value


def compare(left: object, right: object) -> int | None:
    """Return what Ruby's ``<=>`` does; None where the two cannot be compared."""
    left, right = (each.__liquid__() if isinstance(each, Moment) else each for each in (left, right))
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        for one, other in zip(left, right, strict=False):
            order = compare(one, other)
            if order != 0:
                return order
        return _order(len(left), len(right))
    if isinstance(left, str) and isinstance(right, str):
        return _order(left, right)
    numbers = (int, float, Decimal)
    if isinstance(left, numbers) and isinstance(right, numbers) and not _has_bool(left, right):
        return _order(left, right)
    return 0 if type(left) is type(right) and left == right else None


def _order(left: Any, right: Any) -> int:  # noqa: ANN401 - what can be compared was asked by its caller
    return int(left > right) - int(left < right)


def _has_bool(*values: object) -> bool:
    return any(isinstance(value, bool) for value in values)


def _float(value: float) -> str:
    text = repr(value)
    if "e" not in text:
        return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(text, text)
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"


def _for_json(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_for_json(item) for item in value]
    if isinstance(value, Mapping):
        return {to_s(key): _for_json(item) for key, item in value.items()}
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    return to_s(value)
