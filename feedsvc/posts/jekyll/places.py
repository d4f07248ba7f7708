"""Where the posts of a Jekyll site are, in the words of ``[posts]``; looked up once, by ``feedsvc init``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.paths import DRAFTS, POSTS
from feedsvc.posts.jekyll.rules import markdown_extensions
from feedsvc.posts.jekyll.site import collections_directory, source_directory
from feedsvc.posts.places import Places

_ENDINGS = ["md", "markdown", "html"]
_OWN = ("public/", "var/")


def find_places(directory: Path, values: Mapping[str, Value], collections: Sequence[str] = ()) -> dict[str, object]:
    """Return dir, patterns and exclude for the site in ``directory``, as far as they are not their defaults.

    ``values`` are those of its configuration; the documents of ``collections``, labels, are posts, too. It is one
    directory where all posts are in one. Else it is the site's,
    with what Jekyll leaves out, and what feedsvc itself writes, left out.
    """
    source = source_directory(values)
    above = os.path.relpath(collections_directory(values), source)
    below, endings, exclude = "" if above == "." else f"{above}/", _endings(values), _excluded(values)
    everywhere = Places(_patterns(below, collections, endings, _included(values)), [*exclude, *_OWN])
    found = sorted(_find(directory / source, everywhere))
    included = [each for each in _included(values) if any(path.startswith(f"{below}{each}/") for path in found)]
    patterns = _patterns(below, collections, endings, included)
    only = os.path.normpath(f"{above}/{POSTS}")
    if found in ([], [only]) and not collections and not any(_is_about(item, only) for item in exclude):
        own = {"patterns": [f"**/*.{ending}" for ending in endings]} if endings != _ENDINGS else {}
        return {"dir": os.path.normpath(f"{source}/{only}"), **own} if found else {}
    return {"dir": source, "patterns": patterns, "exclude": [*exclude, *(_OWN if source == "." else ())]}


def _patterns(below: str, collections: Sequence[str], endings: Sequence[str], included: Sequence[str]) -> list[str]:
    places = ["**", *(f"{each}/**" for each in included)]
    posts = (f"{place}/{each}" for place in places for each in (POSTS, DRAFTS))
    directories = [*posts, *(f"_{label}" for label in collections)]
    return [f"{below}{each}/**/*.{ending}" for each in directories for ending in endings]


def _endings(values: Mapping[str, Value]) -> Sequence[str]:
    """Return what posts end with: also what the site takes for Markdown beside that."""
    own = sorted(each[1:] for each in markdown_extensions(values) if re.fullmatch(r"\.[a-z0-9]{1,20}", each))
    return [*_ENDINGS, *(each for each in own if each not in _ENDINGS)]


def _included(values: Mapping[str, Value]) -> Sequence[str]:
    """Return the directories that Jekyll enters though their names begin with ``_``, since ``include`` names them."""
    named = (item.strip("/") for item in _texts(values.get("include")))
    return [item for item in dict.fromkeys(named) if re.fullmatch(r"_[\w-]+", item) and item not in (POSTS, DRAFTS)]


def _excluded(values: Mapping[str, Value]) -> list[str]:
    """Return what Jekyll leaves out: ``exclude`` without ``include``, and where it writes to."""
    kept = _texts(values.get("include"))
    destination = values.get("destination")
    written = os.path.normpath(destination) + "/" if isinstance(destination, str) and destination else ""
    items = [*_texts(values.get("exclude")), *([written] if written[:1] not in ("", ".", "/", "_") else [])]
    items = [item.lstrip("/") for item in items if item not in kept]
    return [item for item in dict.fromkeys(items) if item.strip() and ".." not in item.split("/")]


def _texts(value: Value) -> Sequence[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _is_about(item: str, posts: str) -> bool:
    """Say whether an item of ``exclude`` may leave out some, but not all, of the posts in that directory."""
    return item.startswith(f"{posts}/") or any(letter in item for letter in "*?[")


def _find(root: Path, places: Places) -> Iterator[str]:
    """Yield the directories named ``_posts`` and ``_drafts`` in which posts may be, but none in another."""
    for where, directories, _ in os.walk(root):
        prefix = "" if where == str(root) else f"{os.path.relpath(where, root)}/"
        entered = [name for name in directories if places.enters(prefix + name)]
        yield from (prefix + name for name in entered if name in (POSTS, DRAFTS))
        directories[:] = [name for name in entered if name not in (POSTS, DRAFTS)]
