"""HTML beside and around Markdown: ``kramdown/html.rb`` and the reader of raw HTML in ``parser/html.rb``."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.html_elements import (
    CLOSE,
    KNOWN,
    MARKDOWN_ATTRIBUTE,
    SPANS,
    TAG,
    WITHOUT_BODY,
    content_model,
    element_name,
    read_attributes,
)
from feedsvc.posts.kramdown.patterns import OPT
from feedsvc.posts.kramdown.raw_html import RAW_TEXT, RawReader, raw_text
from feedsvc.posts.kramdown.tree import Element

_OPT = re.compile(OPT)
_LINE_END = re.compile(r"[ \t]*\n")


def parse_block_html(blocks: Blocks) -> bool:
    """Read a comment, an element with all that is in it, or the end tag of the element that is being read."""
    source = blocks.source
    text, start = source.text, source.pos
    if text.startswith("<!--", start) and (end := source.find("-->", start + 4)) >= 0:
        blocks.tree.children.append(Element("xml_comment", text[start : end + 3], category="block"))
        source.pos = end + 3
        _skip_line_end(blocks)
        return True
    indent = _OPT.match(text, start)
    at = indent.end() if indent else start
    if (match := TAG.match(text, at)) and match[1].lower() not in SPANS:
        if blocks.is_too_deep:
            return False
        source.pos = match.end()
        _read_element(blocks, match)
        return True
    if (match := CLOSE.match(text, at)) and blocks.tree.type == "html_element":
        name = match[1].lower()
        if name == blocks.tree.value and name not in SPANS:
            source.pos = match.end()
            blocks.stopped = True
            return True
    return False


def _skip_line_end(blocks: Blocks) -> None:
    if match := _LINE_END.match(blocks.source.text, blocks.source.pos):
        blocks.source.pos = match.end()


def _read_element(blocks: Blocks, match: re.Match[str]) -> None:
    """Read an element whose start tag is ``match``, at whose end the source stands."""
    name = element_name(match[1])
    attributes = read_attributes(match[2], of_html=name in KNOWN)
    element = Element("html_element", name, attributes, category="block")
    element.ial, blocks.ial = blocks.ial, None
    tree = blocks.tree
    tree.children.append(element)
    if name in RAW_TEXT:
        element.children.append(Element("verbatim", raw_text(blocks, name)))
        attributes.pop("markdown", None)
        element.content_model = "raw"
        return
    is_raw = tree.type == "html_element" and tree.content_model == "raw"
    read_inside = blocks.document.options.parse_block_html and not is_raw
    model = content_model(name) if read_inside else "raw"
    own = MARKDOWN_ATTRIBUTE.get(attributes.pop("markdown", ""))
    if own is not None:
        model = content_model(name) if own == "default" else own
    if model == "block":
        _skip_line_end(blocks)
    element.content_model = model
    element.is_closed = match[3] is not None or name in WITHOUT_BODY
    if element.is_closed:
        return
    _read_body(blocks, element)
    if not is_raw:
        _skip_line_end(blocks)


def _read_body(blocks: Blocks, element: Element) -> None:
    source = blocks.source
    if element.content_model == "block":
        Blocks(blocks.document, source, element).parse()
    elif element.content_model == "span":
        end = source.search(re.compile(rf"</{re.escape(element.value)}[ \t\r\n\f\v]*>", re.IGNORECASE), source.pos)
        content = source.text[source.pos : end.start() if end else None]
        element.children.append(Element("raw_text", content))
        source.pos = end.end() if end else len(source.text)
    else:
        RawReader(blocks, element, _read_element).read()
