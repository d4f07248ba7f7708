"""A template taken apart as Ruby's Liquid does (``Tokenizer``, ``BlockBody``), in one pass over it.

python-liquid's own lexer looks for the end of every ``raw`` anew, which takes minutes for a file of them, and gives
up at the first tag that is not closed.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from feedsvc.posts.liquid.problems import Problem, note, shown

_OPENING = re.compile(r"\{\{|\{%")
_ENDRAW = re.compile(r"\{%-?\s*endraw\s*(-?)%\}")
_NAME = re.compile(r"\s*(#|\w+)\s*")
_WHITE = " \t\n\v\f\r\0"


class Piece(NamedTuple):
    """A part of a template: text, output or tag.

    ``name`` is a tag's. ``text`` is what there is to write, or an expression that begins at ``start``; ``at`` is where
    the whole piece begins.
    """

    kind: str
    at: int
    text: str
    start: int
    name: str = ""


TEXT, OUTPUT, TAG = "text", "output", "tag"


def read_pieces(source: str) -> tuple[list[Piece], list[Problem]]:
    """Take ``source`` apart. What is no output and no tag for want of an end stays in it as text."""
    reader = _Reader(source)
    return list(reader.pieces()), reader.problems


class _Reader:
    """Reads one template from its beginning to its end."""

    def __init__(self, source: str) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._strip = self._unclosed_raw = False
        # Where the next of each kind of end is: looked for once, not once for each beginning before it.
        self._next: dict[str, int] = {}

    def pieces(self) -> Iterator[Piece]:
        source, at, begun = self._source, 0, 0
        while opening := _OPENING.search(source, at):
            start = opening.start()
            end = self._end_of(opening[0], start)
            if end < 0:
                at = start + 2
                continue
            yield from self._text(begun, start, stripped=source.startswith("-", start + 2))
            if opening[0] == "{{":
                yield self._output(start, end)
                at = begun = end + 2
            else:
                at = yield from self._tag(start, end)
                begun = at
        yield from self._text(begun, len(source), stripped=False)

    def _end_of(self, opening: str, start: int) -> int:
        """Return where ``}}`` or ``%}`` stands; an output ends at its first brace, or is none."""
        closing, word = ("}", "}}") if opening == "{{" else ("%}", "%}")
        end = self._find(closing, start + 2)
        if end >= 0 and self._source.startswith(word, end):
            return end
        hint = "for text that only looks like Liquid, write {% raw %} before and {% endraw %} after it"
        note(self.problems, Problem(start, f"{opening} is never closed by {word}, and stays as text", hint))
        return -1

    def _find(self, word: str, start: int) -> int:
        found = self._next.get(word, -1)
        if found < start:
            found = self._source.find(word, start)
            self._next[word] = found if found >= 0 else len(self._source)
        return found if found < len(self._source) else -1

    def _text(self, start: int, end: int, *, stripped: bool) -> Iterator[Piece]:
        text = self._source[start:end]
        if self._strip:
            text = text.lstrip(_WHITE)
        if stripped:
            text = text.rstrip(_WHITE)
        self._strip = False
        if text:
            yield Piece(TEXT, start, text, start)

    def _inside(self, start: int, end: int) -> tuple[int, int]:
        """Return where the inside of a piece begins and ends, without its marks for white space."""
        start += 2
        if start < end and self._source[start] == "-":
            start += 1
        self._strip = start < end and self._source[end - 1] == "-"
        return start, end - 1 if self._strip else end

    def _output(self, at: int, end: int) -> Piece:
        start, end = self._inside(at, end)
        text = self._source[start:end]
        return Piece(OUTPUT, at, text.strip(), start + len(text) - len(text.lstrip()))

    def _tag(self, at: int, end: int) -> Generator[Piece, None, int]:
        """Give a tag's piece, and return where the template goes on."""
        start, inner_end = self._inside(at, end)
        name = _NAME.match(self._source, start, inner_end)
        if name is None:
            text = shown(self._source[at : end + 2])
            note(self.problems, Problem(at, f"{text} names no tag, and was left out", "write {% name … %}"))
        elif name[1] == "raw":
            return (yield from self._raw(at, end + 2))
        else:
            yield Piece(TAG, at, self._source[name.end() : inner_end].rstrip(), name.end(), name[1])
        return end + 2

    def _raw(self, at: int, start: int) -> Generator[Piece, None, int]:
        found = None if self._unclosed_raw else _ENDRAW.search(self._source, start)
        if found is None:
            self._unclosed_raw = True
            note(self.problems, Problem(at, "raw is never closed, and was left out", "write {% endraw %} after it"))
            return start
        yield from self._text(start, found.start(), stripped=found[0].startswith("{%-"))
        self._strip = bool(found[1])
        return found.end()
