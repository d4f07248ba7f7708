"""How much work one post's Liquid may be: counted, never timed, so that a post has one answer everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from feedsvc.posts.liquid.problems import ExceededError

MAX_STEPS = 400_000
"""Nodes rendered, loop rounds, filters called, and a step for each ``_PER_STEP`` characters that they handle."""

MAX_OUTPUT = 4_000_000
"""Characters written, those captured included."""

MAX_VALUE = 1_000_000
"""The greatest weight of one value: a text's characters; a list's items, eight each, and what they weigh."""

MAX_LEVELS = 50
"""How deep blocks, and includes in includes, may be nested while rendering."""

MAX_BITS = 4096
"""The longest number."""

_PER_STEP = 64
_EACH = 8
_MAX_NESTING = 100


class Bounds:
    """What one rendering has used of what it may use. Every method raises ExceededError beyond that."""

    def __init__(self) -> None:
        self.steps = 0
        self.written = 0
        self.level = 0

    def step(self, count: int = 1) -> None:
        """Count work about to be done."""
        self.steps += count
        if self.steps > MAX_STEPS:
            raise ExceededError(f"the Liquid takes more than {MAX_STEPS:,} steps")

    def deeper(self) -> None:
        """Count one more level of nesting; the caller takes it back from ``level``."""
        self.level += 1
        if self.level > MAX_LEVELS:
            raise ExceededError(f"the Liquid is nested more than {MAX_LEVELS} levels deep")

    def handle(self, value: object) -> None:
        """Count what it takes to make or to read ``value``."""
        self.step(1 + weight(value) // _PER_STEP)

    def allow(self, size: int) -> None:
        """Check the size of a text, in characters, before it is made."""
        if size > MAX_VALUE:
            raise ExceededError(f"the Liquid makes a text or list of more than {MAX_VALUE:,} characters")
        self.step(size // _PER_STEP)

    def write(self, size: int) -> None:
        """Count characters of output."""
        self.written += size
        if self.written > MAX_OUTPUT:
            raise ExceededError(f"the Liquid writes more than {MAX_OUTPUT:,} characters")


class Output(StringIO):
    """Where a template is rendered to, within bounds."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(newline="")
        self._bounds = bounds

    def write(self, text: str) -> int:
        """Write ``text``. Raises ExceededError."""
        self._bounds.write(len(text))
        return super().write(text)


def weight(value: object) -> int:
    """Return how much ``value`` is once written out. Raises ExceededError where that is beyond use.

    A list that holds one list many times weighs it each time; what is read only when asked for weighs as one item.
    """
    if isinstance(value, str):
        return _checked(len(value))
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise ExceededError(f"the Liquid makes a number of more than {MAX_BITS} bits")
        return _EACH
    total, waiting = _EACH, [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        parts = _parts(item)
        total = _checked(total + (len(item) if isinstance(item, str) else _EACH * len(parts)))
        if parts and depth == _MAX_NESTING:
            raise ExceededError(f"the Liquid nests lists more than {_MAX_NESTING} deep")
        if not isinstance(parts, range):
            waiting += [(part, depth + 1) for part in parts]
    return total


def _parts(value: object) -> Sequence[object]:
    if isinstance(value, list | tuple | range):
        return value
    if isinstance(value, dict):
        return [*value, *value.values()]
    return ()


def _checked(total: int) -> int:
    if total > MAX_VALUE:
        raise ExceededError(f"the Liquid makes a text or list of more than {MAX_VALUE:,} characters")
    return total
