"""What only ``feedsvc init`` reads of a Jekyll site: its Gemfile, its own feeds, the tags of its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from feedsvc.errors import ScanError
from feedsvc.model import PostError
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.frontmatter.split import read_front_matter
from feedsvc.posts.jekyll.feed import (
    Continuation,
    collections_with_feeds,
    continue_feeds,
    old_feeds,
    uses_jekyll_feed,
    wants_tags,
)
from feedsvc.posts.jekyll.paths import collection_permalinks
from feedsvc.posts.jekyll.site import collections_directory
from feedsvc.posts.scan import read_source, scan_posts
from feedsvc.posts.terms import read_tags

_ENCODINGS = ("utf-8-sig", "cp949")
_MAX_BYTES = 2_000_000
_POSTS = tuple(f"**/_posts/**/*.{extension}" for extension in ("md", "markdown", "html"))


def continue_site(directory: Path, values: Mapping[str, Value]) -> Continuation | None:
    """Return what continues the feeds of the plugin jekyll-feed; None where the site in ``directory`` has none.

    ``values`` are those of its ``_config.yml``.
    """
    gemfile = directory / "Gemfile"
    if not uses_jekyll_feed(values, _text_of(gemfile)):
        return None
    tags = frozenset(_tags_below(directory)) if wants_tags(values) else frozenset()
    paths = {old.path for old in old_feeds(values, tags)}
    own_files = frozenset(path for path in paths if (directory / path.lstrip("/")).is_file())
    above, known = directory / collections_directory(values), collection_permalinks(values)
    collections = [
        label for label in collections_with_feeds(values) if label in known and (above / f"_{label}").is_dir()
    ]
    return continue_feeds(values, tags, own_files, collections)


def _text_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            return stream.read(_MAX_BYTES)
    except OSError:
        return ""


def _tags_below(directory: Path) -> Iterator[str]:
    """Yield the tags of all posts that can be read; the others are told by the build."""
    try:
        files = scan_posts(directory, _POSTS).files
    except ScanError:
        return
    for file in files:
        data = read_source(directory, file, _MAX_BYTES)
        source = decode(file.path, data, _ENCODINGS) if isinstance(data, bytes) else None
        if source is None or isinstance(source, PostError):
            continue
        front = read_front_matter(source)
        if not isinstance(front, PostError):
            yield from read_tags(Fields(source, front.matter))
