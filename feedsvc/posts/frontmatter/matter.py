"""What front matter said, whatever it was written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A document's top-level mapping; ``spans`` lacks a key whose place is not known.

    ``names`` says how its author calls what is read under another key.
    """

    values: dict[str, Value] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
