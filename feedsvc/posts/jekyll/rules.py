"""What a Jekyll site's own files say about all of its posts, read at each build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.defaults import Defaults, Given
from feedsvc.posts.jekyll.paths import NOWHERE, Home, SitePath, locate
from feedsvc.posts.jekyll.smartify import Typography
from feedsvc.posts.placeholders import MARKDOWN_EXTENSIONS


def markdown_extensions(values: Mapping[str, Value]) -> frozenset[str]:
    """Return what ``markdown_ext`` of a site's configuration lists, each with a dot and in lower case."""
    listed = values.get("markdown_ext")
    words = listed.lower().split(",") if isinstance(listed, str) else ()
    return frozenset(f".{word.strip()}" for word in words if word.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class JekyllRules:
    """``values`` is all that ``_config.yml`` says, ``authors`` what ``_data/authors`` does, by the author's key.

    ``home`` is where the posts directory is; ``defaults`` are understood ``values``, and so are ``permalinks``, by the
    label of the collection.
    ``typography`` is for titles, None where they stay as they are written.
    ``liquid`` says whether Liquid is filled in; ``posts_dir`` is the posts directory relative to the site's, with
    ``/``, and empty where it is that.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    authors: Mapping[str, Value] = field(default_factory=dict)
    liquid: bool = True
    posts_dir: str = "_posts"
    typography: Typography | None = None
    home: Home = NOWHERE
    defaults: Defaults = field(default_factory=Defaults)
    permalinks: Mapping[str, str] = field(default_factory=dict)

    @property
    def excerpt_separator(self) -> str:
        """What ends an excerpt where a post does not say it; empty where nothing does."""
        given = self.values.get("excerpt_separator")
        return given if isinstance(given, str) else "\n\n"

    def is_markdown(self, extension: str) -> bool:
        """Say whether files that end so are Markdown (``Converters::Markdown#extname_list``)."""
        extensions = markdown_extensions(self.values) if "markdown_ext" in self.values else MARKDOWN_EXTENSIONS
        return extension.lower() in extensions

    def locate(self, path: str) -> SitePath:
        """Return the place in the site of the document at ``path``, relative to the posts directory."""
        return locate(path, self.home, self.permalinks)

    def given(self, place: SitePath) -> Given:
        """Return what the front matter of a document at ``place`` begins with."""
        return self.defaults.of(place.relative, place.collection)
