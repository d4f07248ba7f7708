"""Answers of one edition, remembered ready to be sent, so that they are decided once and not at each poll."""

from __future__ import annotations

from dataclasses import dataclass

from feedsvc.model import Representation, Snapshot
from feedsvc.web.served import Tally

Key = tuple[str | None, str | None, str | None, str | None]
"""PATH_INFO as WSGI has it (bytes read as Latin-1, PEP 3333), Accept-Encoding, If-None-Match, If-Modified-Since."""

_MAX_KEY_LENGTH = 512
"""Characters. Longer headers are none of a reader's that comes often, and would fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """An answer ready to be sent.

    ``coding`` names the variant of ``path`` that is the body (None: no body), ``size`` is its length, or what a 304
    spares. ``expires`` is in seconds since the epoch; None: it holds as long as its edition.
    """

    status: str
    headers: list[tuple[str, str]]
    path: str
    coding: str | None
    size: int
    tally: Tally
    expires: float | None


class Memo:
    """At most ``limit`` young answers and as many old ones.

    When there are too many young ones, they become the old ones and those before them are forgotten, except for
    those that were asked for again: who sends ever different headers pays for it, and those who poll do not.
    """

    def __init__(self, snapshot: Snapshot | None, limit: int) -> None:
        self.snapshot = snapshot
        self.young: dict[Key, Remembered] = {}
        self._old: dict[Key, Remembered] = {}
        self._limit = limit
        published = snapshot.representations if snapshot is not None else {}
        self._published = {path.encode().decode("latin-1"): each for path, each in published.items()}

    def find_published(self, path_info: str | None) -> Representation | None:
        """Return what is published at a path as WSGI has it."""
        return self._published.get(path_info) if path_info is not None else None

    def recall(self, key: Key) -> Remembered | None:
        """Return an old answer, which is a young one from now on."""
        answer = self._old.get(key)
        if answer is not None:
            self.remember(key, answer)
        return answer

    def remember(self, key: Key, answer: Remembered) -> None:
        """Keep an answer, unless its key is of a length that nobody needs."""
        if sum(len(part) for part in key if part) > _MAX_KEY_LENGTH:
            return
        if len(self.young) >= self._limit:
            self._old, self.young = self.young, {}
        self.young[key] = answer

    def __len__(self) -> int:
        """Return how many answers are held."""
        return len(self.young) + len(self._old)
