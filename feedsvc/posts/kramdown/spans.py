"""Text becomes spans: the loop of ``Parser::Kramdown#parse_spans``, by the characters that begin one.

Emphasis has no flanking rules here: ``**강조**는`` is strong, as in kramdown and other than in CommonMark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from feedsvc.posts.kramdown.document import Document, Source
from feedsvc.posts.kramdown.tree import Element, merged

SpanParser: TypeAlias = "Callable[[Spans], bool]"

# Each begins with a literal, so that the search is one for a set of characters.
_BEGINNINGS = (
    r"\*", "_", "`", "<", r"\[", r"!\[", r"\$\$", r"\{:", "&", ">>", "  \n", r"\\", "~~",
)  # fmt: skip
BEGINNING = re.compile("|".join(_BEGINNINGS))
"""What a span may begin with: text without any of it is all there is."""

_ANY_OR_BRACKET = re.compile("|".join((*_BEGINNINGS, r"\]")))
_CODE_AND_HTML = re.compile("`|<")
CODE_AND_HTML = "`<"
HTML = "<"
_ONLY = {CODE_AND_HTML: _CODE_AND_HTML, HTML: re.compile("<")}
_TICKS = re.compile("`+")
_WHITE = " \t\r\n\f\v"


class Stop:
    """What ends a span: ``text`` or ``pattern``, where ``accepts`` says so."""

    __slots__ = ("accepts", "pattern")

    def __init__(self, pattern: re.Pattern[str], accepts: Callable[[Spans, re.Match[str]], bool] | None = None) -> None:
        self.pattern = pattern
        self.accepts = accepts


class Spans:
    """The reading of one text; ``pos`` is the place in it, ``enclosing`` what is being read, outermost first."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.source = Source(text)
        self.text = text
        self.pos = 0
        self.tree = Element("none")
        self.enclosing: list[Element] = []

    def parse(self, element: Element, stop: Stop | None = None, *, only: str = "") -> bool:
        """Read spans into ``element``, up to ``stop`` or to the end; say whether the stop was found."""
        self.document.count()
        outer, self.tree = self.tree, element
        self.enclosing.append(outer)
        with self.document.deeper():
            found = self._parse(stop, only)
        element.children = merged(element.children)
        self.enclosing.pop()
        self.tree = outer
        return found

    def _parse(self, stop: Stop | None, only: str) -> bool:
        text, size = self.text, len(self.text)
        pattern = _ONLY[only] if only else BEGINNING if stop is None else _ANY_OR_BRACKET
        while self.pos < size:
            match = pattern.search(text, self.pos)
            if match is None:
                if stop is None:
                    self._take(size, only)
                return False
            start = self._begin(match.start())
            if start > self.pos:
                self._take(start, only)
            if (
                stop is not None
                and (end := stop.pattern.match(text, start))
                and (stop.accepts is None or stop.accepts(self, end))
            ):
                return True
            if stop is not None and stop.accepts is not None and not self.document.has_effort:
                return False
            self._read_one(text[start], only)
        return False

    def _begin(self, start: int) -> int:
        """Return where a span really begins: ``>>`` with the blank before it."""
        is_after_blank = start > self.pos and self.text[start] == ">" and self.text[start - 1] == " "
        return start - 1 if is_after_blank else start

    def _take(self, end: int, only: str) -> None:
        """Add the text up to ``end``, in which no span begins."""
        if only:
            self.add_text(self.text[self.pos : end])
        else:
            text, is_symbol = self.document.typography.replace(self.text, self.pos, end)
            self.add_text(text)
            if is_symbol:
                self.tree.children[-1].is_symbol = True
        self.pos = end

    def take_rest(self, element: Element, only: str) -> None:
        """Add the rest of the text to ``element``, which is never closed."""
        outer, self.tree = self.tree, element
        self._take(len(self.text), only)
        self.tree = outer

    def add_symbols(self, text: str) -> None:
        """Add characters that stand for others; attributes may follow them."""
        self.add_text(text)
        self.tree.children[-1].is_symbol = True

    def _read_one(self, character: str, only: str) -> None:
        from feedsvc.posts.kramdown.span_parsers import ONLY, PARSERS, parse_others

        self.document.count()
        start = self.pos
        parser = (ONLY if only else PARSERS).get(character)
        if only and character not in only:
            parser = None
        if parser is not None and parser(self):
            return
        self.pos = start
        if only or not parse_others(self):
            self.add_text(self.text[start])
            self.pos = start + 1

    def add_text(self, text: str) -> None:
        """Add characters that mean nothing but themselves."""
        if text:
            self.tree.children.append(Element("text", text))

    def add(self, element: Element) -> None:
        """Add a span."""
        self.tree.children.append(element)

    def literal(self, start: int, end: int) -> bool:
        """Take what stands from ``start`` to ``end`` for text, and go on after it."""
        self.document.steps += max(0, self.pos - end)
        self.add_text(self.text[start:end])
        self.pos = end
        return True

    def is_within(self, *types: str) -> bool:
        """Say whether what is read here stands in an element of one of these types."""
        return self.tree.type in types or any(element.type in types for element in self.enclosing)

    @property
    def before(self) -> str:
        """The character before, or nothing."""
        return self.text[self.pos - 1 : self.pos] if self.pos else ""


def code_span_at(source: Source, pos: int) -> tuple[str | None, int]:
    """Return the code whose backticks begin at ``pos`` and its end; if there is none, None and the backticks' end."""
    text = source.text
    match = _TICKS.match(text, pos)
    if match is None:
        return None, pos
    ticks, start = match[0], match.end()
    if len(ticks) == 1 and text[start : start + 1] in tuple(_WHITE) and (not pos or text[pos - 1] in _WHITE):
        return None, start
    end = source.find(ticks, start)
    if end < 0:
        return None, start
    code = text[start:end]
    if len(ticks) > 1:
        code = code.removeprefix(" ")
        code = code.removesuffix(" ")
    return code, end + len(ticks)


def parse_code_span(spans: Spans) -> bool:
    """Read code in backticks."""
    start = spans.pos
    code, end = code_span_at(spans.source, start)
    if code is None:
        return spans.literal(start, end)
    spans.add(Element("codespan", code))
    spans.pos = end
    return True
