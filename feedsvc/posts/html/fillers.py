"""Paragraphs, breaks and marks around nothing, which editors leave behind and readers show as holes."""

from __future__ import annotations

import re

from feedsvc.posts.html.tags import ATTRIBUTES

_BLOCKS = "p|div|h[1-6]|blockquote|section|article|aside|header|footer|main|figure|figcaption|ul|ol|dl"
_INLINES = "a|abbr|b|bdi|bdo|cite|del|em|i|ins|mark|q|s|small|strong|sub|sup|tt|u"
_NAMED = r"(?! (?:[^>]* )?id=)"  # somebody may lead to it
_BLANK = r"[\s\u200b\u2060\ufeff]"  # no-break spaces are white space to a pattern, too

# From the middle on, since that is rarer than a start tag.
_HOLLOW = re.compile(rf">(?P<blank>(?:{_BLANK}|<br>)*+)</(?P<name>{_BLOCKS}|{_INLINES})>(?P<lines>\n*+)")
_OPENING = re.compile(rf"<([a-z0-9]+){_NAMED}{ATTRIBUTES}>")
_INLINE_NAMES = frozenset(_INLINES.split("|"))
_CLOSES = re.compile(rf"(?:{_BLANK}|<br>)*+</")

_BREAKS = re.compile(r"(?:<br>\s*+)+")
_EDGE = re.compile(rf"</?(?:{_BLOCKS}|li|td|th|dd|dt|pre|table|hr)[ >]")
_VERBATIM = re.compile(r"(<pre\b[^>]*>.*?</pre>)", re.DOTALL)

# What is empty but for empty elements is empty, too. More levels than any editor makes; each costs a look at it all.
_LEVELS = 12
# One ends a line, and two are how many people write paragraphs.
_MOST_BREAKS = 2


def drop_fillers(html: str) -> str:
    """Return cleaned HTML without elements that show nothing, and no more than two line breaks at a time.

    Cells of tables, items of lists, code and what has an ``id`` stay; so does the white space in ``pre``.
    """
    if "<pre" not in html:
        return _without(html)
    return "".join(part if part.startswith("<pre") else _without(part) for part in _VERBATIM.split(html))


def _without(html: str) -> str:
    for _ in range(_LEVELS):
        if "<br>" in html:
            html = _BREAKS.sub(_what_parts, html)
        html, again = _without_empty(html)
        if not again:
            break
    return html


def _without_empty(html: str) -> tuple[str, bool]:
    """Leave out what is empty, and say whether what held it may be empty, or begin or end with a break, now."""
    parts: list[str] = []
    start, again = 0, False
    for match in _HOLLOW.finditer(html):
        opening = _OPENING.match(html, max(start, html.rfind("<", start, match.start())))
        if opening is not None and opening.end() == match.start() + 1 and opening[1] == match["name"]:
            parts += html[start : opening.start()], _what_stays(match, opening.start())
            start = match.end()
            again = again or "<br>" in match["blank"] or _CLOSES.match(html, start) is not None
    return "".join([*parts, html[start:]]), again or (start > 0 and "<br>" in html)


def _what_parts(match: re.Match[str]) -> str:
    """Return what stays of a run of breaks: none where a block begins or ends, which parts lines anyway."""
    html, start = match.string, match.start()
    while start and html[start - 1].isspace():
        start -= 1
    after_edge = start == 0 or (html[start - 1] == ">" and _EDGE.match(html, html.rfind("<", 0, start)))
    if after_edge or match.end() == len(html) or _EDGE.match(html, match.end()):
        return ""
    return match[0] if match[0].count("<br>") <= _MOST_BREAKS else "<br>" * _MOST_BREAKS


def _what_stays(match: re.Match[str], start: int) -> str:
    """Return what stays of an empty element that begins at ``start``."""
    if match["name"] in _INLINE_NAMES:
        return match["blank"] + match["lines"]
    before, after = match.string[max(0, start - 1) : start], match.string[match.end() : match.end() + 1]
    # Between two texts it parted them.
    return "" if before in {"", ">", "\n", " "} and after in {"", "<", "\n", " "} else "\n"
