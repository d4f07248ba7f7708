"""What was made of entries a moment ago, since documents of several feeds that are written in turn hold the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from feedsvc.feeds.rules import RenderRules
from feedsvc.model import Entry, FeedSpec

K = TypeVar("K")
V = TypeVar("V")


class Held(Generic[K, V]):
    """Values by key, as long as all their sizes together are ``most`` or less; what came first goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._values: dict[K, tuple[V, int]] = {}

    def get(self, key: K) -> V | None:
        """Return a value that is held still."""
        found = self._values.get(key)
        return found[0] if found else None

    def put(self, key: K, value: V, size: int) -> None:
        """Hold a value under a key that holds none."""
        self._values[key] = (value, size)
        self._size += size
        while self._size > self._most:
            _, gone = self._values.pop(next(iter(self._values)))
            self._size -= gone


class WrittenEntries(Generic[V]):
    """Entries as a renderer writes them, each once for all feeds in which it is the same.

    ``most`` are the characters of their posts, in all. An id always stands for one post here.
    """

    def __init__(self, most: int) -> None:
        self._held: Held[tuple[int, str], V] = Held(most)
        self._dresses: dict[tuple[FeedSpec, RenderRules], int] = {}

    def of_feed(
        self, spec: FeedSpec, rules: RenderRules, write: Callable[[FeedSpec, Entry, RenderRules], V]
    ) -> Callable[[Entry], V]:
        """Return what gives an entry as ``write`` does, of this feed, or of another one that it is the same in."""
        # What is the feed's own is not even told: what is written cannot depend on it.
        common = replace(spec, kind="", key="", id="", title="", subtitle="", alternate_link="", ttl=0, locations=())
        dress = self._dresses.setdefault((common, rules), len(self._dresses))

        def written(entry: Entry) -> V:
            found = self._held.get((dress, entry.id))
            if found is None:
                found = write(common, entry, rules)
                self._held.put((dress, entry.id), found, len(entry.post.content))
            return found

        return written
