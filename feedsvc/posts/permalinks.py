"""Jekyll 4's permalinks: ``lib/jekyll/url.rb``, ``drops/url_drop.rb`` and ``configuration.rb``, in Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.slugs import file_slug, hugo_slug, slugify

STYLES = {
    "none": "/:categories/:title:output_ext",
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
}
"""The named styles; any other permalink is a template itself."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PLACEHOLDER = re.compile(r":([a-z_]+)")
_PLAIN_PATH = re.compile(r"[a-zA-Z0-9./-]+")
_PATH_CHARACTERS = "-._~!$&'()*+,;=:@/"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SLASHES = re.compile("/{2,}")
_ENCODED_DOT = re.compile(r"%2e", re.IGNORECASE)


class PermalinkValues(NamedTuple):
    """What a permalink's placeholders stand for; a tuple, since each post makes one. ``date`` is in the site's zone.

    ``path`` is the file's in its ``collection``, without extension; ``directory`` is what it is in.
    ``own_slug`` is the one its author gave, ``title`` the one in its front matter, ``language`` one that is not the
    site's; all may be empty. ``nested`` are the categories as written, for Hexo.
    """

    path: str
    stem: str
    slug: str
    extension: str
    date: datetime
    categories: tuple[str, ...]
    collection: str = "posts"
    directory: str = ""
    own_slug: str = ""
    title: str = ""
    language: str = ""
    nested: Value = None


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
    path = "".join([piece if type(piece) is str else _escaped(piece(values)) for piece in pieces])  # type: ignore[operator]
    return _sanitized(path)


@lru_cache(maxsize=256)
def _compiled(template: str) -> tuple[str | _Filler, ...] | UnknownPlaceholder:
    """Take ``template`` apart at its placeholders; the underscore of ``:title_`` is no part of the name.

    What it holds itself is encoded here, once, and the values where they are filled in; making a path plain afterwards
    takes nothing out of the middle of an escape.
    """
    pieces: list[str | _Filler] = []
    end = 0
    for match in _PLACEHOLDER.finditer(template):
        name = match[1].removesuffix("_")
        if name not in _PLACEHOLDERS:
            return UnknownPlaceholder(name=match[1])
        pieces += [_encoded(template[end : match.start()]), _PLACEHOLDERS[name]]
        end = match.start() + 1 + len(name)
    return (*pieces, _encoded(template[end:]))


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


def output_extension(extension: str) -> str:
    """Return the extension of what Jekyll makes of a post: Markdown and HTML become ``.html``."""
    return ".html" if extension.lower() in MARKDOWN_EXTENSIONS else extension


MARKDOWN_EXTENSIONS = frozenset({".md", ".markdown", ".mkdown", ".mkdn", ".mkd"})


def _hexo_category(values: PermalinkValues) -> str:
    """Return the path of the last category, which is below those before it (Hexo's ``post_permalink`` filter)."""
    nested = values.nested if isinstance(values.nested, list) else []
    # Where some are lists of their own, each is a path from the top.
    names = nested if not any(isinstance(each, list) for each in nested) else nested[-1]
    names = names if isinstance(names, list) else [names]
    slugs = (slugify(name, cased=True) for name in names if isinstance(name, str))
    return "/".join(slugs) or "uncategorized"


_Filler: TypeAlias = Callable[[PermalinkValues], str]
_PLACEHOLDERS: dict[str, _Filler] = {
    "collection": lambda values: values.collection,
    "path": lambda values: "/" + values.path.rstrip("."),
    "output_ext": lambda values: output_extension(values.extension),
    "name": lambda values: slugify(values.stem),
    "title": lambda values: slugify(values.slug, pretty=True, cased=True),
    "slug": lambda values: slugify(values.slug),
    "categories": lambda values: "/".join(dict.fromkeys(term.lower() for term in values.categories)),
    "slugified_categories": lambda values: "/".join(dict.fromkeys(slugify(term) for term in values.categories)),
    # Hugo's own words for a page's path (its documentation: URL management, Tokens) ...
    "sections": lambda values: hugo_slug(values.directory),
    "section": lambda values: hugo_slug(values.directory).partition("/")[0],
    "contentbasename": lambda values: hugo_slug(values.stem),
    "slugorcontentbasename": lambda values: hugo_slug(values.own_slug or values.stem),
    # ... what it calls :title, and :slug, which are Jekyll's words for something else, ...
    "page_title": lambda values: hugo_slug(values.title or values.stem),
    "slugortitle": lambda values: hugo_slug(values.own_slug or values.title or values.stem),
    # ... Hexo's two, and what Zola has no words for.
    "post_title": lambda values: slugify(values.title or values.slug),
    "category": _hexo_category,
    "language": lambda values: values.language,
    "directories": lambda values: values.directory,
    "file_slug": lambda values: file_slug(values.slug),
    "year": lambda values: f"{values.date.year:04d}",
    "short_year": lambda values: f"{values.date.year % 100:02d}",
    "month": lambda values: f"{values.date.month:02d}",
    "i_month": lambda values: str(values.date.month),
    "short_month": lambda values: _MONTHS[values.date.month - 1][:3],
    "long_month": lambda values: _MONTHS[values.date.month - 1],
    "day": lambda values: f"{values.date.day:02d}",
    "i_day": lambda values: str(values.date.day),
    "y_day": lambda values: f"{values.date.timetuple().tm_yday:03d}",
    "w_year": lambda values: f"{values.date.isocalendar().year:04d}",
    "week": lambda values: f"{values.date.isocalendar().week:02d}",
    "w_day": lambda values: str(values.date.isoweekday()),
    "short_day": lambda values: _DAYS[values.date.weekday()][:3],
    "long_day": lambda values: _DAYS[values.date.weekday()],
    "hour": lambda values: f"{values.date.hour:02d}",
    "minute": lambda values: f"{values.date.minute:02d}",
    "second": lambda values: f"{values.date.second:02d}",
}
PLACEHOLDERS = tuple(_PLACEHOLDERS)
"""The names a permalink may hold behind a colon."""
