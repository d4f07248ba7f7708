"""One line of a post as a terminal can show it, and a pointer under one of its columns."""

from __future__ import annotations

import unicodedata

from feedsvc.checking.cells import width_of
from feedsvc.graphemes import characters_of, cut_before

_TAB = 4
_ELLIPSIS = "…"
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What would turn the rest of the terminal's line around."""


def excerpt(line: str, column: int, width: int) -> tuple[str, str]:
    """Return what to show of ``line`` and the pointer for the line below, each at most ``width`` cells (20 at least).

    ``column`` counts characters from 1; behind the end it points there. A longer line is cut around it. Tabs become
    blanks, and characters that a terminal would obey become pictures of themselves.
    """
    at = max(0, min(column - 1, len(line)))
    # No more than can be shown, however long the line is.
    start = cut_before(line, max(0, at - 4 * width))
    near = line[start : at + 4 * width]
    shown, target = _cells(near, at - start)
    left, right = _window([each_width for _, each_width in shown], target, width - 2)
    before = _ELLIPSIS if left or start else ""
    after = _ELLIPSIS if right < len(shown) or start + len(near) < len(line) else ""
    text = before + "".join(text for text, _ in shown[left:right]) + after
    return text.rstrip(), " " * (len(before) + sum(each for _, each in shown[left:target])) + "^"


def _cells(text: str, at: int) -> tuple[list[tuple[str, int]], int]:
    """Return what is shown of each character with its width, and the place among them of the one that holds ``at``."""
    shown: list[tuple[str, int]] = []
    target, offset, column = None, 0, 0
    for character in characters_of(text):
        offset += len(character)
        if target is None and at < offset:
            target = len(shown)
        picture = " " * (_TAB - column % _TAB) if character == "\t" else "".join(map(_picture, character))
        cells = len(picture) if character == "\t" else width_of(picture)
        shown.append((picture, cells))
        column += cells
    return shown, len(shown) if target is None else target


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    hidden = unicodedata.category(character) in {"Cc", "Cn", "Cs", "Co", "Zl", "Zp"} or character in _DIRECTIONS
    return "\ufffd" if hidden else character


def _window(widths: list[int], target: int, width: int) -> tuple[int, int]:
    """Return from where to where characters fit into ``width`` cells: all of them, or some on both sides of target."""
    if sum(widths) <= width:
        return 0, len(widths)
    left = right = target
    room = width
    while left > 0 and room - widths[left - 1] >= width // 2:
        left -= 1
        room -= widths[left]
    while right < len(widths) and widths[right] <= room:
        room -= widths[right]
        right += 1
    while left > 0 and widths[left - 1] <= room:
        left -= 1
        room -= widths[left]
    return left, right
