"""Markup to plain text, for titles and summaries."""

from __future__ import annotations

import html
import re
from html.entities import html5

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
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HIDDEN = {
    name: (
        re.compile(rf"<{name}{_REST}.*?</{name}\s*>", re.DOTALL | re.IGNORECASE),
        re.compile(rf"</{name}\s*>", re.IGNORECASE),
    )
    for name in ("script", "style", "template", "iframe")
}
"""Elements whose content nobody reads, and how each ends."""

_BLOCK = re.compile(rf"</?(?:{_BLOCKS}){_REST}", re.IGNORECASE)
_INLINE = re.compile(rf"</?(?:{_INLINES}){_REST}", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_INVISIBLE = " \u200b\u2060\ufeff"


def plain_text(markup: str) -> str:
    """Return ``markup`` as one line of text: HTML's elements gone, entities decoded once.

    Only names that HTML knows are markup: ``C++ <vector>`` stays as it is, and so does ``R&D``. Markdown's signs are
    text, as in what Jekyll shows. Spaces without width around the text go.
    """
    if "<" in markup:
        markup = _INLINE.sub("", _BLOCK.sub(" ", _without_hidden(markup)))
    if "&" in markup:
        markup = _ENTITY.sub(_decoded, markup)
    return " ".join(markup.split()).strip(_INVISIBLE)


def _without_hidden(markup: str) -> str:
    """Leave out comments and what nobody reads; looked for up to the last end only, or time would be quadratic."""
    if "-->" in markup:
        until = markup.rfind("-->") + 3
        markup = _COMMENT.sub(" ", markup[:until]) + markup[until:]
    if "</" in markup:
        for hidden, end in _HIDDEN.values():
            ends = [match.end() for match in end.finditer(markup)]
            if ends:
                markup = hidden.sub(" ", markup[: ends[-1]]) + markup[ends[-1] :]
    return markup


def _decoded(match: re.Match[str]) -> str:
    """Decode a reference whose whole name HTML knows; the library's function is content with its beginning."""
    reference = match[0]
    return html.unescape(reference) if reference[1] == "#" or reference[1:] in html5 else reference
