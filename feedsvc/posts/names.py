"""What a post's file name says: date, slug, extension, and where it sorts."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

_DATED = re.compile(r"(?P<date>(?:[0-9]{4}|[0-9]{2})-[0-9]{1,2}-[0-9]{1,2})-(?P<slug>.*)", re.DOTALL)
# Zola's RFC3339_DATE, where Jekyll sees no date.
_ZOLA_DATED = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2}))?)"
    r"(?:\s?[_-](?P<slug>.+))?",
    re.DOTALL,
)
_DIGITS = re.compile(r"[0-9]+")


class PostName(NamedTuple):
    """The parts of ``sub/2024-01-02-a-slug.md``; a tuple, since each post makes one.

    ``date`` is ``YYYY-MM-DD`` as written there, or empty; with a time and a zone where Zola's names have them.
    ``stem`` is the name without its extension, ``slug`` what remains of it without the date (Jekyll drops its
    trailing dots). ``extension`` begins with a dot.

    A ``bundle`` is a page whose directory holds its images too, ``sub/a-slug/index.md``: it is named after that, as
    ``sub/a-slug.md`` would be. ``language`` is what ``a-slug.ko.md`` names, where the site has that language.
    """

    directory: str
    stem: str
    date: str
    slug: str
    extension: str
    language: str = ""
    bundle: bool = False


def parse_name(path: str, languages: Collection[str] = ()) -> PostName:
    """Take ``path`` (relative, with ``/``) apart as Jekyll's ``DATE_FILENAME_MATCHER`` does, then as Zola does.

    ``languages`` are those that a name may end with.
    """
    directory, _, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    language = ""
    if languages:
        stem, language = _without_language(stem, languages)
    bundle = stem == "index" and directory != ""
    if bundle:
        directory, _, stem = directory.rpartition("/")
    date, slug = _dated(stem)
    return PostName(
        directory=directory,
        stem=stem,
        date=date,
        slug=slug.rstrip("."),
        extension=dot + extension,
        language=language,
        bundle=bundle,
    )


def _without_language(stem: str, languages: Collection[str]) -> tuple[str, str]:
    name, _, suffix = stem.rpartition(".")
    language = next((each for each in languages if name and each.lower() == suffix.lower()), "")
    return (name, language) if language else (stem, "")


def _dated(stem: str) -> tuple[str, str]:
    """Return the date that a name begins with, and the rest; no date and all of it where there is none."""
    match = _DATED.fullmatch(stem)
    if match:
        return _full_year(match["date"]), match["slug"]
    match = _ZOLA_DATED.fullmatch(stem)
    return (match["date"], match["slug"] or stem) if match else ("", stem)


def _full_year(date: str) -> str:
    """Read ``24-1-2`` as Ruby's ``Time.parse`` does: 1969 to 2068."""
    if date[2] != "-":
        return date
    return ("19" if int(date[:2]) >= 69 else "20") + date


def name_key(path: str) -> str:
    """Return a key that sorts paths naturally as plain text: ``…-2`` before ``…-10``.

    Each run of digits is preceded by its length. The path follows, so that no two paths
    share a key; the tab before it sorts before anything a path may contain.
    """
    # Of the dates that names begin with there are few.
    date, rest = (path[:11], path[11:]) if path[10:11] == "-" else ("", path)
    return f"{_with_lengths(date)}{_DIGITS.sub(_counted, rest)}\t{path}"


@lru_cache(maxsize=4096)
def _with_lengths(text: str) -> str:
    return _DIGITS.sub(_counted, text)


def _counted(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    return f"{len(digits):04d}{digits}"


def titleize(slug: str) -> str:
    """Make a title of a slug as Jekyll's ``Utils.titleize_slug`` does."""
    return " ".join(word.capitalize() for word in slug.split("-")).strip()
