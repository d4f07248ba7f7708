"""What stands in a permalink behind a colon: Jekyll's words, and those of Hugo, Hexo and Zola that it lacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.slugs import file_slug, hugo_slug, slugify

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


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


FILLERS: dict[str, Callable[[PermalinkValues], str]] = {
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
    "hour": lambda values: f"{values.date.hour:02d}",
    "minute": lambda values: f"{values.date.minute:02d}",
    "second": lambda values: f"{values.date.second:02d}",
}
"""What a placeholder stands for, by its name."""

DAY_FILLERS: dict[str, Callable[[date], str]] = {
    "year": lambda day: f"{day.year:04d}",
    "short_year": lambda day: f"{day.year % 100:02d}",
    "month": lambda day: f"{day.month:02d}",
    "i_month": lambda day: str(day.month),
    "short_month": lambda day: _MONTHS[day.month - 1][:3],
    "long_month": lambda day: _MONTHS[day.month - 1],
    "day": lambda day: f"{day.day:02d}",
    "i_day": lambda day: str(day.day),
    "y_day": lambda day: f"{day.timetuple().tm_yday:03d}",
    "w_year": lambda day: f"{day.isocalendar().year:04d}",
    "week": lambda day: f"{day.isocalendar().week:02d}",
    "w_day": lambda day: str(day.isoweekday()),
    "short_day": lambda day: _DAYS[day.weekday()][:3],
    "long_day": lambda day: _DAYS[day.weekday()],
}
"""What the others stand for, which the day in the site's zone tells."""

PLACEHOLDERS = (*FILLERS, *DAY_FILLERS)
"""The names a permalink may hold behind a colon."""
