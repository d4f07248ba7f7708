"""A row of a table becomes cells: its pipes part them, but for those in code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedsvc.posts.kramdown.document import Source
from feedsvc.posts.kramdown.spans import code_span_at

_CELL_END = re.compile(r"(?<!\\)\|")
_TICKS = re.compile(r"`+")


def split_row(line: str) -> list[str]:
    """Split a row at its pipes, but not within code."""
    cells: list[str] = []

    def extend(text: str) -> None:
        if cells:
            cells[-1] += text
        else:
            cells.append(text)

    for is_element, part in _code_elements(line):
        if is_element:
            extend(part)
            continue
        for is_code, text in _split_code(part):
            if is_code:
                extend(_code_span(text))
                continue
            first, *others = (cell.replace("\\|", "|") for cell in _CELL_END.split(text))
            extend(first)
            cells.extend(others)
    return cells or [""]


def _code_elements(line: str) -> Iterator[tuple[bool, str]]:
    """Cut out what stands in ``<code>`` and ``</code>``."""
    pos = 0
    while (start := line.find("<code", pos)) >= 0:
        end = line.find("</code>", line.find(">", start) + 1 or len(line))
        if end < 0:
            break
        yield False, line[pos:start]
        pos = end + len("</code>")
        yield True, line[start:pos]
    yield False, line[pos:]


def _code_span(text: str) -> str:
    """Return code in backticks enough for it."""
    ticks = max(_TICKS.findall(text), default="") + "`"
    blank = " " if len(ticks) > 1 else ""
    return f"{ticks}{blank}{text}{blank}{ticks}"


def _split_code(text: str) -> list[tuple[bool, str]]:
    """Return the parts of ``text`` in their order, with whether they are code; backticks of code are gone."""
    if "`" not in text:
        return [(False, text)] if text else []
    source, parts, start, pos = Source(text), [], 0, 0
    while (pos := text.find("`", pos)) >= 0:
        code, end = code_span_at(source, pos)
        if code is not None:
            if pos > start:
                parts.append((False, text[start:pos]))
            parts.append((True, code))
            start = end
        pos = end
    if start < len(text):
        parts.append((False, text[start:]))
    return parts
