"""A post's body becomes clean HTML, and a summary where the author gave none. The one home of pyromark."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import pyromark

from feedsvc.posts.complexity import MAX_DEPTH, MAX_REFERENCES, complexity_of
from feedsvc.posts.fillers import drop_fillers
from feedsvc.posts.htmlblocks import SHOWN_TAGS, unindent_html
from feedsvc.posts.plaintext import plain_text
from feedsvc.posts.sanitize import clean_html
from feedsvc.posts.source import UNPUBLISHABLE, publishable
from feedsvc.posts.summary import shorten

_CELL_ALIGNMENT = re.compile(r"<t([hd]) style=\"text-align: (left|center|right)\">")
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Clean HTML, and the text that makes a summary when the author gave none.

    ``removed`` are the characters that references such as ``&#1;`` stood for and that no document may carry.
    """

    html: str
    opening: str = ""
    removed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooComplex:
    """Why a body is not read as HTML: it would take minutes."""

    reason: str


def may_wait(body: bytes) -> bool:
    """Say whether a body, in UTF-8, is sure to be no :class:`TooComplex` and to have nothing ``removed``.

    Every element comes from one of these characters, and every ampersand from one character.
    """
    size = len(body)
    if b"&#" in body or size > MAX_REFERENCES:
        return False
    return size <= MAX_DEPTH or size - len(body.translate(None, _MAKERS_OF_ELEMENTS)) <= MAX_DEPTH


_MAKERS_OF_ELEMENTS = b"<>*_[~-+.)#=`|"


@cache
def _markdown() -> pyromark.Markdown:
    options = pyromark.Options
    return pyromark.Markdown(options=options.ENABLE_TABLES | options.ENABLE_STRIKETHROUGH | options.ENABLE_FOOTNOTES)


def render_content(
    body: str,
    base: str,
    *,
    markdown: bool,
    separator: str = "",
    with_opening: bool = True,
    frame_hosts: Collection[str] = (),
) -> Content | TooComplex:
    """Render ``body`` to clean HTML with absolute URLs; ``base`` is the post's own URL.

    ``separator`` ends the opening of a post, as ``<!-- more -->`` always does. Frames of ``frame_hosts`` stay.
    """
    markup = _to_html(body) if markdown else body
    if reason := complexity_of(markup):
        return TooComplex(reason=reason)
    clean = clean_content(markup, base, frame_hosts)
    opening = _opening(_before_separator(body, markup, separator, markdown=markdown), clean) if with_opening else ""
    if "&#" not in body or UNPUBLISHABLE.search(clean) is None:
        return Content(html=clean, opening=opening)
    # References are the only way to characters that the source did not hold.
    removed = "".join(sorted(set(UNPUBLISHABLE.findall(clean))))
    return Content(html=publishable(clean), opening=publishable(opening), removed=removed)


def clean_content(markup: str, base: str, frame_hosts: Collection[str] = ()) -> str:
    """Return a body's HTML clean and without empty paragraphs; ``base`` is the post's own URL.

    Frames of ``frame_hosts`` stay.
    """
    return drop_fillers(clean_html(markup, base, frame_hosts)).strip()


def markdown_to_html(text: str) -> str:
    """Render Markdown, as Liquid's filter ``markdownify`` does."""
    return _to_html(text)


def _to_html(body: str) -> str:
    markup = _markdown().html(body)
    if SHOWN_TAGS in markup:
        markup = _markdown().html(unindent_html(body))
    return _CELL_ALIGNMENT.sub(r'<t\1 align="\2">', markup) if "text-align" in markup else markup


def _before_separator(body: str, markup: str, separator: str, *, markdown: bool) -> str:
    """Return the HTML before the separator, looked for in the HTML first: links need the whole text's references."""
    more = _MORE.search(markup)
    if more is not None:
        return markup[: more.start()]
    if not separator.strip() or separator not in body:
        return ""
    if separator in markup:
        return markup.partition(separator)[0]
    head = body.partition(separator)[0]
    return _to_html(head) if markdown else head


def _opening(head: str, clean: str) -> str:
    if head and (text := plain_text(head)):
        return shorten(text)
    for paragraph in _PARAGRAPH.finditer(clean):
        if text := plain_text(paragraph[1]):
            return shorten(text)
    return shorten(plain_text(clean))
