"""HTML that is left as it is: ``parse_raw_html`` of ``parser/html.rb``."""

from __future__ import annotations

import re
from collections.abc import Callable

from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.escapes import attributes_text, escape_text
from feedsvc.posts.kramdown.html_elements import (
    CLOSE,
    KNOWN,
    RAW_START,
    TAG,
    WITHOUT_BODY,
    element_name,
    read_attributes,
)
from feedsvc.posts.kramdown.plain import pairs
from feedsvc.posts.kramdown.tree import Element

RAW_TEXT = frozenset({"script", "style"})
_NOT_SIMPLE = WITHOUT_BODY | RAW_TEXT
_SIMPLE = re.compile(
    pairs(r"[^<>&]++|&[a-zA-Z]++;", 2, ("td", "th", "li", "p", "b", "strong", "em", "span", "a"))
    + r"(?:<([a-z][a-z0-9]*+)(?:[ \n](?!markdown=)[a-z][a-z0-9\-]*+=\"[^\"&<>]*+\")*+>|</([a-z][a-z0-9]*+)>)"
)


def raw_text(blocks: Blocks, name: str) -> str:
    """Read the content of a script or a style sheet, with its end tag."""
    source = blocks.source
    end = source.search(re.compile(rf"</{name}[ \t\r\n\f\v]*>", re.IGNORECASE), source.pos)
    text = source.text[source.pos : end.start() if end else None]
    source.pos = end.end() if end else len(source.text)
    return text


class RawReader:
    """Reads HTML in which nothing is Markdown, but for elements that ask for it; all others become text at once."""

    def __init__(self, blocks: Blocks, element: Element, read_element: Callable[[Blocks, re.Match[str]], None]) -> None:
        self.read_element = read_element
        self.blocks = blocks
        self.element = element
        self.out: list[str] = []
        self.open = [element.value]

    def read(self) -> None:
        """Read up to the end tag of the element, or to the end of the text."""
        source = self.blocks.source
        self._read_simple()
        while self.open and (start := RAW_START.search(source.text, source.pos)):
            if start.start() > source.pos:
                self.out.append(escape_text(source.text[source.pos : start.start()]))
            source.pos = start.start()
            self._read_markup()
            self._read_simple()
        if self.open:
            self.out.append(escape_text(source.text[source.pos :]))
            self.out.extend(f"</{name}>" for name in reversed(self.open[1:]))
            source.pos = len(source.text)
        self._flush()

    def _read_simple(self) -> None:
        """Take text and tags that are written as kramdown writes them, which is what most raw HTML is made of."""
        source, open_ = self.blocks.source, self.open
        text, start = source.text, source.pos
        end = pos = start
        while open_ and (match := _SIMPLE.match(text, pos)):
            name, closed = match.groups()
            if name:
                if name in _NOT_SIMPLE or name not in KNOWN:
                    break
                open_.append(name)
            elif closed == open_[-1]:
                open_.pop()
            else:
                break
            # The end tag of the element itself is not of its content.
            end, pos = match.end() if open_ else match.start(2) - len("</"), match.end()
        self.out.append(text[start:end])
        source.pos = pos

    def _flush(self) -> None:
        if text := "".join(self.out):
            self.element.children.append(Element("verbatim", text))
        self.out = []

    def _read_markup(self) -> None:
        source = self.blocks.source
        text, pos = source.text, source.pos
        for opening, closing in (("<!--", "-->"), ("<?", "?>")):
            if text.startswith(opening, pos) and (end := source.find(closing, pos + len(opening))) >= 0:
                source.pos = end + len(closing)
                self.out.append(text[pos : source.pos])
                return
        if match := TAG.match(text, pos):
            source.pos = match.end()
            self._start(match)
        elif match := CLOSE.match(text, pos):
            source.pos = match.end()
            self._end(match)
        else:
            self.out.append(escape_text(text[pos]))
            source.pos += 1

    def _start(self, match: re.Match[str]) -> None:
        name = element_name(match[1])
        attributes = read_attributes(match[2], of_html=name in KNOWN)
        if "markdown" in attributes and not self.blocks.is_too_deep:
            self._flush()
            inner = Blocks(self.blocks.document, self.blocks.source, self.element)
            inner.ial = None
            with self.blocks.document.deeper():
                self.read_element(inner, match)
            self.element.children[-1].level = len(self.open) - 1
            return
        attributes.pop("markdown", None)
        tag = f"<{name}{attributes_text(attributes)}"
        if name in RAW_TEXT:
            self.out.append(f"{tag}>{raw_text(self.blocks, name)}</{name}>")
        elif match[3] is not None or name in WITHOUT_BODY:
            self.out.append(f"{tag} />")
        else:
            self.out.append(f"{tag}>")
            self.open.append(name)

    def _end(self, match: re.Match[str]) -> None:
        name = match[1]
        innermost = self.open[-1]
        if innermost == (name.lower() if innermost in KNOWN else name):
            self.open.pop()
            if self.open:
                self.out.append(f"</{innermost}>")
        else:
            self.out.append(escape_text(match[0]))
