"""A post's body becomes clean HTML, and a summary where the author gave none. The one home of pyromark."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import pyromark

from feedsvc.posts.frontmatter.source import UNPUBLISHABLE, publishable
from feedsvc.posts.html.blocks import SHOWN_TAGS, unindent_html
from feedsvc.posts.html.complexity import (
    ALWAYS_READ,
    CELLS_OF_NOTHING,
    MAX_DEPTH,
    TooComplexError,
    check_growth,
    check_tables,
    complexity_of,
)
from feedsvc.posts.html.fillers import drop_fillers
from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.html.sanitize import clean_html
from feedsvc.posts.html.summary import shorten

if TYPE_CHECKING:
    from feedsvc.posts.kramdown import KramdownOptions

_CELL_ALIGNMENT = re.compile(r"<t([hd]) style=\"text-align: (left|center|right)\">")
_BOX = re.compile(r'<input type="checkbox" class="task-list-item-checkbox" disabled="disabled"( checked="checked")? />')
_MORE = re.compile(r"<!--\s*more\s*-->", re.IGNORECASE)
_NOTHING: Mapping[str, str] = {}
_MARKS = re.compile(r"\A[\s\ufeff]+")
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
    if len(body) > ALWAYS_READ:
        return False
    # One pass takes out what cannot matter; what stands side by side in the body still does in what is left of it.
    signs = body.translate(None, _NO_SIGNS)
    if b"&#" in signs and b"&#" in body:
        return False
    bars = signs.count(b"|")
    if bars and (bars + 1) * (body.count(b"\n") + 1) > CELLS_OF_NOTHING:
        return False
    return len(signs) - signs.count(b"&") <= MAX_DEPTH


_MAKERS_OF_ELEMENTS = b"<>*_[~-+.)#=`|:"
_NO_SIGNS = bytes(set(range(256)).difference(_MAKERS_OF_ELEMENTS, b"&"))


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
    kramdown: KramdownOptions | None = None,
    stands_in: Mapping[str, str] = _NOTHING,
) -> Content | TooComplex:
    """Render ``body`` to clean HTML with absolute URLs; ``base`` is the post's own URL.

    ``separator`` ends the opening of a post, as ``<!-- more -->`` always does. Frames of ``frame_hosts`` stay.
    Markdown is read as kramdown does with the options ``kramdown``, else as CommonMark; words that ``stands_in`` knows
    become its HTML then.
    """
    to_html: Callable[[str], str] = partial(_to_html, kramdown=kramdown) if markdown else str
    if stands_in:
        to_html = partial(_to_whole_html, to_html=to_html, stands_in=stands_in)
    try:
        markup = to_html(body)
        if reason := complexity_of(markup):
            return TooComplex(reason=reason)
        head = _before_separator(body, markup, separator, to_html) if with_opening else ""
    except TooComplexError as error:
        return TooComplex(reason=str(error))
    clean = clean_content(markup, base, frame_hosts)
    opening = _opening(head, clean) if with_opening else ""
    if "&#" not in body or UNPUBLISHABLE.search(clean) is None:
        return Content(html=clean, opening=opening)
    # References are the only way to characters that the source did not hold.
    removed = "".join(sorted(set(UNPUBLISHABLE.findall(clean))))
    # Without them another element may be empty.
    html = clean_content(publishable(clean), base, frame_hosts)
    return Content(html=html, opening=publishable(opening), removed=removed)


def clean_content(markup: str, base: str, frame_hosts: Collection[str] = ()) -> str:
    """Return a body's HTML clean and without empty paragraphs; ``base`` is the post's own URL.

    Frames of ``frame_hosts`` stay.
    """
    html = drop_fillers(clean_html(markup, base, frame_hosts)).strip()
    # Whoever parses it next takes such a character at the beginning for a mark of the encoding, and drops it.
    return _MARKS.sub("", html, count=1) if html.startswith("\ufeff") else html


def markdown_to_html(text: str, kramdown: KramdownOptions | None = None) -> str:
    """Render Markdown, as Liquid's filter ``markdownify`` does; as kramdown reads it, or CommonMark.

    Raises TooComplexError.
    """
    return _to_html(text, kramdown)


def _to_html(body: str, kramdown: KramdownOptions | None = None) -> str:
    if kramdown is not None:
        return _aligned(_kramdown_html(body, kramdown))
    check_tables(body)
    markup = _markdown().html(body)
    check_growth(body, markup)
    if SHOWN_TAGS in markup:
        markup = _markdown().html(unindent_html(body))
    return _aligned(markup)


def _to_whole_html(body: str, to_html: Callable[[str], str], stands_in: Mapping[str, str]) -> str:
    # Imported here: few posts have shortcodes.
    from feedsvc.posts.shortcodes.results import put_back

    return put_back(to_html(body), stands_in)


def _aligned(markup: str) -> str:
    return _CELL_ALIGNMENT.sub(r'<t\1 align="\2">', markup) if "text-align" in markup else markup


def _kramdown_html(body: str, options: KramdownOptions) -> str:
    from feedsvc.posts.kramdown import render_kramdown

    markup = render_kramdown(body, options)
    return _BOX.sub(_box, markup) if "task-list-item-checkbox" in markup else markup


def _box(match: re.Match[str]) -> str:
    """Return a box of a task list as a character, since readers take form controls away."""
    return "☑ " if match[1] else "☐ "


def _before_separator(body: str, markup: str, separator: str, to_html: Callable[[str], str]) -> str:
    """Return the HTML before the separator, looked for in the HTML first: links need the whole text's references."""
    more = _MORE.search(markup)
    if more is not None:
        return markup[: more.start()]
    if not separator.strip() or separator not in body:
        return ""
    if separator in markup:
        return markup.partition(separator)[0]
    return to_html(body.partition(separator)[0])


def _opening(head: str, clean: str) -> str:
    if head and (text := plain_text(head)):
        return shorten(text)
    for paragraph in _PARAGRAPH.finditer(clean):
        if text := plain_text(paragraph[1]):
            return shorten(text)
    return shorten(plain_text(clean))
