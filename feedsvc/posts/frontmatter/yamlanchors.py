"""YAML's anchors and aliases, and the bound on how far they may multiply a document."""

from __future__ import annotations

from yaml.events import AliasEvent, Event, ScalarEvent

from feedsvc.posts.frontmatter.matter import MAX_NODES, Value


class RefusedError(Exception):
    """YAML that is valid and no use to a post; ``offset`` counts from where the YAML begins."""

    def __init__(self, event: Event, reason: str, hint: str) -> None:
        self.offset, self.reason, self.hint = start_of(event), reason, hint
        super().__init__(reason)


def start_of(event: Event) -> int:
    """Return the offset at which ``event`` begins, in characters from the beginning of the YAML."""
    mark = event.start_mark
    return 0 if mark is None else mark.index


def end_of(event: Event) -> int:
    """Return the offset at which ``event`` ends."""
    mark = event.end_mark
    return 0 if mark is None else mark.index


class Anchors:
    """What ``&name`` has marked so far, and how many values the document has grown to."""

    def __init__(self) -> None:
        self.nodes = 0
        self._marked: dict[str, tuple[Value, int]] = {}
        self._suspects: dict[str, tuple[str, ScalarEvent]] = {}

    def mark(self, name: str, value: Value, nodes: int) -> None:
        """Remember ``value``, made of ``nodes`` values, under ``name``; a later mark of that name wins."""
        self._marked[name] = (value, nodes)

    def suspect(self, name: str, key: str, event: ScalarEvent) -> None:
        """Remember that the text at ``key`` began with ``&name``: if nothing uses it, it was meant as text."""
        self._suspects[name] = (key, event)

    def suspects(self) -> tuple[tuple[str, str, ScalarEvent], ...]:
        """Return name, key and event of each suspect that no alias has used."""
        return tuple((name, key, event) for name, (key, event) in self._suspects.items())

    def resolve(self, key: str, event: AliasEvent) -> Value:
        """Return what an alias stands for. Raises RefusedError where it stands for nothing, or for too much."""
        if event.anchor not in self._marked:
            raise RefusedError(
                event,
                f"{key}: a value that begins with * stands for an earlier &{event.anchor}, and there is none",
                f"put the whole {key} in double quotes",
            )
        value, nodes = self._marked[event.anchor]
        self._suspects.pop(event.anchor, None)
        self.count(key, event, nodes)
        return value

    def count(self, key: str, event: Event, nodes: int = 1) -> None:
        """Count ``nodes`` more values. Raises RefusedError when the document has grown beyond use."""
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise RefusedError(
                event,
                f"{key}: the front matter grows to more than {MAX_NODES:,} values here",
                "use fewer aliases (*name), or move data out of the front matter",
            )
