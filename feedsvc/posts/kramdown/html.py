"""The tree becomes HTML: ``converter/html.rb``, byte for byte but for highlighted code."""

from __future__ import annotations

import re
from collections.abc import Callable

from feedsvc.posts.kramdown.document import Document
from feedsvc.posts.kramdown.escapes import attributes_text, escape_text
from feedsvc.posts.kramdown.html_elements import WITHOUT_BODY
from feedsvc.posts.kramdown.html_forms import block, code_block, indented_block, standalone_image
from feedsvc.posts.kramdown.html_ids import UsedIds
from feedsvc.posts.kramdown.html_notes import Notes
from feedsvc.posts.kramdown.html_spans import (
    write_abbreviation,
    write_code_span,
    write_image,
    write_math,
    write_span,
    write_symbol,
)
from feedsvc.posts.kramdown.html_tables import write_table
from feedsvc.posts.kramdown.html_toc import Toc
from feedsvc.posts.kramdown.tree import Element

_HAN = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK_LINE_END = re.compile(rf"(?<=[{_HAN}\u3041-\u309f\u30a0-\u30ff])\n(?=[{_HAN}\u3041-\u309f\u30a0-\u30ff])")


class HtmlWriter:
    """Writes one document; what was written before decides numbers and ids."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.options = document.options
        self.stack: list[Element] = []
        self.notes = Notes(self)
        self.toc = Toc(self)
        self.ids = UsedIds(self.options.auto_id_prefix)

    def write(self) -> str:
        """Return the HTML of the whole document."""
        html = self.inner(self.document.root, -2)
        notes = self.notes.write()
        html = html.replace(self.notes.place, notes, 1) if self.notes.is_placed else html + notes
        return self.toc.insert(html)

    def inner(self, element: Element, indent: int) -> str:
        """Return the HTML of what is in ``element``, which is itself indented by ``indent`` blanks."""
        self.stack.append(element)
        html = "".join([_WRITERS[child.type](self, child, indent + 2) for child in element.children])
        self.stack.pop()
        return html

    def convert(self, element: Element, indent: int) -> str:
        """Return the HTML of ``element``."""
        return _WRITERS[element.type](self, element, indent)

    @property
    def is_in_raw(self) -> bool:
        """Say whether what is written stands in HTML that is left as it is."""
        parent = self.stack[-1]
        return parent.type == "html_element" and parent.content_model == "raw"


def _text(writer: HtmlWriter, element: Element, _indent: int) -> str:
    text = escape_text(element.value)
    return _CJK_LINE_END.sub("", text) if writer.options.remove_line_breaks_for_cjk else text


def _value(_writer: HtmlWriter, element: Element, _indent: int) -> str:
    return element.value


def _escaped_value(_writer: HtmlWriter, element: Element, _indent: int) -> str:
    return escape_text(element.value) if element.value != "&" else "&amp;"


def _paragraph(writer: HtmlWriter, element: Element, indent: int) -> str:
    if element.transparent:
        return writer.inner(element, indent)
    children = element.children
    if len(children) == 1 and children[0].type == "img" and children[0].refers_to("standalone"):
        return standalone_image(element, indent)
    return block("p", element.attr, writer.inner(element, indent), indent)


def _quotation(writer: HtmlWriter, element: Element, indent: int) -> str:
    return indented_block(element.type, element.attr, writer.inner(element, indent), indent)


def _header(writer: HtmlWriter, element: Element, indent: int) -> str:
    attributes = dict(element.attr)
    if writer.options.auto_ids and "id" not in attributes:
        attributes["id"] = writer.ids.of(element.raw_text)
    writer.toc.note(element, attributes.get("id"))
    level = max(1, min(6, element.level + writer.options.header_offset))
    return block(f"h{level}", attributes, writer.inner(element, indent), indent)


def _rule(_writer: HtmlWriter, element: Element, indent: int) -> str:
    return f"{' ' * indent}<hr{attributes_text(element.attr)} />\n"


def _list(writer: HtmlWriter, element: Element, indent: int) -> str:
    if element.refers_to("toc") and not writer.toc.is_placed:
        return writer.toc.put(element)
    if element.refers_to("footnotes") and not writer.notes.is_placed:
        return writer.notes.put()
    return indented_block(element.type, element.attr, writer.inner(element, indent), indent)


def _item(writer: HtmlWriter, element: Element, indent: int) -> str:
    blanks = " " * indent
    body = writer.inner(element, indent)
    first = element.children[0] if element.children else None
    if first is None or (first.type == "p" and first.transparent):
        body += blanks if body.endswith("\n") else ""
    else:
        body = f"\n{body}{blanks}"
    return f"{blanks}<{element.type}{attributes_text(element.attr)}>{body}</{element.type}>\n"


def _term(writer: HtmlWriter, element: Element, indent: int) -> str:
    attributes = dict(element.attr)
    if "id" not in attributes and (ial := writer.stack[-1].ial) is not None:
        writer.ids.name_term(attributes, element.raw_text, ial.refs)
    return block("dt", attributes, writer.inner(element, indent), indent)


def _html_element(writer: HtmlWriter, element: Element, indent: int) -> str:
    indent += 2 * element.level
    body, name = writer.inner(element, indent), element.value
    tag = f"<{name}{attributes_text(element.attr)}"
    if element.category == "span":
        return f"{tag} />" if not body and name in WITHOUT_BODY else f"{tag}>{body}</{name}>"
    is_in_raw, blanks = writer.is_in_raw, " " * indent
    if element.is_closed and element.content_model == "raw":
        html = f"{tag} />"
    elif not body:
        html = f"{tag} />" if name in WITHOUT_BODY else f"{tag}></{name}>"
    elif element.content_model != "block":
        html = f"{tag}>{body}</{name}>"
    else:
        html = f"{tag}>\n{body.removesuffix(chr(10))}\n{blanks}</{name}>"
    return html if is_in_raw else f"{blanks}{html}\n"


def _markup(writer: HtmlWriter, element: Element, indent: int) -> str:
    if element.category == "block" and not writer.is_in_raw:
        return f"{' ' * indent}{element.value}\n"
    return element.value


def _comment(_writer: HtmlWriter, element: Element, indent: int) -> str:
    html = f"<!-- {element.value} -->"
    return f"{' ' * indent}{html}\n" if element.category == "block" else html


def _raw(_writer: HtmlWriter, element: Element, _indent: int) -> str:
    return f"{element.value}\n" if element.category == "block" else element.value


_WRITERS: dict[str, Callable[[HtmlWriter, Element, int], str]] = {
    "blank": lambda _writer, _element, _indent: "\n",
    "text": _text,
    "verbatim": _value,
    "line": _value,
    "reference": _value,
    "entity": _escaped_value,
    "p": _paragraph,
    "codeblock": code_block,
    "blockquote": _quotation,
    "header": _header,
    "hr": _rule,
    "ul": _list,
    "ol": _list,
    "dl": _quotation,
    "li": _item,
    "dd": _item,
    "dt": _term,
    "html_element": _html_element,
    "xml_comment": _markup,
    "table": write_table,
    "comment": _comment,
    "raw": _raw,
    "br": lambda _writer, _element, _indent: "<br />",
    "a": write_span,
    "em": write_span,
    "strong": write_span,
    "img": write_image,
    "codespan": write_code_span,
    "footnote": lambda writer, element, _indent: writer.notes.mark(element),
    "typographic_sym": write_symbol,
    "math": write_math,
    "abbreviation": write_abbreviation,
}
