"""Front matter's keys by the type their reader wants, and what there was to say about them."""

from __future__ import annotations

from collections.abc import Set

from feedsvc.model import Finding, PostError
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.source import SourceText

_TRUE = frozenset({"true", "yes", "on", "y", "1"})
_FALSE = frozenset({"false", "no", "off", "n", "0"})


class Fields:
    """One post's metadata while it is being read; ``findings`` grows as its keys are asked for."""

    def __init__(self, source: SourceText, matter: Matter) -> None:
        self._source, self._matter = source, matter
        self.findings: list[Finding] = [*source.findings, *matter.findings]

    def value(self, key: str) -> Value:
        """Return what stands at ``key``, or None."""
        return self._matter.values.get(key)

    def replace(self, key: str, value: Value) -> None:
        """Let ``value`` stand at ``key`` from now on."""
        self._matter = self._matter._replace(values={**self._matter.values, key: value})

    def lacks(self, keys: Set[str]) -> bool:
        """Tell whether none of ``keys`` is there."""
        return self._matter.values.keys().isdisjoint(keys)

    def first(self, *keys: str) -> str:
        """Return the first of ``keys`` that says something, or an empty string."""
        values = self._matter.values
        for key in keys:
            if values.get(key):
                return key
        return ""

    def text(self, *keys: str) -> str:
        """Return the text at the first of ``keys`` that holds some, as written."""
        for key in keys:
            value = self._matter.values.get(key)
            if isinstance(value, str) and value.strip():
                return value
            if isinstance(value, list | dict) and value:
                self.warn(key, "this is to be a text, and is not used", f"write `{key}: …` on one line")
        return ""

    def written(self, key: str) -> str:
        """Return the one line of source from which the value at ``key`` was read, or an empty string."""
        span = self._matter.spans.get(key)
        line = self._source.text[span.start : span.end].strip() if span else ""
        return "" if "\n" in line else line

    def switch(self, key: str) -> bool | None:
        """Return what ``key`` switches, YAML 1.1's words for it included; None where it says neither."""
        value = self.value(key)
        word = value.strip().lower() if isinstance(value, str) else ""
        if word in _TRUE:
            return True
        return False if word in _FALSE else None

    def is_plain(self, key: str) -> bool:
        """Say whether a text stands at ``key`` in YAML's plain style, without quotes, so that YAML gives it a type."""
        span = self._matter.spans.get(key)
        return span is not None and span.end > span.start and self._source.text[span.start] not in "'\"|>"

    def comment_after(self, key: str) -> bool:
        """Say whether a plain text at ``key`` is cut short by what YAML takes for a comment."""
        span = self._matter.spans.get(key)
        if span is None or span.end == span.start or self._source.text[span.start] in "'\"|>[{":
            return False
        text = self._source.text
        end = text.find("\n", span.end)
        rest = text[span.end : end if end >= 0 else len(text)]
        return rest.lstrip(" \t").startswith("#")

    def warn(self, key: str, reason: str, hint: str = "") -> None:
        """Tell the author about the value at ``key``; the post is published all the same."""
        called = self._matter.names.get(key, key)
        self.findings.append(self._source.finding(self._offset(key), f"{called}: {reason}", hint))

    def error(self, key: str, reason: str, hint: str = "") -> PostError:
        """Return what keeps the post out because of the value at ``key``."""
        called = self._matter.names.get(key, key)
        return self._source.error(self._offset(key), f"{called}: {reason}", hint)

    def warn_at(self, offset: int, reason: str, hint: str = "") -> None:
        """Tell the author about the place at ``offset`` in the file's text."""
        self.findings.append(self._source.finding(offset, reason, hint))

    def error_at(self, offset: int, reason: str, hint: str = "") -> PostError:
        """Return what keeps the post out because of the place at ``offset``, 0 for the whole of it."""
        return self._source.error(offset, reason, hint)

    def _offset(self, key: str) -> int:
        span = self._matter.spans.get(key)
        return span.start if span else 0
