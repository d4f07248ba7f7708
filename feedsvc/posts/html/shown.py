"""The HTML of an entry as a page of ours may show it, beside other entries and in our own origin.

It was cleaned when the post was read. It is cleaned once more here, since it may have been published by another
version of this program, and since a page has an outline, ids and a policy of its own:

- pictures, sound and films are fetched late, and nobody is told from which page; what plays waits to be asked;
- a frame is behind a line that opens it, so that its host learns of nobody who does not want to see it;
- headings go below the entry's own, and what would be a landmark of the page is a plain block;
- ids stay where they carry the prefix of their post, and links to them stay in the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from contextvars import ContextVar
from functools import cache, partial
from urllib.parse import unquote, urlsplit

import nh3

from feedsvc.posts.html.frames import settle_frames
from feedsvc.posts.html.sanitize import ALLOWED_ATTRIBUTES, ALLOWED_TAGS, DROPPED_WITH_CONTENT
from feedsvc.posts.html.tags import ATTRIBUTES, read_attributes, write_tag
from feedsvc.posts.urls import SCHEMES

_LANDMARKS = re.compile(rf"<(/?)(?:article|aside|footer|header|main|section)({ATTRIBUTES})>")
_HEADING = re.compile(rf"<(/?)h([1-6])({ATTRIBUTES})>")
_LOADED = re.compile(rf"<(img|audio|video)({ATTRIBUTES})>")
_FRAME = re.compile(rf"<iframe({ATTRIBUTES})>.*?</iframe>", re.DOTALL)
_OWN_ID = re.compile(r"p[0-9a-f]{8}-\S+")
_ID = re.compile(r' id="([^"]*)"')
_LANGUAGE_CLASS = re.compile(r"language-[\w+#.-]+")
_DEEPEST = 6

# Written here and not by the cleaner, which would write several attributes in another order each time.
_LATE = ' loading="lazy" decoding="async" referrerpolicy="no-referrer"'
_WHEN_ASKED = ' controls="" preload="none"'
# Players want to know the site they are in, and run scripts of their own origin; none may lead the page elsewhere.
_CONFINED = {
    "loading": "lazy",
    "referrerpolicy": "strict-origin-when-cross-origin",
    "sandbox": "allow-scripts allow-same-origin allow-popups allow-presentation",
}

_at_work: ContextVar[tuple[str, frozenset[str]]] = ContextVar("at work")
"""The address of the entry that is cleaned, and the ids in it."""


def show_in_page(
    markup: str, url: str, *, frame_hosts: Collection[str], name_film: Callable[[str], str], below: int = 2
) -> str:
    """Return the HTML of the entry at ``url`` as part of a page whose heading above it is of level ``below``.

    ``name_film`` says what the line is called that opens a frame of a host; frames of others than ``frame_hosts``
    become links.
    """
    token = _at_work.set((url.partition("#")[0], frozenset(map(html.unescape, _ID.findall(markup)))))
    try:
        shown = _cleaner().clean(markup)
    finally:
        _at_work.reset(token)
    shown = _LANDMARKS.sub(r"<\1div\2>", shown)
    if "<h" in shown:
        shown = _HEADING.sub(partial(_lowered, below=below, open_levels=[]), shown)
    if "<iframe" in shown:
        shown = _FRAME.sub(partial(_folded, name_film=name_film), settle_frames(shown, frame_hosts))
    return _LOADED.sub(_late, shown)


@cache
def _cleaner() -> nh3.Cleaner:
    attributes = {tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()}
    for player in ("audio", "video"):
        attributes[player] -= {"controls", "preload"}
    return nh3.Cleaner(
        tags=set(ALLOWED_TAGS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes=attributes,
        attribute_filter=_filtered,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
    )


def _filtered(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "id":
        return value if _OWN_ID.fullmatch(value) else None
    if attribute == "href":
        url, ids = _at_work.get()
        page, _, name = value.partition("#")
        return f"#{name}" if name and page == url and unquote(name) in ids and _OWN_ID.fullmatch(name) else value
    if attribute == "class":
        return value if _LANGUAGE_CLASS.fullmatch(value) else None
    return value


def _lowered(match: re.Match[str], *, below: int, open_levels: list[int]) -> str:
    """Put a heading as far below the one above it as it is deep, without a gap; the end of one goes by its start."""
    closing, level, attributes = match[1], int(match[2]), match[3]
    if not closing:
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
    depth = min(below + max(len(open_levels), 1), _DEEPEST)
    return f"<{closing}h{depth}{attributes}>"


def _folded(match: re.Match[str], *, name_film: Callable[[str], str]) -> str:
    attributes = read_attributes(match[1])
    host = urlsplit(attributes["src"]).hostname or ""
    name = name_film(host.removeprefix("www."))
    frame = write_tag("iframe", {**attributes, "title": attributes.get("title") or name, **_CONFINED})
    return f'<details class="film"><summary>{html.escape(name, quote=False)}</summary>{frame}</iframe></details>'


def _late(match: re.Match[str]) -> str:
    """Have a picture fetched when it comes into view, and sound and films when somebody plays them.

    A picture that nobody described is passed over by who cannot see it; else its address would be read out.
    """
    if match[1] != "img":
        return f"<{match[1]}{match[2]}{_WHEN_ASKED}>"
    described = "" if ' alt="' in match[2] else ' alt=""'
    return f"<img{match[2]}{described}{_LATE}>"
