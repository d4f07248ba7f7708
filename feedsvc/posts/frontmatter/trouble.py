"""Where YAML broke: the parser's error among the lines around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from feedsvc.posts.frontmatter.source import SourceText

_KEY_LINE = re.compile(r"^(?P<key>[^\s#:'\"\[{-][^:\n]{0,60}?)[ \t]*:(?:[ \t]+|$)(?P<value>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """A line ``key: value`` that begins in the first column."""

    key: str
    key_at: int
    value: str
    value_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One parser error in its surroundings; ``at`` is where it was noticed, ``began`` where its construct begins.

    ``key`` is the top-level key it is in, ``before`` the one before that; ``after_return`` says that a
    carriage return alone ended the line before. Offsets are in the whole text.
    """

    problem: str
    at: int
    began: int
    text: str
    key: KeyLine
    before: KeyLine | None
    after_return: bool

    @property
    def value(self) -> str:
        """The rest of the key's line."""
        return self.key.value

    @property
    def same_line(self) -> bool:
        """Whether the error was noticed on the key's own line."""
        return "\n" not in self.text[self.key.value_at : self.at]

    @property
    def line_start(self) -> int:
        """The offset at which the line of the error begins."""
        return self.text.rfind("\n", 0, self.at) + 1


def locate(source: SourceText, start: int, end: int, error: yaml.YAMLError) -> Trouble:
    """Find the surroundings of ``error``, which the YAML in ``source.text[start:end]`` has caused."""
    problem_mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    at = start + (problem_mark.index if problem_mark is not None else 0)
    began = start + context_mark.index if context_mark is not None else at
    at, began = min(at, end), min(began, end)
    # The parser notices a missing colon one token late; the trouble began where the key was to be.
    seen = began if "scanning a simple key" in str(getattr(error, "context", "")) else at
    key = nearest_key(source.text, start, seen)
    line_start = source.text.rfind("\n", 0, at) + 1
    return Trouble(
        problem=str(getattr(error, "problem", None) or "it cannot be read"),
        at=at,
        began=began,
        text=source.text,
        key=key,
        before=nearest_key(source.text, start, key.key_at - 1) if key.key_at > start else None,
        after_return=line_start - 1 in source.bare_returns,
    )


def nearest_key(text: str, start: int, at: int) -> KeyLine:
    """Return the last top-level key whose line begins at or before ``at``."""
    line_end = text.find("\n", at)
    found = None
    for match in _KEY_LINE.finditer(text, start, len(text) if line_end < 0 else line_end):
        found = match
    if found is None:
        return KeyLine(key="front matter", key_at=start, value="", value_at=start)
    return KeyLine(
        key=found["key"].strip(), key_at=found.start(), value=found["value"].rstrip(), value_at=found.start("value")
    )
