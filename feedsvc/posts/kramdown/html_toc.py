"""The table of contents that ``{:toc}`` asks for: ``generate_toc_tree``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedsvc.posts.kramdown.tree import Element

if TYPE_CHECKING:
    from feedsvc.posts.kramdown.html import HtmlWriter

_NOT_LISTED = re.compile(r"\bno_toc\b")


class Toc:
    """The headers that were written; ``place`` stands where their list is to be."""

    place = "\0contents\0"

    def __init__(self, writer: HtmlWriter) -> None:
        self.writer = writer
        self.headers: list[tuple[int, str, list[Element]]] = []
        self.list: Element | None = None

    @property
    def is_placed(self) -> bool:
        """Say whether the document has such a list already."""
        return self.list is not None

    def put(self, list_: Element) -> str:
        """Return what stands for the contents until all headers are known; ``list_`` is what they replace."""
        self.list = list_
        return self.place

    def note(self, header: Element, id_: str | None) -> None:
        """Take in a header that was written."""
        listed = header.level in self.writer.options.toc_levels
        if id_ is not None and listed and not _NOT_LISTED.search(header.attr.get("class", "")):
            self.headers.append((header.level, id_, header.children))

    def insert(self, html: str) -> str:
        """Return ``html`` with the contents in their place."""
        if self.list is None:
            return html
        tree = self._tree(self.list)
        return html.replace(self.place, self.writer.convert(tree, 0) if tree.children else "", 1)

    def _tree(self, list_: Element) -> Element:
        sections = Element(list_.type, attr={**list_.attr})
        sections.attr.setdefault("id", "markdown-toc")
        stack: list[tuple[int, Element]] = []
        for level, id_, children in self.headers:
            item = _item(sections.attr["id"], id_, children)
            while stack and stack[-1][0] >= level:
                stack.pop()
            parent = sections if not stack else _sections_of(stack[-1][1], list_.type)
            parent.children.append(item)
            stack.append((level, item))
        return sections


def _item(toc_id: str, id_: str, children: list[Element]) -> Element:
    link = Element("a", attr={"href": f"#{id_}", "id": f"{toc_id}-{id_}"})
    link.children = _without_links(children)
    paragraph = Element("p")
    paragraph.transparent = True
    paragraph.children.append(link)
    item = Element("li")
    item.children.append(paragraph)
    return item


def _sections_of(item: Element, type_: str) -> Element:
    if item.children[-1].type != type_:
        item.children.append(Element(type_))
    return item.children[-1]


def _without_links(elements: list[Element]) -> list[Element]:
    """Return ``elements`` without footnotes, and what is in links without the links."""
    kept = []
    for element in elements:
        if element.type == "footnote":
            continue
        copy = Element(element.type, element.value, element.attr, element.category)
        copy.__dict__.update(element.__dict__)
        copy.children = _without_links(element.children)
        kept.extend(copy.children if element.type == "a" else [copy])
    return kept
