"""What the parsers of one text share: definitions, options, and how much work may still be done."""

from __future__ import annotations

import re
import sys
from functools import cached_property

from feedsvc.posts.html.complexity import ALWAYS_READ, MAX_PIECES, TooComplexError
from feedsvc.posts.kramdown.options import KramdownOptions
from feedsvc.posts.kramdown.quotes import Typography
from feedsvc.posts.kramdown.tree import Attributes, Element, merge_values

MAX_DEPTH = 60
"""Blocks within blocks, and spans within spans; deeper ones are text."""

_MOST_COPIES = 8
_MOST_FREE_CELLS = 20_000
_EFFORT = 2
_MOST_EFFORT = 500_000
_LEAST_EFFORT = 20_000
_MAX_REFS = 100


class Document:
    """The state of reading one text; ``steps`` counts characters that were looked at in vain or copied."""

    def __init__(self, options: KramdownOptions, size: int) -> None:
        self.options = options
        self.root = Element("root")
        self.alds: dict[str, Attributes] = {}
        self.footnotes: dict[str, Element] = {}
        self.footnote_marks: dict[str, Element] = {}
        self.links: dict[str, tuple[str, str | None, Element]] = {}
        self.abbreviations: dict[str, tuple[str, Element]] = {}
        self.is_plain = False
        self.depth = 0
        self._level = _Level(self)
        self.steps = 0
        self.pieces = 0
        self.copied = 0
        self.free_cells = _MOST_FREE_CELLS
        self.most_copied = _MOST_COPIES * size + ALWAYS_READ * MAX_DEPTH
        self.most_pieces = MAX_PIECES if size - 1 > ALWAYS_READ else sys.maxsize  # but for the line end at its end
        self.most_steps = min(_EFFORT * size, _MOST_EFFORT) + _LEAST_EFFORT

    @cached_property
    def typography(self) -> Typography:
        """What replaces quotes; made once the options are known."""
        return Typography(self.options)

    @property
    def is_too_deep(self) -> bool:
        """Say whether nothing may be nested any more."""
        return self.depth >= MAX_DEPTH or self.copied > self.most_copied

    @property
    def may_try(self) -> bool:
        """Say whether openings may still be tried: kramdown's time is exponential, ours is not."""
        return self.has_effort and not self.is_too_deep

    @property
    def has_effort(self) -> bool:
        """Say whether attempts that began may go on."""
        return self.steps < self.most_steps

    def count(self) -> None:
        """Count one block or span that is about to be tried. Raises TooComplexError where there are too many."""
        self.pieces += 1
        if self.pieces > self.most_pieces:
            raise TooComplexError(f"more than {MAX_PIECES:,} pieces of Markdown")

    def deeper(self) -> _Level:
        """Count one level of nesting."""
        return self._level

    def apply(self, attr: dict[str, str], ial: Attributes) -> None:
        """Put what an attribute list says into ``attr``, with what the lists say that it names."""
        seen: set[str] = set()
        self._apply(attr, ial, seen)

    def _apply(self, attr: dict[str, str], ial: Attributes, seen: set[str]) -> None:
        for ref in ial.refs:
            if ref in self.alds and ref not in seen and len(seen) < _MAX_REFS:
                seen.add(ref)
                self._apply(attr, self.alds[ref], seen)
        merge_values(attr, ial.values)


class _Level:
    """Counts a level while it is entered; one for all, since there is one for each span of a text."""

    __slots__ = ("_document",)

    def __init__(self, document: Document) -> None:
        self._document = document

    def __enter__(self) -> None:
        self._document.depth += 1

    def __exit__(self, *_: object) -> None:
        self._document.depth -= 1


class Source:
    """A text and a place in it; what was not found once is not looked for again."""

    __slots__ = ("_missing", "pos", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self._missing: dict[str, int] = {}

    def find(self, what: str, pos: int) -> int:
        """Return where ``what`` is found from ``pos`` on, or -1."""
        if pos >= self._missing.get(what, pos + 1):
            return -1
        at = self.text.find(what, pos)
        if at < 0:
            self._missing[what] = pos
        return at

    def search(self, pattern: re.Pattern[str], pos: int) -> re.Match[str] | None:
        """Return the first match from ``pos`` on, if any."""
        key = pattern.pattern
        if pos >= self._missing.get(key, pos + 1):
            return None
        match = pattern.search(self.text, pos)
        if match is None:
            self._missing[key] = pos
        return match
