"""Jekyll's filters that pick, order and group the items of a list by a property or an expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cmp_to_key

from liquid.expression import Expression

from feedsvc.posts.liquid.expressions import read_condition, read_expression
from feedsvc.posts.liquid.filters.lists import sort_plainly
from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.ruby import compare, output, plain, to_s
from feedsvc.posts.liquid.scene import Filters, Scene

_INTEGER_LIKE = re.compile(r"\s*-?\d{1,300}\s*")
_FLOAT_LIKE = re.compile(r"\s*-?(?:\d{1,300}\.?\d{0,300}|\.\d{1,300})\s*")


def _items(scene: Scene, value: object) -> list[object] | None:
    """Return the items of a list, or the values of a mapping; None where there are none to pick from."""
    if isinstance(value, Mapping):
        items = list(value.values())
    elif isinstance(value, list | tuple | range):
        items = list(value)
    else:
        return None
    scene.bounds.step(2 * len(items))
    return items


def _property(item: object, name: object) -> object:
    """Return a property by its name or dotted path; numbers that are written as text count as numbers."""
    value = item
    for part in to_s(name).split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    text = to_s(value) if isinstance(value, str | int | float) else ""
    if isinstance(value, bool):
        return value
    if _INTEGER_LIKE.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT_LIKE.fullmatch(text) else value


def _is(found: object, target: object) -> bool:
    """Say whether a property is the target, or holds it (``compare_property_vs_target``)."""
    if target is None:
        return found is None
    if isinstance(found, str):
        return found == to_s(target)
    if isinstance(found, list | tuple):
        return any(to_s(each) == to_s(target) for each in found)
    return found is not None and to_s(found) == to_s(target)


def _where(scene: Scene, value: object, name: object, target: object = None) -> object:
    items = _items(scene, value)
    if items is None or name in (None, False) or isinstance(target, list | dict):
        return value
    return [item for item in items if _is(_property(item, name), target)]


def _find(scene: Scene, value: object, name: object, target: object = None) -> object:
    items = _items(scene, value)
    if items is None or name in (None, False) or isinstance(target, list | dict):
        return value
    return next((item for item in items if _is(_property(item, name), target)), None)


def _evaluated(scene: Scene, items: list[object], variable: object, expression: Expression) -> Iterator[object]:
    """Yield the expression's value for each item under the name of ``variable``."""
    for item in items:
        scene.bounds.step(3)
        with scene.extend({to_s(variable): item}):
            yield plain(expression.evaluate(scene))


def _where_exp(scene: Scene, value: object, variable: object, expression: object) -> object:
    items = _items(scene, value)
    if items is None:
        return value
    answers = _evaluated(scene, items, variable, read_condition(to_s(expression)))
    return [item for item, answer in zip(items, answers, strict=True) if answer]


def _find_exp(scene: Scene, value: object, variable: object, expression: object) -> object:
    items = _items(scene, value)
    if items is None:
        return value
    answers = _evaluated(scene, items, variable, read_condition(to_s(expression)))
    return next((item for item, answer in zip(items, answers, strict=False) if answer), None)


def _grouped(items: list[object], names: Iterator[object], write: Callable[[object], str]) -> list[object]:
    groups: dict[str, list[object]] = {}
    for item, name in zip(items, names, strict=True):
        groups.setdefault(write(name), []).append(item)
    return [{"name": name, "items": members, "size": len(members)} for name, members in groups.items()]


def _group_by(scene: Scene, value: object, name: object) -> object:
    items = _pairs(scene, value)
    return value if items is None else _grouped(items, (_property(item, name) for item in items), to_s)


def _group_by_exp(scene: Scene, value: object, variable: object, expression: object) -> object:
    items = _pairs(scene, value)
    if items is None:
        return value
    return _grouped(items, _evaluated(scene, items, variable, read_expression(to_s(expression))), output)


def _pairs(scene: Scene, value: object) -> list[object] | None:
    """Return the items of a list, or the pairs of a mapping, which Ruby's Enumerable goes over."""
    return _items(scene, [list(pair) for pair in value.items()] if isinstance(value, dict) else value)


def _sort(scene: Scene, value: object, name: object = None, nils: object = "first") -> list[object]:
    if name is None:
        return sort_plainly(scene, value)
    if to_s(nils) not in {"first", "last"}:
        raise TagError(f"sort: {to_s(nils)[:40]!r} is neither 'first' nor 'last'")
    nil_order = -1 if to_s(nils) == "first" else 1
    items = _pairs(scene, value)
    if items is None:
        raise TagError("sort takes a list")

    def order(left: tuple[object, object], right: tuple[object, object]) -> int:
        one, other = left[0], right[0]
        if one is None or other is None:
            return nil_order * ((one is None) - (other is None))
        found = compare(one, other)
        return found if found is not None else (to_s(one) > to_s(other)) - (to_s(one) < to_s(other))

    return [item for _, item in sorted(((_property(item, name), item) for item in items), key=cmp_to_key(order))]


FILTERS: Filters = {
    "where": _where,
    "where_exp": _where_exp,
    "find": _find,
    "find_exp": _find_exp,
    "group_by": _group_by,
    "group_by_exp": _group_by_exp,
    "sort": _sort,
}
