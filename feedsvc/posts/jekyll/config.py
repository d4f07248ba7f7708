"""A Jekyll site's configuration file, read. What it means for feedsvc is in ``jekyllsite``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from feedsvc.errors import ConfigError
from feedsvc.model import PostError
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.plain import load_toml
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.jekyll.defaults import read_defaults
from feedsvc.posts.jekyll.files import AUTHOR_FILES, CONFIG_FILES, bytes_of, first_of
from feedsvc.posts.jekyll.githubpages import with_pages_address
from feedsvc.posts.jekyll.paths import NOWHERE, Home, collection_permalinks
from feedsvc.posts.jekyll.places import find_places
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.jekyll.site import JekyllSite, collections_directory, continued, understand_config
from feedsvc.posts.jekyll.smartify import typography_of

__all__ = ["JekyllSite", "read_jekyll_config"]

_PAGES = "_config.yml has no url, so url is where GitHub Pages serves the site, by its CNAME or repository."


def read_jekyll_config(directory: Path) -> JekyllSite | None:
    """Read the configuration of the Jekyll site in ``directory``; None if there is none.

    Raises ConfigError, with file and line, when there is one that cannot be read.
    """
    values = _values_of(directory, CONFIG_FILES)
    if values is None:
        return None
    from feedsvc.posts.jekyll.init import continue_site  # which builds need not pay for

    own = _with_author(values, _values_of(directory, AUTHOR_FILES) or {})
    values = with_pages_address(own, _host_of(directory))
    old = continue_site(directory, values)
    site = understand_config(values, find_places(directory, values, old.collections if old else ()))
    site = site if old is None else continued(site, old, values)
    return site if values == own else replace(site, notes=(*site.notes, _PAGES))


def _host_of(directory: Path) -> str:
    """Return what the site's file CNAME says, empty where there is none."""
    path = directory / "CNAME"
    return bytes_of(path).decode("utf-8", "replace").lstrip("\ufeff") if path.is_file() else ""


def _with_author(values: dict[str, Value], authors: Mapping[str, Value]) -> dict[str, Value]:
    """Return the site's values with its author as the person that the key stands for."""
    key = values.get("author")
    told = authors.get(key.strip()) if isinstance(key, str) else None
    return {**values, "author": {"name": key, **told} if isinstance(told, dict) else told} if told else values


def read_jekyll_rules(
    directory: Path, *, liquid: bool, smart_titles: bool = False, posts_dir: Path | None = None
) -> JekyllRules:
    """Read what the Jekyll site in ``directory`` says about all of its posts, which are in ``posts_dir``.

    Raises ConfigError where there is no configuration, or a file that cannot be read.
    """
    values = _values_of(directory, CONFIG_FILES)
    if values is None:
        reason = f"there is no {CONFIG_FILES[0]} in {directory}"
        raise ConfigError("[jekyll] dir", reason, "name the directory of a Jekyll site, or leave it empty")
    return JekyllRules(
        values=values,
        authors=_values_of(directory, AUTHOR_FILES) or {},
        liquid=liquid,
        posts_dir=_relative(posts_dir, directory) if posts_dir else "_posts",
        typography=typography_of(values.get("kramdown")) if smart_titles else None,
        home=_home(posts_dir, directory / collections_directory(values)) if posts_dir else NOWHERE,
        defaults=read_defaults(values),
        permalinks=collection_permalinks(values),
    )


def _relative(posts_dir: Path, directory: Path) -> str:
    """Return the posts directory below the site's, "" for that itself; what is no part of it counts as ``_posts``."""
    relative = posts_dir.relative_to(directory).as_posix() if posts_dir.is_relative_to(directory) else "_posts"
    return "" if relative == "." else relative


def _home(posts_dir: Path, collections: Path) -> Home:
    """Return where the posts directory is; what is no part of the site is taken for its ``_posts``."""
    posts, above = os.path.normpath(posts_dir), os.path.normpath(collections)
    if posts == above:
        return NOWHERE
    if posts.startswith(f"{above}/"):
        return Home(inside=posts[len(above) + 1 :])
    return Home(below=above[len(posts) + 1 :]) if above.startswith(f"{posts}/") else Home(inside="_posts")


def _values_of(directory: Path, names: tuple[str, ...]) -> dict[str, Value] | None:
    path = first_of(directory, names)
    return None if path is None else _parse(str(path), bytes_of(path))


def _parse(path: str, data: bytes) -> dict[str, Value]:
    result: SourceText | Matter | PostError = decode(path, data, ("utf-8-sig", "cp949"))
    if isinstance(result, SourceText):
        load = load_toml if path.endswith(".toml") else load_yaml
        result = load(result, 0, len(result.text))
    if isinstance(result, Matter):
        return dict(result.values)
    assert isinstance(result, PostError)  # noqa: S101 - nothing else is left
    where = f"{path}:{result.line}:{result.column}" if result.line else path
    raise ConfigError(where, result.reason.replace("the front matter", "the file"), result.hint)
