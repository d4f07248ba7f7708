"""YAML without surprises: every scalar is the text as written, and every key knows its place.

libyaml's events are read directly, because a loader types scalars (``12:30`` is 750, ``no`` is
False), forgets duplicate keys and positions, and expands aliases without a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from feedsvc.posts.frontmatter.hints import explain
from feedsvc.posts.frontmatter.matter import MAX_DEPTH, Matter, Span, Value
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE, code_point
from feedsvc.posts.frontmatter.yamlanchors import Anchors, RefusedError, end_of, start_of
from feedsvc.posts.frontmatter.yamllines import NULLS

if TYPE_CHECKING:
    from feedsvc.model import Finding, PostError
    from feedsvc.posts.frontmatter.source import SourceText

_Loader: Any
try:
    # Of the loader only this part is needed: what makes events.
    from yaml.cyaml import CParser as _Loader  # type: ignore[attr-defined]  # the stubs leave it out
except ImportError:  # pragma: no cover - a PyYAML built without libyaml
    from yaml import SafeLoader as _Loader


def load_yaml(source: SourceText, start: int, end: int) -> Matter | PostError:
    """Read the YAML that stands in ``source.text[start:end]``, whose root is to be a mapping.

    Only nulls are not text (YAML 1.1's core of them). Of duplicate keys the last wins, as in Jekyll, with
    a finding; aliases may not grow the document beyond ``MAX_NODES`` values, nor nesting beyond ``MAX_DEPTH``.
    """
    # libyaml breaks lines at these two, which no editor does; one character for one keeps offsets.
    text = source.text[start:end].replace("\u2028", " ").replace("\u2029", " ")
    try:
        loader = _Loader(text)
        try:
            return _Builder(source, start, loader.get_event).document()
        finally:
            loader.dispose()
    except RefusedError as refused:
        return source.error(start + refused.offset, refused.reason, refused.hint)
    except yaml.YAMLError as error:
        return explain(source, start, end, error)


class _Builder:
    """Builds values from events, within bounds. Lives for one document."""

    def __init__(self, source: SourceText, base: int, get_event: Callable[[], Event]) -> None:
        self._source, self._base, self._next = source, base, get_event
        self._anchors = Anchors()
        self._closed_at = 0
        self._key = ""
        self._spans: dict[str, Span] = {}
        self._findings: list[Finding] = []

    def document(self) -> Matter:
        self._next()  # the stream starts
        if isinstance(self._next(), StreamEndEvent):
            return Matter()
        root = self._next()
        value: Value = None
        if isinstance(root, MappingStartEvent):
            value = self._mapping(root, depth=1)
        elif not (isinstance(root, ScalarEvent) and self._scalar(root) is None):
            raise RefusedError(root, *_not_a_mapping(root))
        self._end()
        for anchor, key, event in self._anchors.suspects():
            self._warn_dropped(key, event, f"&{anchor}")
        values = value if isinstance(value, dict) else {}
        return Matter(values=values, spans=self._spans, findings=tuple(self._findings))

    def _end(self) -> None:
        event = self._next()
        while isinstance(event, DocumentEndEvent):
            event = self._next()
        if isinstance(event, DocumentStartEvent):
            hint = "close the front matter with a line that is only ---"
            raise RefusedError(event, "a second YAML document begins here", hint)

    def _node(self, event: Event, depth: int) -> Value:
        self._anchors.count(self._key, event)
        if type(event) is ScalarEvent:
            value = self._scalar(event)
            return value if event.anchor is None else self._marked(event, value, 1)
        if isinstance(event, AliasEvent):
            return self._anchors.resolve(self._key, event)
        if depth > MAX_DEPTH:
            reason = f"{self._key}: nested more than {MAX_DEPTH} levels deep"
            raise RefusedError(event, reason, "front matter is for short facts; move the rest into the body")
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        assert isinstance(event, SequenceStartEvent)  # noqa: S101 - YAML knows no other node
        before = self._anchors.nodes
        items: list[Value] = [self._node(item, depth + 1) for item in self._items(SequenceEndEvent)]
        return self._marked(event, items, self._anchors.nodes - before)

    def _items(self, end: type[Event]) -> Iterator[Event]:
        following = self._next
        while type(event := following()) is not end:
            yield event
        self._closed_at = end_of(event)

    def _marked(self, event: CollectionStartEvent | ScalarEvent, value: Value, nodes: int) -> Value:
        if event.anchor is not None:
            self._anchors.mark(event.anchor, value, nodes)
        return value

    def _scalar(self, event: ScalarEvent) -> str | None:
        text: str = event.value
        if event.implicit[0] and text in NULLS and not event.style:
            return None
        if event.style == '"' and (match := UNPUBLISHABLE.search(text)):
            reason = f"{self._key}: the character {code_point(match[0])} may not stand in a feed and was removed"
            self._warn(event, reason, "delete its escape code")
            text = UNPUBLISHABLE.sub("", text)
        return text

    def _mapping(self, start: MappingStartEvent, depth: int) -> Value:
        before = self._anchors.nodes
        values: dict[str, Value] = {}
        merged: list[Value] = []
        for event in self._items(MappingEndEvent):
            key = _key_of(event)
            if depth == 1:
                self._key = key
            value_event = self._next()
            value = self._node(value_event, depth + 1)
            if key == "<<" and isinstance(value, dict | list):
                merged.extend([value] if isinstance(value, dict) else value)
                continue
            if key in values:
                self._warn(event, f"{key}: this key stands twice, and the last one counts", "delete one of them")
            values[key] = value
            if depth == 1:
                self._top_level(event, value_event)
        for other in merged:
            if isinstance(other, dict):
                values = {**other, **values}
        return self._marked(start, values, self._anchors.nodes - before)

    def _top_level(self, key: Event, value: Event) -> None:
        end = end_of(value) if isinstance(value, ScalarEvent | AliasEvent) else self._closed_at
        base = self._base
        self._spans[self._key] = Span(base + start_of(key), base + start_of(value), base + end)
        if isinstance(value, ScalarEvent) and not value.style:
            self._check_plain(value)

    def _check_plain(self, value: ScalarEvent) -> None:
        """Note a plain text whose first word YAML took for an anchor (``&D``) or a type (``!new``)."""
        if value.anchor is not None:
            self._anchors.suspect(value.anchor, self._key, value)
        elif value.tag is not None and not value.tag.startswith("tag:yaml.org,"):
            self._warn_dropped(self._key, value, value.tag)

    def _warn_dropped(self, key: str, value: ScalarEvent, word: str) -> None:
        reason = f"{key}: YAML takes the first word, {word}, for a mark of its own and drops it"
        self._warn(value, reason, f"put the whole {key} in double quotes")

    def _warn(self, event: Event, reason: str, hint: str) -> None:
        self._findings.append(self._source.finding(self._base + start_of(event), reason, hint))


def _key_of(event: Event) -> str:
    if isinstance(event, ScalarEvent):
        key: str = event.value
        return key if key.isidentifier() else UNPUBLISHABLE.sub("", key)
    raise RefusedError(
        event,
        "a key is to be a word, and this is a list, a mapping or an alias",
        "write `key: value`; put text that begins with [, { or * in double quotes",
    )


def _not_a_mapping(root: Event) -> tuple[str, str]:
    kind = "a list" if isinstance(root, SequenceStartEvent) else "a text"
    return (
        f"the front matter is {kind}, not `key: value` lines",
        "write `title: …`, with a space after the colon; for a horizontal rule at the top of a post write ***",
    )
