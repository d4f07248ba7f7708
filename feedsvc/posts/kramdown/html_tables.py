"""Tables in HTML: ``convert_table`` and ``convert_td``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedsvc.posts.kramdown.escapes import attributes_text
from feedsvc.posts.kramdown.tree import Element

if TYPE_CHECKING:
    from feedsvc.posts.kramdown.html import HtmlWriter


def write_table(writer: HtmlWriter, table: Element, indent: int) -> str:
    """Return a table; an empty cell holds a no-break space."""
    blanks = " " * indent
    parts = []
    writer.stack.append(table)
    for part in table.children:
        writer.stack.append(part)
        rows = "".join(_row(writer, table, row, part.type, indent + 4) for row in part.children)
        writer.stack.pop()
        parts.append(f"{blanks}  <{part.type}>\n{rows}{blanks}  </{part.type}>\n")
    writer.stack.pop()
    return f"{blanks}<table{attributes_text(table.attr)}>\n{''.join(parts)}{blanks}</table>\n"


def _row(writer: HtmlWriter, table: Element, row: Element, part: str, indent: int) -> str:
    name = "th" if part == "thead" else "td"
    blanks = " " * indent
    cells = []
    for cell, alignment in zip(row.children, table.alignment, strict=False):
        attributes = dict(cell.attr)
        if alignment != "default":
            own = f"{attributes['style']}; " if "style" in attributes else ""
            attributes["style"] = f"{own}text-align: {alignment}"
        body = writer.inner(cell, indent + 2) or "\xa0"
        cells.append(f"{blanks}  <{name}{attributes_text(attributes)}>{body}</{name}>\n")
    return f"{blanks}<tr>\n{''.join(cells)}{blanks}</tr>\n"
