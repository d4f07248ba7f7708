"""Images that a script would load later, made plain, and shown once where a ``noscript`` repeats them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from feedsvc.posts.html.tags import ATTRIBUTES, read_attributes, write_tag

LAZY = {
    "data-src": "src",
    "data-lazy-src": "src",
    "data-original": "src",
    "data-orig-src": "src",
    "data-lazy": "src",
    "data-srcset": "srcset",
    "data-lazy-srcset": "srcset",
    "data-original-set": "srcset",
    "data-poster": "poster",
}
"""What scripts call an attribute until they need it, the most usual name of each first."""

FALLBACK = "x-noscript"
"""What stands for ``noscript`` while HTML is cleaned: the parser would read its content as text."""

_MEDIA = re.compile(rf"<(audio|iframe|img|source|video)({ATTRIBUTES})>")
_IMAGE = re.compile(rf"<img({ATTRIBUTES})>")
_TAG = re.compile(r"<[^>]*>")


def show_lazy(html: str) -> str:
    """Return cleaned HTML in which lazy attributes have the place of what was shown instead."""
    return _MEDIA.sub(_shown, html)


def _shown(match: re.Match[str]) -> str:
    written = match[2]
    if " data-" not in written and " sizes=" not in written:
        return match[0]
    return write_tag(match[1], _plain(read_attributes(written)))


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    real: dict[str, str] = {}
    for lazy, name in LAZY.items():
        if lazy in attributes:
            real.setdefault(name, attributes[lazy])
    kept = {name: value for name, value in attributes.items() if name not in LAZY}
    if kept.get("sizes", "").startswith("auto"):  # a lazy image's only
        del kept["sizes"]
    return {**real, **kept, **real}


def show_once(html: str) -> str:
    """Return cleaned HTML with what a script would replace, or with the image itself, but never with both.

    To be called before :func:`show_lazy`.
    """
    parts = list(_parts(html))
    shown = {source for text, is_fallback in parts if not is_fallback for source in _sources(text)}
    kept: list[str] = []
    before = ""
    for text, is_fallback in parts:
        if not (is_fallback and _is_repeated(text, before, shown)):
            kept.append(text)
        before = text
    return "".join(kept)


def _parts(html: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, and whether each stands in a fallback; fallbacks may stand in one another."""
    depth = 0
    for piece in re.split(rf"(</?{FALLBACK}>)", html):
        if piece.startswith((f"<{FALLBACK}>", f"</{FALLBACK}>")):
            depth += -1 if piece[1] == "/" else 1
        elif piece:
            yield piece, depth > 0


def _is_repeated(fallback: str, before: str, shown: Iterable[str]) -> bool:
    sources = list(_sources(fallback))
    return bool(sources) and (set(sources) <= set(shown) or (len(sources) == 1 and _ends_with_lazy(before)))


def _ends_with_lazy(html: str) -> bool:
    """Say whether nothing is shown after the last image, and a script would load that one."""
    start = html.rfind("<img")
    last = _IMAGE.match(html, start) if start >= 0 else None
    return last is not None and " data-" in last[1] and not _TAG.sub("", html[last.end() :]).strip()


def _sources(html: str) -> Iterator[str]:
    for image in _IMAGE.finditer(html):
        source = _plain(read_attributes(image[1])).get("src")
        if source:
            yield source
