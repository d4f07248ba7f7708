"""Tables: ``kramdown/table.rb``. Their rows are lines with pipes; a header row is optional."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.cells import split_row
from feedsvc.posts.kramdown.document import Document
from feedsvc.posts.kramdown.spans import CODE_AND_HTML, Spans
from feedsvc.posts.kramdown.tree import Element

_PIPE = r"(?:\||.*?[^\\\n]\|)"
_LINE = re.compile(rf"{_PIPE}.*?\n")
_PIPE_ON_LINE = re.compile(_PIPE)
_START = re.compile(rf" {{0,3}}(?=[^ \t\r\n\f\v]){_PIPE}.*?\n")
_SEPARATOR = re.compile(r"(?=[+|: \t]*+-)([+|: \t-]+?)[ \t]*\n")
_FOOTER = re.compile(r"(?=[+|: \t]*+=)[+|: \t=]+[ \t]*\n")
_ROW = re.compile(r"(.*?)[ \t]*\n")
_ALIGNMENT = re.compile(r"[ \t]?(:?)-+(:?)[ \t]?")
_WHITE = " \t\r\n\f\v\0"


def parse_table(blocks: Blocks) -> bool:
    """Read a table, if every line has a pipe that is no code's."""
    source = blocks.source
    if not blocks.is_after_boundary or _START.match(source.text, source.pos) is None:
        return False
    start = source.pos
    table = blocks.new("table")
    reader = _TableReader(blocks, table)
    reader.read()
    if (
        not blocks.is_before_boundary
        or not _has_pipes(blocks.document, source.text[start : source.pos - 1])
        or not reader.finish()
    ):
        source.pos = start
        return False
    blocks.tree.children.append(table)
    return True


class _TableReader:
    """Gathers rows, and the parts that separator lines make of them."""

    def __init__(self, blocks: Blocks, table: Element) -> None:
        self.document = blocks.document
        self.source = source = blocks.source
        self.table = table
        self.rows: list[Element] = []
        self.has_footer = False
        self.columns = 0
        line = _LINE.match(source.text, source.pos)
        self.leading_pipe = line is not None and line[0].lstrip(_WHITE).startswith("|")

    def read(self) -> None:
        """Read lines with pipes."""
        source = self.source
        if separator := _SEPARATOR.match(source.text, source.pos):
            source.pos = separator.end()
        while _LINE.match(source.text, source.pos):
            if match := _SEPARATOR.match(source.text, source.pos):
                self._separate(match[1])
            elif match := _FOOTER.match(source.text, source.pos):
                if self.rows:
                    self._add("tbody", force=True)
                self.has_footer = True
            else:
                match = _ROW.match(source.text, source.pos)
                if match is None:
                    return
                self.rows.append(self._row(match[1]))
            source.pos = match.end()

    def _separate(self, line: str) -> None:
        if not self.rows:
            return
        if self.table.alignment or self.has_footer:
            self._add("tbody")
            return
        self._add("thead")
        self.table.alignment = tuple(_align(left, right) for left, right in _ALIGNMENT.findall(line))

    def _add(self, type_: str, *, force: bool = False) -> None:
        if self.has_footer and type_ == "tbody" and not force:
            return
        part = Element(type_)
        part.children, self.rows = self.rows, []
        self.table.children.append(part)

    def _row(self, line: str) -> Element:
        cells = split_row(line)
        if self.leading_pipe and not cells[0].strip(_WHITE):
            del cells[0]
        if cells and not cells[-1].strip(_WHITE):
            cells.pop()
        row = Element("tr")
        for text in cells:
            self.document.count()
            cell = Element("td")
            cell.children.append(Element("raw_text", text.strip(_WHITE)))
            row.children.append(cell)
        self.columns = max(self.columns, len(cells))
        return row

    def finish(self) -> bool:
        """Make all rows as long as the longest, while there are cells to add; without a body it is no table."""
        if self.rows:
            self._add("tfoot" if self.has_footer else "tbody")
        parts, columns = self.table.children, self.columns
        if all(part.type != "tbody" for part in parts):
            return False
        rows = [row for part in parts for row in part.children]
        for row in rows:
            lacking = columns - len(row.children)
            if lacking <= self.document.free_cells:
                self.document.free_cells -= lacking
                row.children.extend(Element("td") for _ in range(lacking))
        aligned = self.table.alignment[:columns]
        self.table.alignment = (*aligned, *("default",) * (columns - len(aligned)))
        return True


def _align(left: str, right: str) -> str:
    if left and right:
        return "center"
    return "left" if left else "right" if right else "default"


def _has_pipes(document: Document, text: str) -> bool:
    """Say whether each line has a pipe outside of code and of elements."""
    root = Element("root")
    Spans(document, text).parse(root, only=CODE_AND_HTML)
    on_line = False
    for child in root.children:
        value = child.value.rstrip("\n")
        lines = value.split("\n") if value else []
        if child.type == "codespan":
            if len(lines) > 2 or (len(lines) == 2 and not on_line):
                break
            on_line = on_line and len(lines) != 2
            continue
        if len(lines) > 1 and not on_line and not _PIPE_ON_LINE.match(lines[0]):
            break
        on_line = (on_line and len(lines) <= 1) or bool(lines and _PIPE_ON_LINE.match(lines[-1]))
    return on_line
