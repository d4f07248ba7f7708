"""Filters that take a list or make one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cmp_to_key

from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.ruby import compare, inspect, output, to_integer, to_s
from feedsvc.posts.liquid.scene import Filters, Scene

_WHITE = re.compile(r"[ \t\n\v\f\r\0]+")


def items_of(scene: Scene, value: object) -> list[object]:
    """Return what ``Liquid::StandardFilters::InputIterator`` goes over, as a flat list."""
    if isinstance(value, list | tuple):
        items = list(_flat(value))
    elif isinstance(value, range):
        items = list(value)
    else:
        items = [] if value is None else [value]
    scene.bounds.step(len(items))
    return items


def _flat(items: Iterable[object]) -> Iterable[object]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _flat(item)
        else:
            yield item


def property_of(item: object, name: object) -> object:
    """Return what Ruby's ``item[name]`` does. Raises TagError where it would raise."""
    if isinstance(item, Mapping):
        return item.get(to_s(name))
    if isinstance(item, list | tuple) and isinstance(name, int):
        return item[name] if -len(item) <= name < len(item) else None
    if isinstance(item, str):
        return to_s(name) if to_s(name) in item else None
    raise TagError(f"cannot select the property {inspect(name)[:40]}")


def key_of(value: object) -> str:
    """Return a text that is equal for equal values: what is hashed of lists and mappings."""
    return f"{type(value).__name__} {inspect(value)}"


def _split(_: Scene, value: object, separator: object) -> list[str]:
    text, mark = to_s(value), to_s(separator)
    parts = text.split(mark) if mark else list(text)
    if mark == " ":
        parts = [part for part in _WHITE.split(text) if part]
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _join(scene: Scene, value: object, glue: object = " ") -> str:
    parts = [output(item) for item in items_of(scene, value)]
    scene.bounds.allow(sum(map(len, parts)) + len(parts) * len(to_s(glue)))
    return to_s(glue).join(parts)


def _sort_natural(scene: Scene, value: object, name: object = None) -> list[object]:
    def key(item: object) -> tuple[bool, str]:
        by = item if name is None else property_of(item, name)
        # Only ASCII's letters are one, great or small, to Ruby's casecmp.
        return by is None, re.sub("[A-Z]+", lambda match: match[0].lower(), to_s(by))

    return sorted(items_of(scene, value), key=key)


def _uniq(scene: Scene, value: object, name: object = None) -> list[object]:
    found: dict[str, object] = {}
    for item in items_of(scene, value):
        found.setdefault(key_of(item if name is None else property_of(item, name)), item)
    return list(found.values())


def _compact(scene: Scene, value: object, name: object = None) -> list[object]:
    items = items_of(scene, value)
    return [item for item in items if (item if name is None else property_of(item, name)) is not None]


def _map(scene: Scene, value: object, name: object) -> list[object]:
    return [property_of(item, name) for item in items_of(scene, value)]


def _concat(scene: Scene, value: object, other: object) -> list[object]:
    if not isinstance(other, list | tuple):
        raise TagError("concat takes a list")
    return [*items_of(scene, value), *other]


def _sorted(items: list[object]) -> list[object]:
    def order(left: object, right: object) -> int:
        found = compare(left, right)
        if found is None:
            raise TagError("sort: these values cannot be compared")
        return found

    return sorted(items, key=cmp_to_key(order))


def sort_plainly(scene: Scene, value: object) -> list[object]:
    """Sort a list as Ruby's ``sort`` does. Raises TagError where values of different kinds are in it."""
    items: list[object] = [list(item) for item in value.items()] if isinstance(value, dict) else []
    if isinstance(value, list | tuple | range):
        items = list(value)
    elif not isinstance(value, dict):
        raise TagError("sort takes a list")
    scene.bounds.step(2 * len(items))
    return _sorted(items)


def _changed(value: object, change: object, *, added: bool, front: bool) -> object:
    if not isinstance(value, list):
        return value
    if added:
        return [change, *value] if front else [*value, change]
    count = max(to_integer(change), 0)
    return value[count:] if front else value[: max(len(value) - count, 0)]


def _sample(scene: Scene, value: object, count: object = 1) -> object:
    """Take items that look as if taken at random, the same ones for the same post: a feed knows no chance."""
    if not isinstance(value, list) or not value:
        return None if isinstance(value, list) else value
    start = zlib.crc32(scene.site.page_path.encode("utf-8", "replace")) % len(value)
    rotated = value[start:] + value[:start]
    most = to_integer(count)
    return rotated[0] if most == 1 else rotated[: max(most, 0)]


def _sentence(_: Scene, value: object, connector: object = "and") -> str:
    if not isinstance(value, list | tuple | str):
        raise TagError("array_to_sentence_string takes a list")
    parts = [to_s(item) for item in value]
    if len(parts) < 3:
        return f" {to_s(connector)} ".join(parts)
    return f"{', '.join(parts[:-1])}, {to_s(connector)} {parts[-1]}"


def _first(_: Scene, value: object) -> object:
    if isinstance(value, dict):
        return next(([key, item] for key, item in value.items()), None)
    return value[0] if isinstance(value, list | tuple | range) and value else None


def _size(_: Scene, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return 8  # Ruby's Integer#size: the bytes of a machine word
    return len(value) if isinstance(value, str | list | tuple | Mapping | range) else 0


def _default(_: Scene, value: object, other: object = "", options: object = None) -> object:
    keeps_false = isinstance(options, dict) and options.get("allow_false") not in (None, False)
    absent = value is None or (value is False and not keeps_false)
    empty = isinstance(value, str | list | tuple | Mapping) and not len(value)
    return other if absent or empty else value


FILTERS: Filters = {
    "split": _split,
    "join": _join,
    "reverse": lambda scene, value: items_of(scene, value)[::-1],
    "sort_natural": _sort_natural,
    "uniq": _uniq,
    "compact": _compact,
    "map": _map,
    "concat": _concat,
    "first": _first,
    "last": lambda _, value: value[-1] if isinstance(value, list | tuple | range) and value else None,
    "push": lambda _, value, item: _changed(value, item, added=True, front=False),
    "unshift": lambda _, value, item: _changed(value, item, added=True, front=True),
    "pop": lambda _, value, count=1: _changed(value, count, added=False, front=False),
    "shift": lambda _, value, count=1: _changed(value, count, added=False, front=True),
    "sample": _sample,
    "array_to_sentence_string": _sentence,
    "size": _size,
    "default": _default,
}
