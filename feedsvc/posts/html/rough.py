"""HTML as authors wrote it: what in it wants more than one cleaning, and what its parser would misread."""

from __future__ import annotations

import re

from feedsvc.posts.html.lazyimages import FALLBACK

_NOSCRIPT = re.compile(r"<(/?)noscript\b[^<>]*+>", re.IGNORECASE)
_TEXTAREA = re.compile(r"(</?textarea)\b[^<>]*+>", re.IGNORECASE)
# Within objects, buttons and the like a paragraph may hold a paragraph, and still does when they are gone.
_UNUSUAL_TAG = re.compile(rb"<(?:iframe|embed|noscript|textarea|object|applet|marquee|button|select|template)")
_UNUSUAL_ATTRIBUTE = re.compile(rb"data-(?:src|lazy|orig|poster)")
_TIDY_TABLE = re.compile(
    r"<table\b[^<>]*+>(?:\s++|</?(?:thead|tbody|tfoot|tr|colgroup|col)\b[^<>]*+>"
    r"|<(t[hd])\b[^<>]*+>[^<]*+(?:<(?!/?t(?:able|[dhr])\b)[^<]*+)*+</\1>)*+</table>",
    re.IGNORECASE,
)
"""A table with nothing but cells in it; from others the parser moves things out, a link into a link if need be."""


def is_unusual(markup: str, lower: bytes) -> bool:
    """Say whether HTML holds what is looked at once it is clean, and then cleaned again; nearly none does.

    ``lower`` is ``markup`` in UTF-8 and in lower case.
    """
    return (
        _UNUSUAL_TAG.search(lower) is not None
        or _UNUSUAL_ATTRIBUTE.search(lower) is not None
        or b"display" in lower
        or b"hidden" in lower
        or not _has_tidy_tables(markup, lower)
    )


def readable(markup: str, lower: bytes) -> str:
    """Return HTML in which a parser takes for elements, and for text, what people see as such.

    Code in ``textarea`` comes to stand in ``pre``; what is in ``noscript``, in an element of the name ``FALLBACK``.
    """
    if b"<textarea" in lower:
        markup = _textareas_to_code(markup)
    return _NOSCRIPT.sub(rf"<\1{FALLBACK}>", markup) if b"<noscript" in lower else markup


def _has_tidy_tables(markup: str, lower: bytes) -> bool:
    return b"<table" not in lower or lower.count(b"<table") == sum(1 for _ in _TIDY_TABLE.finditer(markup))


def _textareas_to_code(markup: str) -> str:
    """Return ``markup`` with ``pre`` in place of ``textarea``: what is in both is to be read as it stands."""
    parts = []
    inside = False
    pieces = _TEXTAREA.split(markup)
    for text, tag in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        parts.append(text.replace("<", "&lt;") if inside else text)
        if tag and inside == tag.startswith("</"):
            parts.append("</pre>" if inside else "<pre>")
            inside = not inside
    return "".join(parts)
