"""Keep a replica's cache below its limit: what was used least recently goes first, what no edition names before all."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

# Down to this much of the limit, so that not every look has to make room.
_DOWN_TO = 0.9
# A folder that changed this recently may change again without another date.
_SETTLED_S = 2.0
# A draft as old as this was left by a process that died.
_DRAFT_S = 3600.0


class _Folder(NamedTuple):
    changed_ns: int
    looked_at: float
    size: int


class Trimmer:
    """Watches the files in the folders of ``directory``, ``limit`` bytes of them at most.

    Only folders that changed since they were looked at are read, so a look that finds nothing to do costs a stat each.
    """

    def __init__(self, directory: Path, limit: int, clock: Callable[[], float] = time.time) -> None:
        self._directory, self._limit, self._clock = directory, limit, clock
        self._folders: dict[str, _Folder] = {}

    def trim(self, named: Container[str]) -> int:
        """Make room if there is too much, and return the bytes there are; ``named`` are etags of the edition served."""
        total = sum(self._measure(folder) for folder in _entries(self._directory) if folder.is_dir())
        if total <= self._limit:
            return total
        files = [
            (file.name in named, status.st_mtime_ns, status.st_size, file.path)
            for folder in _entries(self._directory)
            for file in _entries(Path(folder.path))
            if (status := _status(file))
        ]
        total = sum(size for _, _, size, _ in files)
        for _, _, size, path in sorted(files):
            if total <= self._limit * _DOWN_TO:
                break
            with suppress(OSError):
                Path(path).unlink()
                total -= size
        return total

    def _measure(self, folder: os.DirEntry[str]) -> int:
        status, now = _status(folder, cached=False), self._clock()
        if status is None:
            return 0
        known = self._folders.get(folder.name)
        if known and known.changed_ns == status.st_mtime_ns and known.looked_at - status.st_mtime_ns / 1e9 > _SETTLED_S:
            return known.size
        size = 0
        for file in _entries(Path(folder.path)):
            found = _status(file)
            if found and file.name.startswith(".") and now - found.st_mtime > _DRAFT_S:
                with suppress(OSError):
                    Path(file.path).unlink()
            elif found:
                size += found.st_size
        self._folders[folder.name] = _Folder(status.st_mtime_ns, now, size)
        return size


def _entries(directory: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            yield from entries
    except OSError:
        return


def _status(entry: os.DirEntry[str], *, cached: bool = True) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False) if cached else Path(entry.path).stat()
    except OSError:
        return None
