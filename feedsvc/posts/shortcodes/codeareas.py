"""Where a Markdown text shows code: there a tag is what the author wants to show."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_RUN = re.compile(r"`+")
_BLANK = re.compile(r"\n[ \t]*(?=\n)")


class CodeAreas:
    """The parts of ``text`` between fences and between backticks (CommonMark 0.31, 4.5 and 6.1), near enough."""

    def __init__(self, text: str) -> None:
        areas = sorted(_find(text))
        self._starts, self._ends = [start for start, _ in areas], [end for _, end in areas]

    def end_of(self, at: int) -> int:
        """Return where the code ends in which ``at`` is, or -1."""
        index = bisect_right(self._starts, at) - 1
        return self._ends[index] if index >= 0 and at < self._ends[index] else -1


def _find(text: str) -> Iterator[tuple[int, int]]:
    start, begun, mark, at = 0, -1, "", 0
    for line in text.splitlines(keepends=True):
        fence = _FENCE.match(line)
        if begun < 0 and fence and "`" not in line[fence.end() :]:
            yield from _spans(text, start, at)
            begun, mark = at, fence[1]
        elif begun >= 0 and fence and fence[1].startswith(mark) and not line[fence.end() :].strip():
            yield begun, at + len(line)
            begun, start = -1, at + len(line)
        at += len(line)
    if begun >= 0:
        yield begun, len(text)
    else:
        yield from _spans(text, start, len(text))


def _spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the code within lines of a part of the text, paragraph by paragraph."""
    for blank in (*(match.start() for match in _BLANK.finditer(text, start, end)), end):
        runs = [(match.start(), match.end()) for match in _RUN.finditer(text, start, blank)]
        places: dict[int, list[int]] = {}
        for begin, close in runs:
            places.setdefault(close - begin, []).append(begin)
        after = start
        for begin, close in runs:
            same = places[close - begin]
            nearest = bisect_right(same, begin)
            if begin >= after and nearest < len(same):
                after = same[nearest] + close - begin
                yield begin, after
        start = blank
