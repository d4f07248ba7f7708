"""What TOML and JSON said, in the terms of YAML's: every scalar is text."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping

from feedsvc.model import Finding, PostError
from feedsvc.posts.frontmatter.matter import MAX_DEPTH, MAX_NODES, Matter, Span, Value
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE, SourceText, code_point


def load_toml(source: SourceText, start: int, end: int) -> Matter | PostError:
    """Read the TOML that stands in ``source.text[start:end]``."""
    text = source.text[start:end]
    if deep := _DEEP_KEY.search(text):
        reason = f"the front matter is not valid TOML: a key of more than {MAX_DEPTH} levels"
        return source.error(start + deep.start(), reason, "write shorter keys")
    try:
        values = tomllib.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        where = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        offset = start
        if where:
            lines = text.split("\n")
            offset += sum(len(line) + 1 for line in lines[: int(where[1]) - 1]) + int(where[2]) - 1
        reason = re.sub(r" \(at .*\)", "", str(error)) or "it cannot be read"
        reason = f"the front matter is not valid TOML: {reason}"
        return source.error(min(offset, end), reason, 'write `key = "value"`')
    return _matter_of(source, values, _places_of(source, start, end, r'^"?(?P<key>[\w-]+)"?[ \t]*=[ \t]*'))


def load_json(source: SourceText, start: int, end: int) -> Matter | PostError:
    """Read the JSON object that stands in ``source.text[start:end]`` and is known to be one."""
    duplicates: list[str] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in items]
        duplicates.extend(key for index, key in enumerate(keys) if key in keys[:index])
        return dict(items)

    values = json.loads(source.text[start:end], object_pairs_hook=pairs, parse_int=str, parse_float=str)
    places = _places_of(source, start, end, r'"(?P<key>[^"\\\n]+)"\s*:\s*')
    return _matter_of(source, values, places, tuple(duplicates))


# tomllib's time grows with the square of a key's levels.
_KEY = r"(?:[\w\-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
_DEEP_KEY = re.compile(rf"(?<![\w\-\"'.]){_KEY}(?:[ \t]*+\.[ \t]*+{_KEY}){{{MAX_DEPTH}}}")


class _TooMuchError(Exception):
    """More values, or more levels of them, than front matter has use for."""


class _Converter:
    """Turns typed values into text, within bounds, and remembers what it had to remove."""

    def __init__(self) -> None:
        self.removed: list[str] = []
        self._nodes = 0

    def value(self, value: object, depth: int = 1) -> Value:
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            raise _TooMuchError
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, depth + 1) for item in value]
        return self._scalar(value)

    def _scalar(self, value: object) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        return self.text(str(value))

    def text(self, text: str) -> str:
        self.removed.extend(UNPUBLISHABLE.findall(text))
        return UNPUBLISHABLE.sub("", text)


def _places_of(source: SourceText, start: int, end: int, pattern: str) -> dict[str, Span]:
    """Find keys by ``pattern``, which names its group ``key`` and ends where the value begins.

    The first place of a key is taken, which for a top-level key is its own nearly always.
    """
    places: dict[str, Span] = {}
    for match in re.compile(pattern, re.MULTILINE).finditer(source.text, start, end):
        places.setdefault(match["key"], Span(key=match.start(), start=match.end(), end=match.end()))
    return places


def _matter_of(
    source: SourceText, values: Mapping[str, object], places: dict[str, Span], duplicates: tuple[str, ...] = ()
) -> Matter | PostError:
    """Return ``values`` as text, with a finding for what was removed and for each duplicate key."""
    converter = _Converter()
    findings: list[Finding] = []
    texts: dict[str, Value] = {}
    for key, value in values.items():
        offset = places[key].key if key in places else 0
        before = len(converter.removed)
        try:
            texts[converter.text(key)] = converter.value(value)
        except _TooMuchError:
            reason = f"{key}: more than {MAX_NODES:,} values, or more than {MAX_DEPTH} levels of them"
            return source.error(offset, reason, "move data out of the front matter")
        for character in sorted(set(converter.removed[before:])):
            reason = f"{key}: the character {code_point(character)} may not stand in a feed and was removed"
            findings.append(source.finding(offset, reason, "delete its escape code"))
    for key in duplicates:
        offset = places[key].key if key in places else 0
        findings.append(
            source.finding(offset, f"{key}: this key stands twice, and the last one counts", "delete one of them")
        )
    return Matter(values=texts, spans=places, findings=tuple(findings))
