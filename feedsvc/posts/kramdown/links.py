"""Links, images, footnote marks and bare addresses: ``kramdown/link.rb``, ``footnote.rb`` and ``autolink.rb``."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.definitions import normal_link_id
from feedsvc.posts.kramdown.patterns import ID, SPACE
from feedsvc.posts.kramdown.spans import Spans, Stop
from feedsvc.posts.kramdown.tree import Attributes, Element

_START = re.compile(r"!?\[(?=[^^])")
_BRACKET = re.compile(r"(\])|!?\[")
_ID = re.compile(rf"{SPACE}*+\[([^\]]+)?\]")
_PAREN = re.compile(rf"(\()|(\))|{SPACE}(?=['\"])")
_TITLE_START = re.compile(rf"{SPACE}*+([\"'])")
_TITLE_END = {quote: re.compile(rf"{quote}{SPACE}*+\)") for quote in "\"'"}
_ESCAPED = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=\-])")
_FOOTNOTE = re.compile(rf"\[\^({ID})\]")
_AUTOLINK = re.compile(r"<((mailto|https?|ftps?):.[^>\n]{0,2000}+|[\w.\-]+@[\w.\-]+)>")
_WHITE = " \t\r\n\f\v\0"


def parse_footnote_marker(spans: Spans) -> bool:
    """Read ``[^name]``; without its definition it is text."""
    match = _FOOTNOTE.match(spans.text, spans.pos)
    if match is None:
        return False
    document = spans.document
    note = document.footnotes.get(match[1])
    if note is None:
        spans.add_text(match[0])
    else:
        marker = Element("footnote", match[1])
        marker.note = note
        mark = document.footnote_marks[match[1]]
        marker.ial = mark.ial
        spans.add(marker)
    spans.pos = match.end()
    return True


def parse_autolink(spans: Spans) -> bool:
    """Read ``<https://…>`` or ``<name@host>``."""
    match = _AUTOLINK.match(spans.text, spans.pos)
    if match is None:
        return False
    link = Element("a", attr={"href": match[1] if match[2] else f"mailto:{match[1]}"})
    link.children.append(Element("text", match[1].removeprefix("mailto:")))
    spans.add(link)
    spans.pos = match.end()
    return True


def parse_link(spans: Spans) -> bool:
    """Read a link or an image, or take its beginning for text."""
    match = _START.match(spans.text, spans.pos)
    if match is None:
        return False
    start, inside = spans.pos, match.end()
    element = Element("img" if match[0][0] == "!" else "a")
    if not spans.document.may_try or (element.type == "a" and spans.is_within("a", "img")):
        return spans.literal(start, inside)
    spans.pos = inside
    if spans.parse(element, Stop(_BRACKET, _Bracket())):
        text = _ESCAPED.sub(r"\1", spans.text[inside : spans.pos])
        spans.pos += 1
        if _read_target(spans, element, text):
            return True
    return spans.literal(start, inside)


class _Bracket:
    """Counts brackets; images have theirs."""

    def __init__(self) -> None:
        self.count = 1

    def __call__(self, spans: Spans, end: re.Match[str]) -> bool:
        """Say whether a closing bracket is the one of the link's text."""
        self.count += -1 if end[1] else 1
        return self.count == spans.tree.images


def _read_target(spans: Spans, element: Element, text: str) -> bool:
    by_name = _ID.match(spans.text, spans.pos)
    if by_name is None and spans.text.startswith("(", spans.pos):
        return _read_address(spans, element, text)
    found = spans.document.links.get(normal_link_id((by_name and by_name[1]) or text))
    if by_name is not None:
        spans.pos = by_name.end()
    if found is None:
        return False
    url, title, mark = found
    _add(spans, element, url, title, text, mark.ial)
    return True


def _read_address(spans: Spans, element: Element, text: str) -> bool:
    url, closed = _bracketed(spans) or _balanced(spans)
    if closed:
        _add(spans, element, url, None, text)
        return True
    opening = _TITLE_START.match(spans.text, spans.pos)
    if opening is None:
        return False
    end = spans.source.search(_TITLE_END[opening[1]], opening.end() + 1)
    if end is None:
        return False
    spans.pos = end.end()
    _add(spans, element, url, spans.text[opening.end() : end.start()], text)
    return True


def _bracketed(spans: Spans) -> tuple[str, bool] | None:
    """Return the address of ``(<address>``, and whether ``)`` follows; the place is after what was read."""
    text, start = spans.text, spans.pos
    if not text.startswith("(<", start):
        return None
    end = spans.source.find(">", start + 2)
    line_end = spans.source.find("\n", start)
    if end < 0 or 0 <= line_end < end:
        return None
    closed = text.startswith(")", end + 1)
    spans.pos = end + 1 + closed
    return text[start + 2 : end], closed


def _balanced(spans: Spans) -> tuple[str, bool]:
    """Return the address up to its closing parenthesis, or up to a title; the place is after it."""
    text, start = spans.text, spans.pos
    depth = 0
    while match := _PAREN.search(text, spans.pos):
        spans.pos = match.end()
        if match[2]:
            depth -= 1
            if depth == 0:
                break
        elif match[1]:
            depth += 1
        else:
            break
    return text[start + 1 : spans.pos - 1].strip(_WHITE), depth == 0


def _add(spans: Spans, element: Element, url: str, title: str | None, text: str, ial: Attributes | None = None) -> None:
    if ial is not None:
        element.ial = Attributes(dict(ial.values), list(ial.refs))
        spans.document.apply(element.attr, ial)
    if element.type == "a":
        element.attr["href"] = url
    else:
        element.attr |= {"src": url, "alt": text}
        element.children.clear()
        spans.tree.images += 1
    if title is not None:
        element.attr["title"] = title
    spans.add(element)
