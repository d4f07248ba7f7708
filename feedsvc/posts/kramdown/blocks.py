"""Text becomes blocks: the loop and the choice of ``Parser::Kramdown#parse_blocks``, by a block's first character."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from feedsvc.posts.kramdown.document import Document, Source
from feedsvc.posts.kramdown.patterns import BLANK, BOUNDARY
from feedsvc.posts.kramdown.plain import read_plain_lines
from feedsvc.posts.kramdown.tree import Attributes, Element

BlockParser: TypeAlias = "Callable[[Blocks], bool]"


class Blocks:
    """The reading of one element's blocks from ``source``; ``ial`` waits for the next block."""

    def __init__(self, document: Document, source: Source, tree: Element) -> None:
        self.document = document
        self.source = source
        self.tree = tree
        self.ial: Attributes | None = None
        self.stopped = False

    def parse(self) -> bool:
        """Read blocks to the end of the text, or to the end tag of ``tree``: then True."""
        source = self.source
        size = len(source.text)
        may_be_plain = self.document.is_plain and self.tree is self.document.root
        with self.document.deeper():
            while source.pos < size and not self.stopped:
                if may_be_plain and self.ial is None and (not self.tree.children or self.tree.children[-1].type != "p"):
                    read_plain_lines(self.document, source)
                if source.pos < size:
                    self._parse_one()
        return self.stopped

    def _parse_one(self) -> None:
        from feedsvc.posts.kramdown.dispatch import parsers_at

        self.document.count()
        source = self.source
        blank = BLANK.match(source.text, source.pos)
        if blank:
            source.pos = blank.end()
            self.add_blank(blank[0])
            return
        for parser in parsers_at(source.text, source.pos):
            if parser(self):
                return
        end = source.text.find("\n", source.pos) + 1 or len(source.text)
        self.tree.children.append(Element("raw_text", source.text[source.pos : end]))
        source.pos = end

    def within(self, element: Element, text: str) -> None:
        """Read ``text`` as the blocks of ``element``."""
        self.document.copied += len(text)
        Blocks(self.document, Source(text), element).parse()

    @property
    def is_too_deep(self) -> bool:
        """Say whether nothing may be nested any more."""
        return self.document.is_too_deep

    def new(self, type_: str, value: str = "") -> Element:
        """Return a new block, with the attribute list that stood before it."""
        element = Element(type_, value)
        if self.ial is not None:
            element.ial, self.ial = self.ial, None
        return element

    def add_blank(self, value: str) -> None:
        """Add a blank line, or make the last one longer."""
        last = self.last
        if last is not None and last.type == "blank":
            last.value = "\n\n"
        else:
            self.tree.children.append(self.new("blank", value))

    @property
    def last(self) -> Element | None:
        """The block before, if any."""
        return self.tree.children[-1] if self.tree.children else None

    @property
    def is_after_boundary(self) -> bool:
        """Say whether a block may begin here that may not follow text."""
        last = self.last
        if last is None or last.type == "blank" or self.ial is not None:
            return True
        return last.type == "eob" and not last.value

    @property
    def is_before_boundary(self) -> bool:
        """Say whether what comes next ends a paragraph."""
        return BOUNDARY.match(self.source.text, self.source.pos) is not None
