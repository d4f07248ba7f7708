"""What a Hexo site's ``_config.yml`` says, in feedsvc's words (Hexo's documentation: Configuration, Permalinks)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.generators.found import Config, FoundSite, without_blanks

_DEFAULT = ":year/:month/:day/:title/"
_SAME = ("year", "month", "i_month", "day", "i_day", "hour", "minute", "second", "post_title", "category")
_TOKEN = re.compile(r":([a-z_]+)")


def understand_hexo(values: Mapping[str, Value]) -> FoundSite:
    """Say in feedsvc's words what ``values`` of a Hexo configuration mean."""
    config = Config(values=values)
    if not config.text("timezone"):
        config.notes.append("Hexo reads dates in the time zone of the machine it runs on: set timezone to yours.")
    site = {
        "title": config.text("title"),
        "url": config.url("url"),
        "description": config.text("description") or config.text("subtitle"),
        "language": next((tag for tag in map(_tag, config.texts("language")) if tag), ""),
        "timezone": config.timezone("timezone"),
        "author": config.text("author"),
    }
    posts = {
        "dir": f"{config.text('source_dir').strip('/') or 'source'}/_posts",
        "generator": "hexo",
        "permalink": _permalink(config),
        "future": config.switch("future") is not False,
        "drafts": config.switch("render_drafts"),
    }
    paths, types = config.texts("feed", "path"), config.texts("feed", "type")
    aliases = {
        f"/{path.lstrip('/')}": "/rss.xml" if kind == "rss2" or "rss" in path else "/atom.xml"
        for path, kind in zip(paths, [*types, *("" for _ in paths)], strict=False)
    }
    aliases = {old: new for old, new in aliases.items() if old != new}
    return FoundSite(
        tables={
            "site": without_blanks(site),
            "posts": without_blanks(posts),
            "feeds": {"aliases": aliases} if aliases else {},
        },
        notes=tuple(config.notes),
    )


def _tag(text: str) -> str:
    return Config(values={"language": text}).language("language")


def _permalink(config: Config) -> str:
    """Return the permalink in feedsvc's words; ``:title`` is the name of the file, below its directories."""
    template = config.text("permalink") or _DEFAULT
    dated = ":day" in config.text("new_post_name")
    words = {"title": "directories/:title" if dated else "path", **{word: word for word in _SAME}}
    if any(name not in words for name in _TOKEN.findall(template)):
        config.notes.append(f"permalink {template!r} holds what feedsvc cannot fill in; Hexo's default is used.")
        template = _DEFAULT
    if config.text("default_category") not in {"", "uncategorized"} and ":category" in template:
        config.notes.append("default_category is not known: posts without a category are below uncategorized.")
    return "/" + _TOKEN.sub(lambda match: f":{words[match[1]]}", template).lstrip("/")
