"""Blocks that show at a glance what they become: most of a post, and so most of its cost.

They are single lines at the top of a document: paragraphs without a sign that could begin a span, and elements whose
HTML is written as kramdown would write it. What decides about a line stands in it or right after it.
"""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.document import Document, Source
from feedsvc.posts.kramdown.tree import Element

_ATTRIBUTES = r"(?:[ ](?!markdown=)[a-z][a-z0-9\-]*+=\"[^\"&<>\n]*+\")*+"
_TEXT = r"[^*_`<>\[$&~\\|{\n]"
_RAW = r"(?:[^<>&\n]|&[a-zA-Z]++;)"


def _pairs(text: str, depth: int) -> str:
    """Return the pattern of text with elements in it, nested so deep."""
    inner = _pairs(text, depth - 1) if depth else ""
    ends = "|".join(
        rf"<{name}{_ATTRIBUTES}>{inner}</{name}>" for name in ("b", "strong", "em", "i", "a", "u", "mark", "span")
    )
    return rf"(?:{text}++|{ends})*+" if depth else rf"{text}*+"


_LINE = re.compile(
    rf"(?P<paragraph>(?=[^\W\d_]|<[a-z]++[ >]){_pairs(_TEXT, 2)})\n(?=\n|\Z)(?!\n++ {{0,3}}:)"
    rf"|(?P<element><(?P<name>p|h[1-6]|li|td|div|section|blockquote){_ATTRIBUTES}>{_pairs(_RAW, 2)}</(?P=name)>)"
    r"[ \t]*+\n(?! {0,3}\{:)"
    r"|(?P<rule><hr ?/?>)(?=[ \t]*+\n)"
    r"|!\[(?P<alt>[^\[\]\\*_`<>$&~{\n\"'|]++)\]\((?P<src>https?://[^\s()<>&\"'\\]++)\)[ \t]*+\n(?=\n|\Z)(?!\n++ {0,3}:)"
)
_TAG = re.compile(r"(<[^>]++>)")
_WHITE = " \t\r\n\f\v"
_BLANK = re.compile(r"[ \t\r\n\f\v]*\n")


def may_read_plainly(text: str) -> bool:
    """Say whether a document holds nothing that could change what stands elsewhere in it."""
    return "*[" not in text and "{::" not in text


def read_plain_lines(document: Document, source: Source) -> None:
    """Read plain blocks and the blank lines after them, as many as there are; one must be able to begin here."""
    text, children = source.text, document.root.children
    while match := _LINE.match(text, source.pos):
        children.append(Element("line", f"{_html(document, match)}\n"))
        source.pos = match.end()
        if blank := _BLANK.match(text, source.pos):
            children.append(Element("blank", blank[0]))
            source.pos = blank.end()


def _html(document: Document, match: re.Match[str]) -> str:
    if match["element"]:
        return match["element"]
    if match["rule"]:
        return "<hr />"
    if match["alt"]:
        return f'<p><img src="{match["src"]}" alt="{match["alt"]}" /></p>'
    end = match.start() + len(match["paragraph"].rstrip(_WHITE))
    if "<" not in match["paragraph"]:
        return f"<p>{document.typography.replace(match.string, match.start(), end)[0]}</p>"
    pieces, pos = ["<p>"], match.start()
    for tag in _TAG.finditer(match.string, pos, end):
        pieces += [document.typography.replace(match.string, pos, tag.start())[0], tag[0]]
        pos = tag.end()
    return "".join([*pieces, document.typography.replace(match.string, pos, end)[0], "</p>"])
