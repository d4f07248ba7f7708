"""YAML, JSON and TOML with the types that Jekyll's values have: templates compare numbers and dates."""

from __future__ import annotations

import json
import math
import re
import tomllib
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event, ScalarEvent

from feedsvc.posts.dates import NotADate, parse_date
from feedsvc.posts.liquid.ruby import Moment

MAX_NODES = 100_000
"""The most values of one file, those that aliases repeat counted each time."""

_MAX_DEPTH = 50
_LONGEST_SCALAR = 40  # that is no text
_FENCE = re.compile(r"(---|\+\+\+)[ \t]*\n(.*?)^(?:---|\.\.\.|\+\+\+)[ \t]*$", re.DOTALL | re.MULTILINE)

_Base: Any
_Events: Any
try:
    from yaml import CSafeLoader as _Base
    from yaml.cyaml import CParser as _Events  # type: ignore[attr-defined]  # the stubs leave it out
except ImportError:  # pragma: no cover - a PyYAML built without libyaml
    from yaml import SafeLoader as _Base
    from yaml import SafeLoader as _Events


class RefusedError(ValueError):
    """A file of data that cannot be read; its text is the reason."""


class _Loader(_Base):  # type: ignore[misc]  # one of two loaders
    """Reads scalars as Ruby's Psych does where it differs from PyYAML."""

    zone: tzinfo = UTC

    def timestamp(self, node: yaml.ScalarNode) -> object:
        """Return a date or a time, as :class:`Moment`; what only looks like one is text."""
        text = str(node.value)
        found = parse_date(text, UTC)
        if isinstance(found, NotADate):
            return text
        if len(text) <= len("2024-01-02"):
            return Moment(at=found.replace(tzinfo=self.zone), is_date=True)
        # Psych reads what names no zone as UTC; all but what is written as UTC is shown in the site's zone.
        return Moment(at=found if text[-1] in "Zz" else found.astimezone(self.zone))

    def integer(self, node: yaml.ScalarNode) -> object:
        """Return a number, unless it is so long that no one counts with it."""
        text = str(node.value)
        return self.construct_yaml_int(node) if len(text) < 200 and ":" not in text else text


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.timestamp)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.integer)


def load_yaml(text: str, zone: tzinfo) -> object:
    """Read YAML; dates alone are midnight in ``zone``. Raises RefusedError."""
    try:
        _count(text)
        loader = _Loader(text)
        loader.zone = zone
        try:
            return _plain(loader.get_single_data())
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, ArithmeticError, TypeError, AttributeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise RefusedError(f"{getattr(error, 'problem', None) or error}{where}") from error


def load_json(text: str) -> object:
    """Read JSON. Raises RefusedError."""
    try:
        return _plain(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise RefusedError(str(error)) from error


def load_toml(text: str, zone: tzinfo) -> object:
    """Read TOML; times without an offset are in ``zone``. Raises RefusedError."""
    try:
        return _plain(tomllib.loads(text), zone=zone)
    except (ValueError, RecursionError) as error:
        raise RefusedError(str(error)) from error


def retyped(value: object, zone: tzinfo) -> object:
    """Return a value whose scalars are text as YAML would have typed them, had they stood there plainly."""
    if isinstance(value, list):
        return [retyped(item, zone) for item in value]
    if isinstance(value, dict):
        return {key: retyped(item, zone) for key, item in value.items()}
    if not isinstance(value, str) or len(value) > _LONGEST_SCALAR or "\n" in value:
        return value
    try:
        typed = load_yaml(value, zone)
    except RefusedError:
        return value
    return value if isinstance(typed, list | dict | str) or typed is None else typed


@lru_cache(maxsize=64)
def front_matter(text: str, zone: tzinfo) -> dict[str, object]:
    """Return what the front matter at the beginning of ``text`` says; nothing where it cannot be read."""
    fenced = _FENCE.match(text)
    try:
        if fenced:
            values = load_toml(fenced[2], zone) if fenced[1] == "+++" else load_yaml(fenced[2], zone)
        elif text.startswith("{"):
            values = _plain(json.JSONDecoder().raw_decode(text)[0])
        else:
            values = None
    except (ValueError, RecursionError):
        values = None
    return {str(key): value for key, value in values.items()} if isinstance(values, dict) else {}


def _count(text: str) -> None:
    """Refuse what aliases let grow beyond use, before anything is built of it. Raises RefusedError."""
    events = _Events(text)
    counter = _Counter()
    try:
        while (event := events.get_event()) is not None:
            counter.take(event)
    finally:
        events.dispose()


class _Counter:
    """Counts the values of a document as its events go by."""

    def __init__(self) -> None:
        self._sizes: dict[str | None, int] = {}
        self._open: list[tuple[str | None, int]] = []
        self._total = 0

    def take(self, event: Event) -> None:
        """Count what begins or ends here. Raises RefusedError."""
        if isinstance(event, AliasEvent):
            if event.anchor not in self._sizes:
                raise RefusedError(f"*{event.anchor} stands for nothing before it")
            self._total += self._sizes[event.anchor]
        elif isinstance(event, CollectionStartEvent):
            self._open.append((event.anchor, self._total))
            self._total += 1
        elif isinstance(event, CollectionEndEvent):
            anchor, before = self._open.pop()
            self._sizes[anchor] = self._total - before
        elif isinstance(event, ScalarEvent):
            self._total += 1
            self._sizes[event.anchor] = 1
        if self._total > MAX_NODES or len(self._open) > _MAX_DEPTH:
            raise RefusedError(f"more than {MAX_NODES:,} values, or more than {_MAX_DEPTH} levels of them")


def _plain(value: object, depth: int = 0, zone: tzinfo = UTC) -> object:
    """Return a value made of what Liquid knows. Raises RefusedError for nesting beyond use."""
    if depth > _MAX_DEPTH:
        raise RefusedError(f"more than {_MAX_DEPTH} levels of values")
    if isinstance(value, dict):
        return {_key(key): _plain(item, depth + 1, zone) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item, depth + 1, zone) for item in value]
    if isinstance(value, datetime):
        return Moment(at=value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, date):
        return Moment(at=datetime(value.year, value.month, value.day, tzinfo=zone), is_date=True)
    if isinstance(value, str | bool | int | Moment) or value is None:
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)


def _key(key: object) -> object:
    return key if isinstance(key, str | int) and not isinstance(key, bool) else str(key)
