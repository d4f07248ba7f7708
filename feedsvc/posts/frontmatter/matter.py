"""What front matter said, whatever it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from feedsvc.model import Finding

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
"""What front matter can say. Numbers, booleans and dates are their text, as written."""

MAX_CHARACTERS = 262_144
"""The longest front matter that is read, in characters."""

MAX_NODES = 10_000
MAX_DEPTH = 50


class Span(NamedTuple):
    """Where a top-level key and its value stand: offsets in the source's text, end exclusive."""

    key: int
    start: int
    end: int


_NONE: Mapping[str, Any] = MappingProxyType({})


class Matter(NamedTuple):
    """A document's top-level mapping; ``spans`` lacks a key whose place is not known.

    ``names`` says how its author calls what is read under another key. A tuple, since each post makes one.
    """

    values: Mapping[str, Value] = _NONE
    spans: Mapping[str, Span] = _NONE
    findings: tuple[Finding, ...] = ()
    names: Mapping[str, str] = _NONE
