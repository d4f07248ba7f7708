"""Filters that count: Liquid's arithmetic, which is Ruby's."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.ruby import number, to_number
from feedsvc.posts.liquid.scene import Filters, Scene

_Number = int | Decimal


def _operation(operate: Callable[[_Number, _Number], _Number]) -> Callable[[Scene, object, object], object]:
    def calculate(_: Scene, value: object, operand: object) -> object:
        left, right = to_number(value), to_number(operand)
        if isinstance(left, Decimal) or isinstance(right, Decimal):
            left, right = Decimal(left), Decimal(right)
        return number(operate(left, right))

    return calculate


def _divide(left: _Number, right: _Number) -> _Number:
    if not right:
        raise TagError("divided by 0")
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return Decimal(left) / Decimal(right)


def _modulo(left: _Number, right: _Number) -> _Number:
    """Return the remainder with the sign of the divisor, as Ruby has it."""
    if not right:
        raise TagError("divided by 0")
    if isinstance(left, int) and isinstance(right, int):
        return left % right
    remainder = Decimal(left) % Decimal(right)
    return remainder + right if remainder and (remainder < 0) != (right < 0) else remainder


def _round(_: Scene, value: object, digits: object = 0) -> object:
    exact, places = to_number(value), int(to_number(digits))
    if not -100 <= places <= 100:
        raise TagError("round: so many digits there are not")
    if isinstance(exact, int) and places >= 0:
        return exact
    rounded = Decimal(exact).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return float(rounded) if places > 0 else int(rounded)


def _whole(rounding: str) -> Callable[[Scene, object], object]:
    def round_(_: Scene, value: object) -> object:
        return int(Decimal(to_number(value)).to_integral_value(rounding=rounding))

    return round_


def _absolute(_: Scene, value: object) -> object:
    exact = to_number(value)
    return number(-exact if exact < 0 else exact)


FILTERS: Filters = {
    "plus": _operation(lambda left, right: left + right),
    "minus": _operation(lambda left, right: left - right),
    "times": _operation(lambda left, right: left * right),
    "divided_by": _operation(_divide),
    "modulo": _operation(_modulo),
    "at_least": _operation(lambda left, right: max(left, right)),
    "at_most": _operation(lambda left, right: min(left, right)),
    "abs": _absolute,
    "round": _round,
    "ceil": _whole(ROUND_CEILING),
    "floor": _whole(ROUND_FLOOR),
}
