"""``*em*``, ``_em_``, ``**strong**`` and ``__strong__``: ``kramdown/emphasis.rb``."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.spans import Spans, Stop
from feedsvc.posts.kramdown.tree import Element

_WHITE = tuple(" \t\r\n\f\v")


def parse_emphasis(spans: Spans) -> bool:
    """Read emphasis, or take its sign for text."""
    text, start = spans.text, spans.pos
    sign = text[start]
    length = 2 if text.startswith(sign * 2, start) else 1
    type_ = "strong" if length == 2 else "em"
    if _is_text(spans, start, start + length, type_) or not spans.document.may_try:
        return spans.literal(start, start + length)
    element = _try(spans, sign * length, type_)
    furthest = spans.pos
    if element is None and type_ == "strong" and spans.tree.type != "em":
        spans.document.steps += furthest - start
        spans.pos = start
        element = _try(spans, sign, "em")
    if element is None:
        return spans.literal(start, start + length)
    spans.add(element)
    return True


def _is_text(spans: Spans, start: int, end: int, type_: str) -> bool:
    text = spans.text
    if text.startswith(_WHITE, end) or spans.is_within(type_):
        return True
    return text[start] == "_" and _is_in_word(text, start)


def _is_in_word(text: str, start: int) -> bool:
    """Say whether letters, or letters and one hyphen, come before."""
    if start and text[start - 1] == "-":
        start -= 1
    return start > 0 and text[start - 1].isalpha()


def _try(spans: Spans, sign: str, type_: str) -> Element | None:
    spans.pos += len(sign)
    element = Element(type_)
    return element if spans.parse(element, _STOPS[sign]) and _after(spans, len(sign)) else None


def _after(spans: Spans, length: int) -> bool:
    spans.pos += length
    return True


def _accepts(spans: Spans, end: re.Match[str]) -> bool:
    text, pos, sign = spans.text, end.start(), end[0]
    if not spans.tree.children or spans.before in _WHITE:
        return False
    if len(sign) == 1 and text.startswith(sign * 2, pos) and not text.startswith(sign * 3, pos):
        return False
    after = text[end.end() : end.end() + 1]
    return not (sign[0] == "_" and after.isalnum())


_STOPS = {sign: Stop(re.compile(re.escape(sign)), _accepts) for sign in ("*", "**", "_", "__")}
