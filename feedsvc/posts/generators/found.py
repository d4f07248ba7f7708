"""What a site's configuration says in feedsvc's words, whatever generator it is for; and how such values are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feedsvc.posts.frontmatter.matter import Value

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSite:
    """``tables`` are those of a configuration, with the options that were found; ``notes`` say what was left out."""

    tables: Mapping[str, Mapping[str, object]]
    notes: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Config:
    """A configuration while it is understood: its keys in lower case if ``fold``, and what is to be told of it."""

    values: Mapping[str, Value]
    notes: list[str] = field(default_factory=list)

    def value(self, *path: str) -> Value:
        """Return what stands at the end of ``path`` through tables, or None."""
        at: Value = dict(self.values)
        for key in path:
            at = at.get(key) if isinstance(at, dict) else None
        return at

    def text(self, *path: str) -> str:
        """Return the text at ``path`` on one line, or an empty one."""
        value = self.value(*path)
        return " ".join(value.split()) if isinstance(value, str) else ""

    def table(self, *path: str) -> dict[str, Value]:
        """Return the table at ``path``, or an empty one."""
        value = self.value(*path)
        return value if isinstance(value, dict) else {}

    def texts(self, *path: str) -> list[str]:
        """Return the text, or the list of texts, at ``path``."""
        value = self.value(*path)
        items = value if isinstance(value, list) else [value]
        return [item for item in items if isinstance(item, str) and item]

    def switch(self, *path: str) -> bool | None:
        """Return what is switched at ``path``; None if nothing is said."""
        return {"true": True, "false": False}.get(self.text(*path).lower())

    def url(self, *path: str) -> str:
        """Return the address at ``path`` without a slash at its end; a note says so if it is none."""
        url = self.text(*path).rstrip("/")
        try:
            parts = urlsplit(url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s<>\"]", url)
        except ValueError:
            good = False
        if url and not good:
            self.notes.append(f"{path[-1]} {url!r} is not an absolute http or https URL, and was left out.")
        return url if good else ""

    def language(self, *path: str) -> str:
        """Return the language tag at ``path``, or an empty text."""
        tag = self.text(*path).replace("_", "-")
        return tag if _LANGUAGE.fullmatch(tag) else ""

    def timezone(self, *path: str) -> str:
        """Return the IANA time zone at ``path``; a note says so if it is none."""
        name = self.text(*path)
        try:
            if name:
                ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            self.notes.append(f"{path[-1]} {name!r} is not a known IANA time zone, and was left out.")
            return ""
        return name

    def author(self, *path: str) -> str | dict[str, str]:
        """Return who writes: a name, or a table with name, email and uri."""
        if not self.table(*path):
            return self.text(*path)
        name, email = self.text(*path, "name"), self.text(*path, "email")
        uri = self.text(*path, "url") or self.text(*path, "uri")
        person = {
            "name": name,
            "email": email if _ADDRESS.fullmatch(email) else "",
            "uri": uri if re.fullmatch(r"https?://\S+", uri) else "",
        }
        return {key: value for key, value in person.items() if value} if name else ""


def fold_keys(value: Value) -> Value:
    """Return a value whose tables have their keys in lower case, at every depth."""
    if isinstance(value, dict):
        return {key.lower(): fold_keys(item) for key, item in value.items()}
    return value


def without_blanks(options: Mapping[str, object]) -> dict[str, object]:
    """Return the options that say something."""
    return {key: value for key, value in options.items() if value not in ("", None, (), [], {})}
