"""Abbreviations that were defined are marked wherever they stand: ``kramdown/abbreviation.rb``."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.document import Document
from feedsvc.posts.kramdown.tree import Element

_MARKED = re.compile(r"(?a:\W)|^", re.MULTILINE)


def mark_abbreviations(document: Document, element: Element) -> None:
    """Replace what is abbreviated in the text below ``element``."""
    names = sorted(document.abbreviations, key=len, reverse=True)
    if not names:
        return
    union = "|".join(map(re.escape, names))
    _Marker(union).mark(element)


class _Marker:
    def __init__(self, union: str) -> None:
        self.name = re.compile(union)
        self.whole = re.compile(rf"(?:{union})(?![A-Za-z0-9_])")
        self.begun = re.compile(rf"(?:[^A-Za-z0-9_]|^)(?:{union})(?![A-Za-z0-9_])", re.MULTILINE)

    def mark(self, element: Element) -> None:
        """Replace the abbreviations in the text of ``element`` and of what is in it."""
        children: list[Element] = []
        for child in element.children:
            if child.type == "text" and element.content_model != "raw":
                children.extend(self._split(child))
                continue
            self.mark(child)
            children.append(child)
        element.children = children

    def _split(self, child: Element) -> list[Element]:
        text, pos = child.value, 0
        children = []
        while start := self._next(text, pos):
            at, name = start
            children += [Element("text", text[pos:at]), Element("abbreviation", name)]
            pos = at + len(name)
        return [*children, Element("text", text[pos:])] if children else [child]

    def _next(self, text: str, pos: int) -> tuple[int, str] | None:
        begun = self.begun.search(text, pos)
        if whole := self.whole.match(text, pos):
            at = whole.start()
        elif begun is None:
            return None
        else:
            at = begun.start()
        name = self.name.match(text, at) or self.name.match(text, at + 1)
        return (name.start(), name[0]) if name and name[0] else None
