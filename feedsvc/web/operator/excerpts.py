"""The lines around a fault in a post, with the character that it is about. Pure.

Nothing in them can pass for something else: what is invisible, or turns the direction of writing, is written out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from feedsvc.graphemes import cut_before

_AROUND = 2
_BEFORE, _AFTER = 60, 140
"""Characters of a long line that are shown before and after the place."""

# Neither tabs nor what joins characters into one.
_INVISIBLE = re.compile(
    "[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ud800-\\udfff\\ufeff\\ufff0-\\ufffb\\ufffe\\uffff]"
)
_LONGEST_CHARACTER = 16
_END_OF_LINE = "↵"
_CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a post by its number; ``marked`` is what the fault is about, with what is before and behind it."""

    number: int
    before: str
    marked: str = ""
    after: str = ""


def decode_loosely(data: bytes, encodings: Sequence[str]) -> str:
    """Return a file's text by the first of ``encodings`` that takes it, else with what cannot be read replaced."""
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeError:
            continue
    return data.decode("utf-8", "replace")


def cut_excerpt(text: str, line: int, column: int) -> tuple[Line, ...]:
    """Return the lines around a place, which counts from 1, in characters; none where there is no such line.

    ``column`` may be one behind the end of its line.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not 1 <= line <= len(lines):
        return ()
    numbered = enumerate(lines, start=1)
    first, last = line - _AROUND, line + _AROUND
    return tuple(
        _mark(number, content, column) if number == line else Line(number=number, before=_show_beginning(content))
        for number, content in numbered
        if first <= number <= last
    )


def _mark(number: int, content: str, column: int) -> Line:
    at = min(max(column - 1, 0), len(content))
    start = max(0, at - _BEFORE)
    before = (_CUT if start else "") + _show(content[start:at])
    if at == len(content):
        return Line(number=number, before=before, marked=_END_OF_LINE)
    end = _end_of_character(content, at)
    return Line(number=number, before=before, marked=_show(content[at:end]), after=_show_beginning(content[end:]))


def _end_of_character(content: str, at: int) -> int:
    """Return where the character at ``at`` ends as people see it."""
    longest = min(len(content), at + _LONGEST_CHARACTER)
    return next((end for end in range(at + 1, longest) if cut_before(content, end) == end), longest)


def _show_beginning(content: str) -> str:
    return _show(content[:_AFTER]) + (_CUT if len(content) > _AFTER else "")


def _show(content: str) -> str:
    return _INVISIBLE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", content)
