"""HTML within a paragraph: ``parse_span_html`` of ``kramdown/html.rb``."""

from __future__ import annotations

import re
from functools import lru_cache

from feedsvc.posts.kramdown.html_elements import (
    BLOCK_ELEMENTS,
    CLOSE,
    KNOWN,
    MARKDOWN_ATTRIBUTE,
    START,
    TAG,
    WITHOUT_BODY,
    content_model,
    element_name,
    read_attributes,
)
from feedsvc.posts.kramdown.spans import HTML, Spans, Stop
from feedsvc.posts.kramdown.tree import Element

_LINE_ENDS = re.compile(r"\n+")


def parse_span_html(spans: Spans) -> bool:
    """Read a comment or an element; an end tag alone, and a block's tag, are text."""
    text, pos = spans.text, spans.pos
    if START.match(text, pos) is None:
        return False
    if text.startswith("<!--", pos) and (end := spans.source.find("-->", pos + 4)) >= 0:
        spans.add(Element("xml_comment", text[pos : end + 3], category="span"))
        spans.pos = end + 3
        return True
    if match := CLOSE.match(text, pos):
        return spans.literal(pos, match.end())
    match = TAG.match(text, pos)
    if match is None:
        return spans.literal(pos, pos + 1)
    if element_name(match[1]) in BLOCK_ELEMENTS or spans.document.is_too_deep:
        return spans.literal(pos, match.end())
    spans.pos = match.end()
    _read_element(spans, match)
    return True


def _read_element(spans: Spans, match: re.Match[str]) -> None:
    name = element_name(match[1])
    attributes = read_attributes(match[2], of_html=name in KNOWN)
    attributes = {key: _LINE_ENDS.sub(" ", value) for key, value in attributes.items()}
    is_raw = content_model(name) == "raw"
    parsed = not is_raw and spans.tree.content_model != "raw" and spans.document.options.parse_span_html
    own = MARKDOWN_ATTRIBUTE.get(attributes.pop("markdown", ""))
    if own in ("span", "default", "raw"):
        parsed = own == "span" or (own == "default" and not is_raw)
    element = Element("html_element", name, attributes, category="span")
    element.content_model = "span" if parsed else "raw"
    spans.add(element)
    if match[3] or name in WITHOUT_BODY:
        return
    stop = _stop(name)
    if spans.parse(element, stop, only="" if parsed else HTML):
        end = stop.pattern.match(spans.text, spans.pos)
        spans.pos = end.end() if end else spans.pos
    else:
        spans.take_rest(element, "" if parsed else HTML)


@lru_cache(maxsize=64)
def _stop(name: str) -> Stop:
    flags = re.IGNORECASE if name in KNOWN else re.NOFLAG
    return Stop(re.compile(rf"</{re.escape(name)}[ \t\r\n\f\v]*+>", flags))
