"""The folder through which workers hand what they counted to the process that keeps it: a file every few seconds.

A file is there whole or not at all, and is taken once: whoever keeps its counts notes its name in the same transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from feedsvc.audience.increments import Increment, dump_increment, parse_increment

logger = logging.getLogger(__name__)

FOLDER = "audience"
MOST_FILES = 1000
"""Where there are that many, nobody takes them; workers then go on counting in memory."""

_SUFFIX = ".json"


class Spool:
    """The folder; it is made with the first file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, increment: Increment, name: str) -> bool:
        """Write a file called ``name``; False where there is no room in the folder. Raises OSError."""
        self._directory.mkdir(parents=True, exist_ok=True)
        if sum(1 for _ in self._directory.iterdir()) >= MOST_FILES:
            return False
        draft = self._directory / f"{name}.tmp"
        try:
            draft.write_bytes(dump_increment(increment))
            draft.replace(self._directory / f"{name}{_SUFFIX}")
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise
        return True

    def names(self) -> tuple[str, ...]:
        """Return the files there are to take, in order of their names."""
        with suppress(FileNotFoundError):
            return tuple(sorted(each.name for each in self._directory.iterdir() if each.suffix == _SUFFIX))
        return ()

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, Increment]]:
        """Yield what the files say; one that cannot be read is put away with a warning."""
        for name in names:
            try:
                yield name, parse_increment((self._directory / name).read_bytes())
            except FileNotFoundError:
                # Another service on this directory, about to find that the address is taken, was here.
                continue
            except (OSError, ValueError) as error:
                logger.warning("%s: what was counted is lost: %s", self._directory / name, error)
                self.remove((name,))

    def remove(self, names: Sequence[str]) -> None:
        """Remove files that were taken."""
        for name in names:
            with suppress(OSError):
                (self._directory / name).unlink()

    def clear_drafts(self) -> None:
        """Remove what workers that were killed left half written; to be called when there is none."""
        for draft in self._directory.glob("*.tmp"):
            with suppress(OSError):
                draft.unlink()
