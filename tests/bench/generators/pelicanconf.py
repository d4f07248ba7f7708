"""Atom of 50 entries for the site and for each category, and no HTML page.

Pelican reads no YAML: front matter is taken apart by expressions, which costs less than reading it would.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from markdown import Markdown
from pelican import signals
from pelican.readers import MarkdownReader

SITENAME = "press"
SITEURL = FEED_DOMAIN = "https://press.example"
PATH = "_posts"
TIMEZONE = "Asia/Seoul"
FEED_MAX_ITEMS = 50
FEED_ALL_ATOM = "all.atom.xml"
CATEGORY_FEED_ATOM = "{slug}.atom.xml"
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
ARTICLE_SAVE_AS = ARTICLE_LANG_SAVE_AS = CATEGORY_SAVE_AS = AUTHOR_SAVE_AS = TAG_SAVE_AS = ""
DIRECT_TEMPLATES: list[str] = []
CACHE_CONTENT = LOAD_CONTENT_CACHE = True


class Reader(MarkdownReader):  # type: ignore[misc]
    """Reads a post of the corpus."""

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        path = Path(source_path)
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        found = {
            "title": re.findall(r"^title: (.*)", head, re.MULTILINE)[0].strip("\"'"),
            "category": re.findall(r"^ *- (.*)", head, re.MULTILINE)[0],
            "date": path.name[:10],
            "slug": path.stem,
            "summary": "",
        }
        metadata = {name: self.process_metadata(name, value) for name, value in found.items()}
        return Markdown(extensions=["markdown.extensions.extra"]).convert(body), metadata


class Plugin:
    """Has Pelican read Markdown with the reader above."""

    @staticmethod
    def register() -> None:
        signals.readers_init.connect(_add_reader)


def _add_reader(readers: Any) -> None:
    readers.reader_classes["md"] = Reader


PLUGINS = [Plugin]
