"""Definition lists: terms are the paragraph before, definitions begin with a colon: ``kramdown/list.rb``."""

from __future__ import annotations

from feedsvc.posts.kramdown.attributes import read_attribute_list
from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.document import Source
from feedsvc.posts.kramdown.lists import ITEM_IAL, content_patterns, first_line, next_marker, spaces_for_tabs
from feedsvc.posts.kramdown.patterns import BLANK, DEFINITION_START, EOB
from feedsvc.posts.kramdown.tree import Attributes, Element


def parse_definition_list(blocks: Blocks) -> bool:
    """Read the definitions of the terms before; with more of them, a list goes on."""
    source = blocks.source
    if DEFINITION_START.match(source.text, source.pos) is None or blocks.is_too_deep or not _follows_terms(blocks):
        return False
    children = blocks.tree.children
    list_ = blocks.new("dl")
    paragraph = children.pop()
    as_paragraph = paragraph.type == "blank"
    if as_paragraph:
        paragraph = children.pop()
    list_.children.extend(_terms(paragraph))
    list_.ial = paragraph.ial
    reader = _DefinitionReader(blocks, list_, as_paragraph=as_paragraph)
    reader.read()
    last = None
    for item, lines in reader.items:
        blocks.within(item, "".join(lines))
        last = _settle(item) if item.children else last
    _join(children, list_)
    if last is not None:
        children.append(last)
    return True


def _follows_terms(blocks: Blocks) -> bool:
    children = blocks.tree.children
    if not children:
        return False
    if children[-1].type == "p":
        return True
    return (
        len(children) >= 2 and children[-1].type == "blank" and children[-1].value == "\n" and children[-2].type == "p"
    )


def _terms(paragraph: Element) -> list[Element]:
    terms = []
    for line in paragraph.raw().rstrip("\n").split("\n"):
        term, text = Element("dt"), line
        if ial := ITEM_IAL.match(text):
            term.ial = Attributes()
            read_attribute_list(ial[1], term.ial)
            text = text[: ial.start()] + text[ial.end() :]
        term.raw_text = text
        term.children.append(Element("raw_text", text))
        terms.append(term)
    return terms


class _DefinitionReader:
    """Gathers the definitions of one list."""

    def __init__(self, blocks: Blocks, list_: Element, *, as_paragraph: bool) -> None:
        self.document = blocks.document
        self.source = blocks.source
        self.list = list_
        self.items: list[tuple[Element, list[str]]] = []
        self.start = DEFINITION_START
        self.indentation = 0
        self.as_paragraph = as_paragraph
        self.after_blank = False

    def read(self) -> None:
        """Read lines until one that is not the list's."""
        source = self.source
        size = len(source.text)
        while source.pos < size and self._read_line(source):
            pass

    def _read_line(self, source: Source) -> bool:
        text, pos = source.text, source.pos
        content, lazy, indent = content_patterns(self.indentation)
        if match := self.start.match(text, pos):
            self.document.count()
            item = Element("dd")
            item.first_as_para = self.as_paragraph
            line, self.indentation = first_line(match, item)
            self.start = next_marker(":", self.indentation)
            self.list.children.append(item)
            self.items.append((item, [line]))
        elif EOB.match(text, pos):
            return False
        elif match := content.match(text, pos) or (None if self.after_blank else lazy.match(text, pos)):
            self.items[-1][1].append(spaces_for_tabs(match[0]).removeprefix(indent))
        elif match := BLANK.match(text, pos):
            self.items[-1][1].append(match[0])
            self.after_blank = self.as_paragraph = True
            source.pos = match.end()
            return True
        else:
            return False
        self.as_paragraph = self.after_blank = False
        source.pos = match.end()
        return True


def _settle(item: Element) -> Element | None:
    children = item.children
    last = children.pop() if children[-1].type == "blank" else None
    if children and children[0].type == "p" and not item.first_as_para:
        if len(children) > 1:
            children[0].children.append(Element("raw_text", "\n"))
        children[0].transparent = True
    return last


def _join(children: list[Element], list_: Element) -> None:
    if children and children[-1].type == "dl":
        children[-1].children.extend(list_.children)
    elif len(children) >= 2 and children[-1].type == "blank" and children[-2].type == "dl":
        children.pop()
        children[-1].children.extend(list_.children)
    else:
        children.append(list_)
