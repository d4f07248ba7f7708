"""The span parsers by their first characters, in kramdown's order, and the small ones among them."""

from __future__ import annotations

import re
from collections.abc import Callable

from feedsvc.posts.kramdown.attributes import read_attribute_list
from feedsvc.posts.kramdown.emphasis import parse_emphasis
from feedsvc.posts.kramdown.escapes import character_of, reference_text
from feedsvc.posts.kramdown.extensions import SPAN_EXTENSION, find_span_stop, read_extension
from feedsvc.posts.kramdown.links import parse_autolink, parse_footnote_marker, parse_link
from feedsvc.posts.kramdown.patterns import ANY, ENTITY
from feedsvc.posts.kramdown.span_html import parse_span_html
from feedsvc.posts.kramdown.spans import Spans, parse_code_span
from feedsvc.posts.kramdown.tree import Attributes, Element

_SYMBOL = re.compile(r"---|--|\.\.\.|\\<<|\\>>|<< | >>|<<|>>")
_SYMBOLS = {
    "---": "mdash", "--": "ndash", "...": "hellip", "<< ": "laquo_space", " >>": "raquo_space", "<<": "laquo",
    ">>": "raquo",
}  # fmt: skip
_BREAK = re.compile(r"(?:  |\\\\)(?=\n)")
_ESCAPED = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=\-])")
_ESCAPED_GFM = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=\-~])")
_IAL = re.compile(rf"\{{:({ANY})\}}")
_STRIKE_START = re.compile(r"~~(?![ \t\r\n\f\v~])")
_STRIKE_END = re.compile(r"[^ \t\r\n\f\v~]~~")
_WHITE = " \t\r\n\f\v\0"


def _first_of(*parsers: Callable[[Spans], bool]) -> Callable[[Spans], bool]:
    return lambda spans: any(parser(spans) for parser in parsers)


def parse_others(spans: Spans) -> bool:
    """Read what may begin with any character: a quote after it, and symbols before which a blank belongs to them."""
    return _parse_quote(spans) or _parse_symbol(spans) or _parse_break(spans)


def _parse_quote(spans: Spans) -> bool:
    """Read a quote after a character that means nothing here."""
    if not spans.text.startswith(("'", '"'), spans.pos + 1) or spans.text[spans.pos] == "\\":
        return False
    end = spans.pos + 2
    text, _ = spans.document.typography.replace(spans.text, spans.pos, end)
    if len(text) == 2 and text[1] in "\"'":  # the rule takes more than one quote
        end += 1
        text, _ = spans.document.typography.replace(spans.text, spans.pos, end)
    spans.add_symbols(text)
    spans.pos = end
    return True


def _parse_symbol(spans: Spans) -> bool:
    options = spans.document.options
    match = _SYMBOL.match(spans.text, spans.pos)
    if match is None or options.keeps_symbols:
        return False
    name = _SYMBOLS.get(match[0])
    if name is not None:
        spans.add(Element("typographic_sym", name))
    else:
        spans.add(Element("entity", match[0][1:]))
    spans.pos = match.end()
    return True


def _parse_break(spans: Spans) -> bool:
    match = _BREAK.match(spans.text, spans.pos)
    options = spans.document.options
    if match is None or (options.is_gfm and options.hard_wrap):
        return False
    spans.add(Element("br"))
    spans.pos = match.end()
    return True


def _parse_math(spans: Spans) -> bool:
    text, pos = spans.text, spans.pos
    if not text.startswith("$$", pos) or (end := spans.source.find("$$", pos + 2)) < 0:
        return False
    spans.add(Element("math", text[pos + 2 : end].strip(_WHITE), category="span"))
    spans.pos = end + 2
    return True


def _parse_extension(spans: Spans) -> bool:
    text, pos = spans.text, spans.pos
    if match := SPAN_EXTENSION.match(text, pos):
        return _run_extension(spans, match) or spans.literal(pos, pos + 1)
    last = spans.tree.children[-1] if spans.tree.children else None
    match = _IAL.match(text, pos)
    if match is None or last is None or (last.type == "text" and not last.is_symbol):
        return False
    ial = Attributes()
    read_attribute_list(match[1], ial)
    last.ial = last.ial or Attributes()
    last.ial.merge(ial)
    spans.document.apply(last.attr, ial)
    spans.pos = match.end()
    return True


def _run_extension(spans: Spans, match: re.Match[str]) -> bool:
    name = match[1]
    if name is None:
        return False
    body, end = None, match.end()
    if not match[3]:
        stop = find_span_stop(spans.source, name, end)
        if stop is None:
            return False
        body, end = spans.text[end : stop.start()], stop.end()
    shown = read_extension(spans.document, name, match[2] or "", body, "span")
    if shown is None:
        return False
    for element in shown:
        spans.add(element)
    spans.pos = end
    return True


def _parse_entity(spans: Spans) -> bool:
    match = ENTITY.match(spans.text, spans.pos)
    if match is None:
        return False
    code_point = character_of(match[0][1:-1])
    if code_point is None:
        spans.add(Element("entity", "&"))
        spans.add_text(match[0][1:])
    else:
        spans.add(Element("reference", reference_text(code_point, match[0])))
    spans.pos = match.end()
    return True


def _parse_escaped(spans: Spans) -> bool:
    pattern = _ESCAPED_GFM if spans.document.options.is_gfm else _ESCAPED
    match = pattern.match(spans.text, spans.pos)
    if match is None:
        return False
    spans.add_text(match[1])
    spans.pos = match.end()
    return True


def _parse_strikethrough(spans: Spans) -> bool:
    text, pos = spans.text, spans.pos
    if not spans.document.options.is_gfm or spans.document.is_too_deep or not _STRIKE_START.match(text, pos):
        return False
    end = spans.source.search(_STRIKE_END, pos + 2)
    if end is None:
        return False
    element = Element("html_element", "del", category="span")
    spans.add(element)
    with spans.document.deeper():
        Spans(spans.document, text[pos + 2 : end.end() - 2]).parse(element)
    spans.pos = end.end()
    return True


PARSERS: dict[str, Callable[[Spans], bool]] = {
    "*": parse_emphasis,
    "_": parse_emphasis,
    "`": parse_code_span,
    "<": _first_of(parse_autolink, parse_span_html),
    "[": _first_of(parse_footnote_marker, parse_link),
    "!": parse_link,
    "$": _parse_math,
    "{": _parse_extension,
    "&": _parse_entity,
    "\\": _first_of(_parse_symbol, _parse_break, _parse_escaped),
    "~": _parse_strikethrough,
}
ONLY: dict[str, Callable[[Spans], bool]] = {"`": parse_code_span, "<": parse_span_html}
