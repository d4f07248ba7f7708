"""Jekyll 4's permalinks: ``lib/jekyll/url.rb``, ``drops/url_drop.rb`` and ``configuration.rb``, in Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import quote

from feedsvc.posts.placeholders import DAY_FILLERS, FILLERS, PermalinkValues

STYLES = {
    "none": "/:categories/:title:output_ext",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
}
"""The named styles; any other permalink is a template itself."""

_PLACEHOLDER = re.compile(r":([a-z_]+)")
_PLAIN_PATH = re.compile(r"[a-zA-Z0-9./-]+")
_PATH_CHARACTERS = "-._~!$&'()*+,;=:@/"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SLASHES = re.compile("/{2,}")
_ENCODED_DOT = re.compile(r"%2e", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPlaceholder:
    """A ``:name`` in a permalink that stands for nothing."""

    name: str


def permalink_template(permalink: str) -> str:
    """Return the template that a style's name stands for, or ``permalink`` itself."""
    return STYLES.get(permalink, permalink)


def render_permalink(template: str, values: PermalinkValues) -> str | UnknownPlaceholder:
    """Fill in ``template``: a percent-encoded URL path that begins with ``/`` and stays below it."""
    pieces = _compiled(template)
    if isinstance(pieces, UnknownPlaceholder):
        return pieces
    return _sanitized("".join([piece if type(piece) is str else piece(values) for piece in pieces]))  # type: ignore[operator]


_Filler: TypeAlias = Callable[[PermalinkValues], str]
_OfDay: TypeAlias = Callable[[date], str]


@lru_cache(maxsize=256)
def _compiled(template: str) -> tuple[str | _Filler, ...] | UnknownPlaceholder:
    """Take ``template`` apart at its placeholders; the underscore of ``:title_`` is no part of the name.

    What it holds itself is encoded here, once, and the values where they are filled in; making a path plain afterwards
    takes nothing out of the middle of an escape.
    """
    pieces: list[str | _Filler] = []
    of_day: list[str | _OfDay] = []
    end = 0
    for match in _PLACEHOLDER.finditer(template):
        name = match[1].removesuffix("_")
        of_day.append(_encoded(template[end : match.start()]))
        if name in DAY_FILLERS:
            of_day.append(DAY_FILLERS[name])
        elif name in FILLERS:
            pieces += [_gathered(of_day), _escaping(FILLERS[name])]
            of_day = []
        else:
            return UnknownPlaceholder(name=match[1])
        end = match.start() + 1 + len(name)
    return (*pieces, _gathered([*of_day, _encoded(template[end:])]))


def _gathered(parts: Sequence[str | _OfDay]) -> str | _Filler:
    """Return what the parts come to: a text, or what fills in what is the same for all posts of a day, once."""
    if all(isinstance(part, str) for part in parts):
        return "".join(map(str, parts))

    @lru_cache(maxsize=4096)
    def fill(day: date) -> str:
        return "".join(part if isinstance(part, str) else part(day) for part in parts)

    return lambda values: fill(values.date.date())


def _escaping(filler: _Filler) -> _Filler:
    return lambda values: _escaped(filler(values))


@lru_cache(maxsize=4096)
def _escaped(value: str) -> str:
    """Escape what is the same for many posts, years and categories, once."""
    return escape_path(value)


def escape_path(path: str) -> str:
    """Escape a value for a URL path as Jekyll's ``URL.escape_path`` does; a ``%`` becomes ``%25``."""
    if _PLAIN_PATH.fullmatch(path):
        return path
    return quote(path, safe=_PATH_CHARACTERS, errors="replace")


def _sanitized(path: str) -> str:
    """Strip ``..``, ``./`` and doubled slashes as ``URL#sanitize_url`` does, however dots are written."""
    path = _ENCODED_DOT.sub(".", path) if "%2" in path else path
    path = ("/" + path.lstrip("/")).replace("..", "/").replace("./", "")
    path = _SLASHES.sub("/", path) if "//" in path else path
    return path.removesuffix(".") if path.endswith("/.") else path


def _encoded(path: str) -> str:
    """Encode what the template itself holds and no URL path may; escapes already there stay."""
    if _PLAIN_PATH.fullmatch(path):
        return path
    return quote(_STRAY_PERCENT.sub("%25", path), safe=_PATH_CHARACTERS + "%", errors="replace")
