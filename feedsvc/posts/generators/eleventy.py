"""What can be told of an Eleventy site, whose configuration is a program, without running it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.generators.found import Config, FoundSite, without_blanks

POSTS_DIRS = ("posts", "blog", "content/posts", "content/blog", "articles")
"""Where posts usually are, below the input directory."""

_INPUT = re.compile(r"""\binput["']?\s*:\s*["']([^"'\n]{1,100})["']""")


def input_directory(program: str) -> str:
    """Return the input directory that a configuration names in so many words, or an empty text."""
    found = _INPUT.search(program)
    parts = found[1].split("/") if found else []
    return "" if ".." in parts else "/".join(part for part in parts if part not in {"", "."})


def understand_eleventy(data: Mapping[str, Value], input_dir: str, posts_dir: str) -> FoundSite:
    """Say in feedsvc's words what ``data`` says, a site's ``_data/metadata.json``; posts are in ``posts_dir``.

    Both directories are relative to the site's; that of the posts is the input directory or below it.
    """
    config = Config(values=data)
    site = {
        "title": config.text("title") or config.text("name"),
        "url": config.url("url"),
        "description": config.text("description"),
        "language": config.language("language") or config.language("lang"),
        "author": config.author("author"),
    }
    below = posts_dir.removeprefix(input_dir).strip("/")
    config.notes.append(
        "The configuration of Eleventy is a program, which is not run: look through dir and permalink in [posts], and "
        "write over permalinks that templates and data files compute."
    )
    posts = {
        "dir": posts_dir or ".",
        "generator": "eleventy",
        "permalink": f"/{below}/:path/".replace("//", "/"),
    }
    return FoundSite(tables={"site": without_blanks(site), "posts": posts, "feeds": {}}, notes=tuple(config.notes))
