"""Blocks that show at a glance what they become: most of a post, and so most of its cost.

They are single lines at the top of a document: paragraphs without a sign that could begin a span, and elements whose
HTML is written as kramdown would write it. What decides about a line stands in it or right after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedsvc.posts.kramdown.document import Document, Source
from feedsvc.posts.kramdown.tree import Element

_SPANS = ("b", "strong", "em", "i", "a", "u", "mark", "span")
_ATTRIBUTES = r"(?:[ ](?!markdown=)[a-z][a-z0-9\-]*+=\"[^\"&<>\n]*+\")*+"
_TEXT = r"[^*_`<>\[$&~\\|{\n]++"
_RAW = r"[^<>&\n]++|&[a-zA-Z]++;"
# Its text is no sign's, so that nothing in it can be taken for the end but the end.
_STRONG = rf"\*\*(?![ \t\r\f\v]){_TEXT}(?<![ \t\r\f\v])\*\*(?!\*)"
# What ends a paragraph without a blank line: a start tag of an element that is a block to kramdown.
_AFTER = rf"(?=\n|\Z|<(?:p|h[1-6]|ul|ol|table|div|blockquote|section){_ATTRIBUTES}>)"


def pairs(text: str, depth: int, names: Sequence[str] = _SPANS, *, more: str = "") -> str:
    """Return the pattern of ``text``, an alternative that takes all it can, with elements in it, nested so deep.

    The elements have one of ``names``; ``more`` is another alternative beside them. All of it is possessive, so that
    time is linear in the length of what is read, and in ``depth``.
    """
    if not depth:
        return rf"(?:{text})*+"
    inner = pairs(text, depth - 1, names, more=more)
    ends = "|".join(rf"<{name}{_ATTRIBUTES}>{inner}</{name}>" for name in names)
    return rf"(?:{text}|{ends}{more})*+"


_SHOWN = pairs(_TEXT, 2, more=rf"|{_STRONG}")
_LINE = re.compile(
    rf"(?:(?P<paragraph>(?=[^\W\d_]|<[a-z]++[ >]|\*\*[^\W\d_]){_SHOWN})\n{_AFTER}(?!\n++ {{0,3}}:)"
    rf"|(?P<element><(?P<name>p|h[1-6]|li|td|div|section|blockquote){_ATTRIBUTES}>{pairs(_RAW, 2)}</(?P=name)>)"
    r"[ \t]*+\n(?! {0,3}\{:)"
    r"|(?P<rule><hr ?/?>)(?=[ \t]*+\n)"
    r"|!\[(?P<alt>[^\[\]\\*_`<>$&~{\n\"'|]++)\]\((?P<src>https?://[^\s()<>&\"'\\]++)\)[ \t]*+\n"
    r"(?=\n|\Z)(?!\n++ {0,3}:))"
    r"(?P<blank>[ \t\r\n\f\v]*\n)?+"
)
_MARK = re.compile(r"<[^>]++>|\*\*")
# No sign of typography stands outside tags, and nothing is strong. In most paragraphs it is so, and to see it at once
# takes a fifth of the time of looking at the text between any two of thirty tags.
_AS_WRITTEN = re.compile(r"(?:[^<*\"'.\-]++|<[^>]++>|-(?!-)|\.(?!\.\.))*+")
_WHITE = " \t\r\n\f\v"


def may_read_plainly(text: str) -> bool:
    """Say whether a document holds nothing that could change what stands elsewhere in it."""
    return "*[" not in text and "{::" not in text


def read_plain_lines(document: Document, source: Source) -> None:
    """Read plain blocks and the blank lines after them, as many as there are; one must be able to begin here.

    They become one element, and a blank line if they end with some: what follows may ask what was last.
    """
    text, pos = source.text, source.pos
    html: list[str] = []
    blank = ""
    while match := _LINE.match(text, pos):
        html += (blank and "\n", match["element"] or _html(document, match), "\n")
        blank, pos = match["blank"] or "", match.end()
    if html:
        source.pos = pos
        document.root.children.append(Element("line", "".join(html)))
        if blank:
            document.root.children.append(Element("blank", blank))


def _html(document: Document, match: re.Match[str]) -> str:
    """Return the HTML of a block that does not stand there as such."""
    if match["rule"]:
        return "<hr />"
    if match["alt"]:
        return f'<p><img src="{match["src"]}" alt="{match["alt"]}" /></p>'
    end = match.start() + len(match["paragraph"].rstrip(_WHITE))
    replace = document.typography.replace
    if "<" not in match["paragraph"] and "*" not in match["paragraph"]:
        return f"<p>{replace(match.string, match.start(), end)[0]}</p>"
    if _AS_WRITTEN.fullmatch(match.string, match.start(), end):
        return f"<p>{match.string[match.start() : end]}</p>"
    pieces, pos, strong = ["<p>"], match.start(), "</strong>"
    for mark in _MARK.finditer(match.string, pos, end):
        pieces.append(replace(match.string, pos, mark.start())[0])
        if mark[0] == "**":
            pieces.append(strong := "<strong>" if strong == "</strong>" else "</strong>")
        else:
            pieces.append(mark[0])
        pos = mark.end()
    return "".join([*pieces, replace(match.string, pos, end)[0], "</p>"])
