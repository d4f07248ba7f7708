"""What a Zola site's configuration says, in feedsvc's words (``components/config`` of Zola)."""

from __future__ import annotations

from collections.abc import Mapping

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.generators.found import Config, FoundSite, without_blanks
from feedsvc.posts.generators.hugo import feeds_of

_FEEDS = {"atom.xml": "atom.xml", "rss.xml": "rss.xml"}


def understand_zola(values: Mapping[str, Value]) -> FoundSite:
    """Say in feedsvc's words what ``values`` of a ``zola.toml`` mean."""
    config = Config(values=values)
    default = config.text("default_language") or "en"
    others = sorted(config.table("languages"))
    languages = sorted({default, *others}) if others else []
    site = {
        "title": config.text("title"),
        "url": config.url("base_url"),
        "description": config.text("description"),
        "language": config.language("default_language") or default,
        "author": config.text("author"),
    }
    posts = {
        "dir": "content",
        "generator": "zola",
        "patterns": ["**/*.md"],
        "languages": languages,
        "permalink": f"/:language/:directories/{_slug(config)}/",
    }
    files = config.texts("feed_filenames") or config.texts("feed_filename") or ["atom.xml"]
    feeds = {file: _FEEDS.get(file, "rss.xml" if "rss" in file else "atom.xml") for file in files if "/" not in file}
    return FoundSite(
        tables={
            "site": without_blanks(site),
            "posts": without_blanks(posts),
            "feeds": feeds_of(default, languages, feeds),
        },
        notes=tuple(config.notes),
    )


def _slug(config: Config) -> str:
    """Return what an address ends with: by ``slugify.paths``, which was a switch once."""
    strategy = config.text("slugify", "paths") or "on"
    if config.switch("slugify", "paths_keep_dates"):
        config.notes.append("paths_keep_dates is taken over, but a post's own slug is not read then.")
        return ":name"
    if strategy in {"safe", "off", "false"}:
        return ":file_slug"
    config.notes.append(
        'Zola writes names in other scripts anew in Latin letters (日本 is "ri-ben"), feedsvc does not: give such '
        'posts a slug, or set slugify.paths = "safe".'
    )
    return ":slug"
