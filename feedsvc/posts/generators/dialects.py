"""Front matter as Hugo, Zola, Hexo and Eleventy have it, said in the words that are read here: Jekyll's.

Keys that only one of them knows are understood in any post; keys that mean something else in Jekyll only where
``[posts] generator`` names who wrote them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedsvc.model import Finding
from feedsvc.posts.frontmatter.matter import Matter

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedsvc.posts.frontmatter.matter import Value
    from feedsvc.posts.frontmatter.source import SourceText

GENERATORS = ("jekyll", "hugo", "zola", "hexo", "eleventy")
"""The site generators whose posts are read; a plain folder of posts is read as Jekyll's."""

FILE_DATES = frozenset({"created", "last modified", "git created", "git last modified"})
"""What Eleventy writes for "the date of the file", in lower case (its documentation: Content dates)."""

_FOREIGN = frozenset(
    {
        *("taxonomies", "extra", "params", "lastmod", "publishDate", "publishdate", "expiryDate", "expirydate"),
        *("linkTitle", "eleventyExcludeFromCollections"),
    }
)
_TAXONOMIES = ("categories", "tags", "authors")
_TAKEN_FROM_TABLES = ("author", "authors", "image", "images", "cover", "enclosure", "audio", "video")
_COLLECTIONS = frozenset({"all", "post", "posts"})


def translate(source: SourceText, matter: Matter, generator: str) -> Matter:
    """Return ``matter`` with what ``generator`` calls otherwise under the names that are read here.

    ``names`` of what comes back says how the author wrote them. A key that is there under its own name stays.
    """
    if generator == "jekyll" and _FOREIGN.isdisjoint(matter.values):
        return matter
    words = _Words(source, matter)
    if generator == "hugo":
        words.fold_case()
    words.take_tables()
    words.call("publishdate", "publishDate")
    words.call("expirydate", "expiryDate")
    _TRANSLATIONS.get(generator, _no_more)(words)
    words.call("updated", "lastmod")
    words.call("title", "linkTitle", "linktitle")
    words.call("date", "publishdate")
    return Matter(
        values=words.values, spans=words.spans, findings=(*matter.findings, *words.findings), names=words.names
    )


def is_word(value: Value, *words: str) -> bool:
    """Tell whether a value is one of ``words``, which are in lower case."""
    return isinstance(value, str) and value.strip().lower() in words


class _Words:
    """One front matter while it is put into other words."""

    def __init__(self, source: SourceText, matter: Matter) -> None:
        self._source = source
        self.values, self.spans, self.names = dict(matter.values), dict(matter.spans), dict(matter.names)
        self.findings: list[Finding] = []

    def call(self, name: str, *others: str) -> None:
        """Let the first of ``others`` that says something be read as ``name``, unless that says something itself."""
        if not self.values.get(name):
            self._move(name, next((key for key in others if self.values.get(key)), ""))

    def prefer(self, name: str, other: str) -> None:
        """Let ``other``, where it says something, be read as ``name``, whatever that says."""
        if self.values.get(other):
            self._move(name, other)

    def _move(self, name: str, key: str) -> None:
        if not key:
            return
        self.values[name] = self.values[key]
        self.names[name] = self.names.get(key, key)
        if key in self.spans:
            self.spans[name] = self.spans[key]

    def fold_case(self) -> None:
        """Take keys as Hugo does, whatever the case of their letters."""
        for key in [key for key in self.values if key != key.lower()]:
            self._move(key.lower(), key)

    def take_tables(self) -> None:
        """Take terms out of Zola's ``[taxonomies]``, people and media out of its ``[extra]`` and Hugo's ``params``."""
        for table, keys in (("taxonomies", _TAXONOMIES), ("extra", _TAKEN_FROM_TABLES), ("params", _TAKEN_FROM_TABLES)):
            inner = self.values.get(table)
            if not isinstance(inner, dict):
                continue
            for key in keys:
                if inner.get(key) and not self.values.get(key):
                    self.values[key], self.names[key] = inner[key], f"{table}.{key}"

    def keep_whole(self, *keys: str) -> None:
        """Take a text for one term: only Jekyll splits it at its blanks."""
        for key in keys:
            value = self.values.get(key)
            if isinstance(value, str):
                self.values[key] = [value]

    def drop(self, key: str) -> None:
        """Take what stands at ``key`` for nothing."""
        self.values.pop(key, None)

    def warn(self, key: str, reason: str, hint: str) -> None:
        """Tell the author about what stands at ``key``."""
        span = self.spans.get(key)
        at = span.start if span else 0
        self.findings.append(self._source.finding(at, f"{self.names.get(key, key)}: {reason}", hint))


def _hugo(words: _Words) -> None:
    """Hugo's ``FrontMatterHandler``: dates under several names; ``url`` is the page's path."""
    words.call("publishdate", "pubdate", "published")
    words.call("expirydate", "unpublishdate")
    words.call("lastmod", "modified")
    words.call("date", "publishdate", "lastmod")
    words.prefer("permalink", "url")
    _as_page(words)
    words.keep_whole("categories", "tags")


def _zola(words: _Words) -> None:
    """Zola's ``PageFrontMatter``: ``path`` is the page's, whatever its slug."""
    words.prefer("permalink", "path")
    _as_page(words)
    words.keep_whole("categories", "tags")


def _hexo(words: _Words) -> None:
    words.keep_whole("categories", "tags")


def _eleventy(words: _Words) -> None:
    """Take the date of the file for no date, collections for no tags, and computed permalinks for none."""
    words.keep_whole("tags")
    tags = words.values.get("tags")
    if isinstance(tags, list):
        words.values["tags"] = [tag for tag in tags if not is_word(tag, *_COLLECTIONS)]
    date = words.values.get("date")
    if isinstance(date, str) and date.strip().lower() in FILE_DATES:
        words.drop("date")
    permalink = words.values.get("permalink")
    if isinstance(permalink, dict) or (isinstance(permalink, str) and ("{{" in permalink or "{%" in permalink)):
        words.warn("permalink", "only Eleventy can compute this, so [posts] permalink is used", "write the path itself")
        words.drop("permalink")
    elif isinstance(permalink, str) and permalink.endswith("/index.html"):
        words.values["permalink"] = permalink.removesuffix("index.html")


def _as_page(words: _Words) -> None:
    """Take a path as it is, colons too, and end it with a slash as Hugo and Zola do, unless it names a file."""
    path = words.values.get("permalink")
    if words.names.get("permalink") is None or not isinstance(path, str) or "://" in path:
        return
    path = path.strip().replace(":", "%3A")
    if not path.endswith("/") and "." not in path.rpartition("/")[2]:
        path += "/"
    words.values["permalink"] = path


def _no_more(_: _Words) -> None:
    return


_TRANSLATIONS: dict[str, Callable[[_Words], None]] = {
    "hugo": _hugo,
    "zola": _zola,
    "hexo": _hexo,
    "eleventy": _eleventy,
}
