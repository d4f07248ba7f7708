"""What one process has answered for published paths, counted; whoever shows metrics reads it."""

from __future__ import annotations

from collections.abc import Mapping

Kind = tuple[str, int, str]
"""The decoded URL path, the status, and the coding of the variant that was sent or, with a 304, spared."""


class Tally:
    """Answers of one kind: how many, and the bytes of body that they sent or, with a 304 to a GET, saved."""

    __slots__ = ("bytes", "count")

    def __init__(self) -> None:
        self.count = 0
        self.bytes = 0

    def add(self, size: int) -> None:
        """Count one answer more."""
        self.count += 1
        self.bytes += size


class Served:
    """Every answer since the process started. Its size is bounded by that of what was ever published meanwhile.

    Plain additions without a lock: a worker answers in one thread.
    """

    def __init__(self) -> None:
        self._tallies: dict[Kind, Tally] = {}

    def tally(self, path: str, status: int, coding: str) -> Tally:
        """Return the tally of a kind, for whoever answers to add to."""
        return self._tallies.setdefault((path, status, coding), Tally())

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many answers of each kind there were, of those there were any of."""
        return {kind: tally.count for kind, tally in self._tallies.copy().items() if tally.count}

    @property
    def rows(self) -> tuple[tuple[Kind, tuple[int, int]], ...]:
        """How many answers of each kind there were, and their bytes as in :class:`Tally`."""
        return tuple((kind, (tally.count, tally.bytes)) for kind, tally in self._tallies.copy().items() if tally.count)

    @property
    def bytes_sent(self) -> int:
        """Bytes of bodies that were sent, as they were coded."""
        return sum(tally.bytes for (_, status, _), tally in self._tallies.copy().items() if status != 304)

    @property
    def bytes_saved(self) -> int:
        """Bytes of bodies that a 304 spared, as they would have been coded."""
        return sum(tally.bytes for (_, status, _), tally in self._tallies.copy().items() if status == 304)
