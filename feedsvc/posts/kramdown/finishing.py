"""From blocks to a whole tree: spans are read, attributes applied, headers named: ``update_tree`` and its like."""

from __future__ import annotations

import unicodedata
from collections import Counter
from html import unescape

from feedsvc.posts.kramdown.document import Document
from feedsvc.posts.kramdown.spans import BEGINNING, Spans
from feedsvc.posts.kramdown.tree import Element

_SYMBOL_TEXTS = {"laquo_space": "«\xa0", "raquo_space": "\xa0»"}


def read_spans(document: Document, element: Element) -> None:
    """Replace the raw text below ``element`` by spans, and give elements the attributes of their lists."""
    children: list[Element] = []
    raw: list[str] = []
    for child in element.children:
        if child.type == "raw_text":
            raw.append(child.value)
            continue
        if raw:
            _read_raw(document, raw, children)
        if child.type == "line" or _stays(document, child, children):
            children.append(child)
    if raw:
        _read_raw(document, raw, children)
    element.children = children


def _stays(document: Document, child: Element, before: list[Element]) -> bool:
    """Finish ``child``, and say whether it shows."""
    if child.type == "eob":
        if child.ial is not None:
            document.apply(child.attr, child.ial)
        return False
    if child.type == "blank":
        return not before or before[-1].type != "blank"
    _read_child(document, child)
    return True


def _read_raw(document: Document, raw: list[str], children: list[Element]) -> None:
    text = "".join(raw)
    raw.clear()
    if BEGINNING.search(text) is None:
        if text:
            children.append(Element("text", document.typography.replace(text, 0, len(text))[0]))
        return
    holder = Element("text_holder")
    Spans(document, text).parse(holder)
    children.extend(holder.children)


def _read_child(document: Document, child: Element) -> None:
    read_spans(document, child)
    if child.ial is not None:
        document.apply(child.attr, child.ial)
    if child.type == "dt" or (child.type == "header" and document.options.is_gfm):
        child.raw_text = _plain(document, child)


def _plain(document: Document, element: Element) -> str:
    """Return the text from which a header's id is made."""
    if not document.options.is_gfm:
        return "".join(_texts(element, ("text",)))
    return "".join(_texts(element, ("text", "codespan", "math", "reference", "entity", "typographic_sym")))


def _texts(element: Element, types: tuple[str, ...]) -> list[str]:
    if element.type in types:
        if element.type == "typographic_sym":
            return [_SYMBOL_TEXTS.get(element.value) or _plain_symbol(element.value)]
        return [unescape(element.value) if element.type == "reference" else element.value]
    return [text for child in element.children for text in _texts(child, types)]


def _plain_symbol(name: str) -> str:
    return {"mdash": "—", "ndash": "–", "hellip": "…", "laquo": "«", "raquo": "»"}[name]


class HeaderIds:
    """Ids for headers as GitHub makes them; each is used once."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.used: Counter[str] = Counter()

    def of(self, text: str) -> str:
        """Return the id of a header with this text."""
        name = "".join(character for character in text.lower() if _is_of_id(character))
        name = name.replace(" ", "-").replace("\t", "-")
        number = self.used[name]
        self.used[name] += 1
        return f"{self.prefix}{name}-{number}" if number else f"{self.prefix}{name}"


def _is_of_id(character: str) -> bool:
    return character.isalnum() or character in "_- \t" or unicodedata.category(character) in ("Mn", "Mc", "Me", "Pc")


def break_lines_and_name_headers(document: Document, element: Element, ids: HeaderIds) -> None:
    """Do what GitHub's dialect does last: hard line ends become breaks, headers get their ids."""
    hard_end = "\n" if document.options.hard_wrap else "\\\n"
    children: list[Element] = []
    for child in element.children:
        if child.type == "text" and hard_end in child.value:
            children.extend(_broken(element, child, hard_end))
            continue
        if child.type == "header" and document.options.auto_ids and "id" not in child.attr:
            child.attr["id"] = ids.of(child.raw_text)
        elif child.type != "html_element" and child.children:
            break_lines_and_name_headers(document, child, ids)
        children.append(child)
    element.children = children


def _broken(element: Element, text: Element, hard_end: str) -> list[Element]:
    lines = text.value.split(hard_end)
    is_last = not lines[-1] and element.is_block and element.children[-1] is text
    children: list[Element] = []
    for index, line in enumerate(lines):
        children.append(Element("text", f"\n{line}" if index else line))
        if index < len(lines) - 2 or (index == len(lines) - 2 and not is_last):
            children.append(Element("br"))
    return children
