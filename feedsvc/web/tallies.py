"""What a worker answered, as plain numbers; told to the other workers by a small file every few seconds.

Counting is one look-up and three additions. A file is replaced whole, by its own worker only, and stays when that
worker ends: so sums never go back before the service starts anew.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

FLUSH_S = 5.0
"""Seconds between two writings; what a worker counted since is lost if it is killed."""

Key = tuple[str, str, int, str]
"""What is counted apart: the feed (``site``, ``category:경제``; empty for other addresses), format, status, coding."""

Tally = tuple[int, int, int]
"""Requests, bytes of bodies sent, and bytes that a 304 or 226 did not need to send."""


class Tallies:
    """The counts of one worker; ``directory`` is where the workers of one service keep theirs."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # A process id alone may come again.
        self._file = directory / f"{os.getpid()}-{time.time_ns()}.json"
        self._counts: dict[Key, list[int]] = {}
        self._watched: list[Callable[[], Iterable[tuple[Key, Tally]]]] = []
        self._written = 0
        self._ending = False
        self._lock = threading.Lock()

    def count(self, key: Key, sent: int, saved: int) -> None:
        """Count one answer; sizes are bytes of bodies."""
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts.setdefault(key, [0, 0, 0])
        counts[0] += 1
        counts[1] += sent
        counts[2] += saved

    def watch(self, source: Callable[[], Iterable[tuple[Key, Tally]]]) -> None:
        """Add what ``source`` counted itself since the process started, whenever counts are written."""
        self._watched.append(source)

    def _gather(self) -> dict[Key, Tally]:
        found = {key: (requests, sent, saved) for key, (requests, sent, saved) in list(self._counts.items())}
        for source in self._watched:
            _add(found, source())
        return found

    def start(self) -> None:
        """Write every few seconds, in a thread that ends with the process or soon after :meth:`end`."""
        threading.Thread(target=self._keep_flushing, name="flush-tallies", daemon=True).start()

    def end(self) -> None:
        """Write now, and once more for the answers that are still under way."""
        self._ending = True
        self.flush()

    def _keep_flushing(self) -> None:
        ending = False
        while not ending:
            time.sleep(FLUSH_S)
            ending = self._ending
            self.flush()

    def flush(self) -> None:
        """Write what was counted, if anything was since the last time; a failure is logged and costs numbers only."""
        with self._lock:
            known = self._gather()
            total = sum(tally[0] for tally in known.values())
            if total == self._written:
                return
            draft = self._file.with_suffix(".tmp")
            try:
                self._directory.mkdir(exist_ok=True)
                draft.write_text(
                    json.dumps([[*key, *tally] for key, tally in known.items()], ensure_ascii=False), encoding="utf-8"
                )
                draft.replace(self._file)
            except OSError as error:
                logger.warning("%s: counts cannot be written: %s", self._file, error.strerror)
            else:
                self._written = total

    def read_all(self) -> Mapping[Key, Tally]:
        """Return the sums over all workers, this one's to the present, in order of their keys."""
        self.flush()
        sums: dict[Key, Tally] = {}
        for file in sorted(self._directory.glob("*.json")):
            _add(sums, ((row[:4], row[4:]) for row in _read(file)))
        return dict(sorted(sums.items()))


def _add(sums: dict[Key, Tally], more: Iterable[tuple[Key, Tally]]) -> None:
    for key, tally in more:
        before = sums.get(key, (0, 0, 0))
        sums[key] = (before[0] + tally[0], before[1] + tally[1], before[2] + tally[2])


def _read(file: Path) -> list[tuple[str, str, int, str, int, int, int]]:
    try:
        rows = [tuple(row) for row in json.loads(file.read_bytes())]
    except (OSError, ValueError) as error:
        logger.warning("%s: counts cannot be read: %s", file, error)
        return []
    return rows


def clear_tallies(directory: Path) -> None:
    """Forget the counts of a service that ended; to be called before its first worker starts."""
    for file in (*directory.glob("*.json"), *directory.glob("*.tmp")):
        with suppress(OSError):
            file.unlink()
