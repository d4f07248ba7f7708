"""Lists of both kinds: ``kramdown/list.rb``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from feedsvc.posts.kramdown.attributes import read_attribute_list
from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.document import Source
from feedsvc.posts.kramdown.patterns import (
    ANY,
    BLANK,
    EOB,
    ID,
    LIST_START,
    OL_START,
    RULE,
    SPACE,
    TAIL,
    UL_START,
    lazy_line,
)
from feedsvc.posts.kramdown.tasks import mark_tasks
from feedsvc.posts.kramdown.tree import Attributes, Element

ITEM_IAL = re.compile(rf"{SPACE}*+\{{:(?!(?:{ID})?:|/)({ANY})\}}{SPACE}*")
_ITEM_IAL_ONLY = re.compile(rf"(?:{ITEM_IAL.pattern})?{SPACE}*\n")
_TABS = re.compile(r"( *)(\t+)")
_MAX_INDENTATION = 40


@lru_cache(maxsize=64)
def content_patterns(indentation: int) -> tuple[re.Pattern[str], re.Pattern[str], str]:
    """Return how lines of an item look: indented, or lazily not; and the indentation to take off."""
    tabs, spaces = divmod(indentation, 4)
    step = r"(?:\t| {4})"
    content = rf"(?:{step}{{{tabs}}} {{{spaces}}}|{step}{{{tabs + 1}}})[ \t\r\f\v]*+[^ \t\r\n\f\v].*\n"
    return re.compile(content), lazy_line(min(indentation, 3)), " " * indentation


@lru_cache(maxsize=16)
def next_marker(marker: str, indentation: int) -> re.Pattern[str]:
    """Return how the next item begins after one that is indented so far."""
    most = min(max(indentation - 1, 0), 3) if indentation else 3
    return re.compile(rf"( {{0,{most}}}{marker})({TAIL})")


def spaces_for_tabs(line: str) -> str:
    """Return ``line`` with four blanks for each tab that it begins with."""
    return "    " * (len(line) - len(rest)) + rest if (rest := line.lstrip("\t")) != line else line


@dataclass(slots=True)
class _Item:
    """A list's item while its lines are gathered; nested lists are texts of their own."""

    element: Element
    texts: list[list[str]] = field(default_factory=list)


def first_line(match: re.Match[str], element: Element) -> tuple[str, int]:
    """Return an item's first line without its marker, and how far the item is indented."""
    indentation, content = len(match[1]), match[2]
    if _ITEM_IAL_ONLY.match(content):
        indentation = 4
    else:
        while tabs := _TABS.match(content):
            at = len(tabs[1]) + indentation
            content = tabs[1] + " " * (4 - at % 4 + (len(tabs[2]) - 1) * 4) + content[tabs.end() :]
        indentation += len(content) - len(content.lstrip(" "))
    content = content.lstrip(" \t\r\n\f\v")
    if ial := ITEM_IAL.match(content):
        element.ial = Attributes()
        read_attribute_list(ial[1], element.ial)
        content = content[ial.end() :]
    return content, min(indentation, _MAX_INDENTATION)


class _ListReader:
    """Gathers the items of one list."""

    def __init__(self, blocks: Blocks, list_: Element, marker: str, start: re.Pattern[str]) -> None:
        self.document = blocks.document
        self.source = blocks.source
        self.list = list_
        self.marker = marker
        self.start = start
        self.items: list[_Item] = []
        self.indentation = 0
        self.nested = False
        self.after_blank = False
        self.ended = False

    def read(self) -> None:
        """Read lines until one that is not the list's."""
        source = self.source
        size = len(source.text)
        while source.pos < size and self._read_line(source):
            pass

    def _read_line(self, source: Source) -> bool:
        text, pos = source.text, source.pos
        if self.after_blank and RULE.match(text, pos):
            return False
        if match := EOB.match(text, pos):
            source.pos, self.ended = match.end(), True
            return False
        if match := self.start.match(text, pos):
            self._begin(match)
        elif match := self._content(text, pos):
            self._continue(match[0])
        elif match := BLANK.match(text, pos):
            self.nested = self.after_blank = True
            self.items[-1].texts[-1].append(match[0])
        else:
            return False
        source.pos = match.end()
        return True

    def _content(self, text: str, pos: int) -> re.Match[str] | None:
        content, lazy, _ = content_patterns(self.indentation)
        return content.match(text, pos) or (None if self.after_blank else lazy.match(text, pos))

    def _begin(self, match: re.Match[str]) -> None:
        self.document.count()
        item = _Item(Element("li"))
        content, self.indentation = first_line(match, item.element)
        item.texts.append([content])
        self.items.append(item)
        self.list.children.append(item.element)
        self.start = next_marker(self.marker, self.indentation)
        self.nested = LIST_START.match(content) is not None
        self.after_blank = False

    def _continue(self, line: str) -> None:
        line = spaces_for_tabs(line)
        indent = " " * self.indentation
        indented = line.startswith(indent)
        line = line.removeprefix(indent)
        if LIST_START.match(line):
            if not self.nested and indented:
                self.items[-1].texts.append([])
                self.nested = True
            elif self.nested and not indented:
                line = " " * (self.indentation + 4) + line
        self.items[-1].texts[-1].append(line)
        self.after_blank = False


def parse_list(blocks: Blocks) -> bool:
    """Read a list of either kind, with the boxes of GitHub's task lists."""
    text, pos = blocks.source.text, blocks.source.pos
    if LIST_START.match(text, pos) is None or blocks.is_too_deep:
        return False
    ordered = UL_START.match(text, pos) is None
    list_ = blocks.new("ol" if ordered else "ul")
    reader = _ListReader(blocks, list_, r"[0-9]+\." if ordered else "[+*-]", OL_START if ordered else UL_START)
    reader.read()
    blocks.tree.children.append(list_)
    last = None
    for item in reader.items:
        _read_item(blocks, item)
        last = _settle(list_, item.element, reader) if item.element.children else last
    if last is not None and not reader.ended:
        blocks.tree.children.append(last)
    if blocks.document.options.is_gfm:
        mark_tasks(list_)
    return True


def _read_item(blocks: Blocks, item: _Item) -> None:
    for lines in item.texts:
        blocks.within(item.element, "".join(lines))


def _settle(list_: Element, item: Element, reader: _ListReader) -> Element | None:
    """Decide whether an item's first paragraph is one; return the blank line that ends the item."""
    children = item.children
    first = children[0]
    if first.type == "p" and len(children) >= 2 and children[1].type == "eob" and first.ial is not None:
        del children[1]
    if first.type == "p" and _is_tight(list_, item, reader):
        if len(children) > 1 and children[1].type != "blank":
            first.children.append(Element("raw_text", "\n"))
        first.transparent = True
    return children.pop() if children[-1].type == "blank" else None


def _is_tight(list_: Element, item: Element, reader: _ListReader) -> bool:
    children, items = item.children, list_.children
    is_last = item is items[-1]
    ends_list = is_last and len(children) == 2 and not reader.ended
    if not (len(children) < 2 or children[1].type != "blank" or ends_list):
        return False
    return not is_last or len(items) == 1 or any(_is_no_paragraph(other) for other in items[:-1])


def _is_no_paragraph(item: Element) -> bool:
    return not item.children or item.children[0].type != "p" or item.children[0].transparent
