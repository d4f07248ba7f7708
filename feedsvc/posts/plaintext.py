"""Markup to plain text, for titles and summaries."""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

SUMMARY_LENGTH = 500
"""About how many characters of a post make its summary."""

_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|template|iframe)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_BLOCKS = (
    "address|article|aside|blockquote|br|caption|center|dd|details|div|dl|dt|figcaption|figure|footer|form|"
    "h1|h2|h3|h4|h5|h6|header|hr|li|main|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_INLINES = (
    "a|abbr|acronym|audio|b|bdi|bdo|big|body|button|cite|code|col|colgroup|data|del|dfn|em|embed|font|head|html|i|"
    "iframe|img|input|ins|kbd|label|link|mark|meta|object|picture|q|rp|rt|ruby|s|samp|script|small|source|span|strike|"
    "strong|style|sub|sup|template|textarea|time|title|tt|u|var|video|wbr"
)
_REST = r"(?=[\s/>])(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>"
_BLOCK = re.compile(rf"</?(?:{_BLOCKS}){_REST}", re.IGNORECASE)
_INLINE = re.compile(rf"</?(?:{_INLINES}){_REST}", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_JOINERS = frozenset("\u200d\u200c")


def plain_text(markup: str) -> str:
    """Return ``markup`` as one line of text: HTML's elements gone, entities decoded once.

    Only names that HTML knows are markup: ``C++ <vector>`` stays as it is, and so does ``R&D``.
    """
    if "<" in markup:
        markup = _INLINE.sub("", _BLOCK.sub(" ", _HIDDEN.sub(" ", markup)))
    if "&" in markup:
        markup = _ENTITY.sub(_decoded, markup)
    return " ".join(markup.split())


def _decoded(match: re.Match[str]) -> str:
    """Decode a reference whose whole name HTML knows; the library's function is content with its beginning."""
    reference = match[0]
    return html.unescape(reference) if reference[1] == "#" or reference[1:] in html5 else reference


def shorten(text: str, length: int = SUMMARY_LENGTH) -> str:
    """Cut ``text`` at a word at about ``length`` characters, with an ellipsis where something was cut."""
    if len(text) <= length:
        return text
    cut = text.rfind(" ", length // 2, length + 1)
    if cut < 0:
        cut = length
        while cut > 1 and _continues(text, cut):
            cut -= 1
    return text[:cut].rstrip(" ,;:–—-") + "…"


def _continues(text: str, index: int) -> bool:
    """Say whether the character at ``index`` belongs to the one before it."""
    character = text[index]
    return (
        unicodedata.category(character)[0] == "M"
        or character in _JOINERS
        or text[index - 1] in _JOINERS
        or "\u1160" <= character <= "\u11ff"  # vowels and finals of a Hangul syllable
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
    )
