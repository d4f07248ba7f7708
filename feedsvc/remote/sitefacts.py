"""What replicas must know of the site to answer as its builder does: a part of the head, plain JSON. Pure.

A fact that another version of feedsvc did not send has its default, and one that is not known here is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from feedsvc.errors import ObjectStoreError
from feedsvc.words import Text, Words, find_problems, load_words, make_words

_LONGEST_TEXT, _MOST_ITEMS = 10_000, 2000
_CENTURY_S = 100 * 366 * 86400
_LANGUAGE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_NO_SPACES = re.compile(r"[^\s\\<>\"'\x00-\x1f\x7f-\U0010ffff]+")
_READER = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """One site. ``url`` is where it lives and ``server_url`` where its feeds do; the ages are in seconds.

    ``timezone`` is an IANA name; ``texts`` are the words of its pages where it has its own (empty: those that come with
    feedsvc for its language). ``readers``, ``browser_page``, ``frame_hosts`` and ``hubs`` are as in the configuration.
    """

    title: str
    url: str
    description: str = ""
    language: str = "en"
    server_url: str = ""
    timezone: str = "UTC"
    max_age: int = 300
    stale_while_revalidate: int = 60
    stale_if_error: int = 86400
    archive_max_age: int = 604800
    readers: tuple[str, ...] = ()
    browser_page: bool = True
    frame_hosts: tuple[str, ...] = ()
    hubs: tuple[str, ...] = ()
    texts: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    def words(self) -> Words:
        """Return what pages say."""
        return make_words(self.language, self.texts) if self.texts else load_words(self.language)


def dump_site(facts: SiteFacts) -> dict[str, Any]:
    """Return the facts as plain JSON."""
    named = {each.name: getattr(facts, each.name) for each in fields(facts)}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in named.items()}
    texts = {key: list(text) if isinstance(text, tuple) else text for key, text in facts.texts.items()}
    return {**plain, "texts": texts}


def parse_site(document: Mapping[str, object], address: str) -> SiteFacts:
    """Read what :func:`dump_site` wrote; ``address`` is named in messages. Raises :class:`ObjectStoreError`."""
    given: dict[str, Any] = {}
    for name, parse in _PARSERS.items():
        if name not in document:
            continue
        try:
            given[name] = parse(document[name])
        except (ValueError, TypeError, LookupError, OSError) as error:
            raise ObjectStoreError(address, f"says of the site a {name} that is none ({error})", _HINT) from error
    try:
        return SiteFacts(**given)
    except TypeError as error:
        raise ObjectStoreError(address, "does not say what the site is called and where it lives", _HINT) from error


_HINT = "let the builder publish again, with this version of feedsvc"


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or "\0" in value:
        raise TypeError("no text, or a very long one")
    value.encode()  # a lone surrogate cannot be sent to anybody
    return value


def _url(value: object) -> str:
    text = _text(value)
    parts = urlsplit(text)
    if not text.isascii() or re.search(r"[\s\\<>\"'\x00-\x1f\x7f]", text):
        raise ValueError("a character that no URL has")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise ValueError("no absolute http or https URL")
    return text.rstrip("/")


def _hub(value: object) -> str:
    text = _text(value)
    _url(text.partition("?")[0])
    return _matching(_NO_SPACES)(text)


def _seconds(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _CENTURY_S:
        raise TypeError("no number of seconds")
    return value


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _zone(value: object) -> str:
    return ZoneInfo(_text(value)).key


def _matching(pattern: re.Pattern[str]) -> Callable[[object], str]:
    def parse(value: object) -> str:
        text = _text(value)
        if not pattern.fullmatch(text):
            raise ValueError(f"{text[:80]!r}")
        return text

    return parse


def _items(parse: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    def parse_all(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or len(value) > _MOST_ITEMS:
            raise TypeError("no list, or a very long one")
        return tuple(map(parse, value))

    return parse_all


def _texts(value: object) -> Mapping[str, Text]:
    if not isinstance(value, Mapping) or len(value) > _MOST_ITEMS:
        raise TypeError("no table of texts")
    many = _items(_text)
    texts: dict[str, Text] = {
        _text(key): many(text) if isinstance(text, list | tuple) else _text(text) for key, text in value.items()
    }
    if problems := find_problems(texts, "texts"):
        raise ValueError(str(problems[0]))
    return MappingProxyType(texts)


_PARSERS: Mapping[str, Callable[[object], object]] = {
    "title": _text,
    "url": _url,
    "description": _text,
    "language": _matching(_LANGUAGE),
    "server_url": lambda value: "" if value == "" else _url(value),
    "timezone": _zone,
    "max_age": _seconds,
    "stale_while_revalidate": _seconds,
    "stale_if_error": _seconds,
    "archive_max_age": _seconds,
    "readers": _items(_matching(_READER)),
    "browser_page": _switch,
    "frame_hosts": _items(_matching(_HOST)),
    "hubs": _items(_hub),
    "texts": _texts,
}
