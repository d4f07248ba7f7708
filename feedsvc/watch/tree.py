"""One posts directory under watch, for as long as it is the same directory: which paths in it changed."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from feedsvc.posts.places import Places
from feedsvc.watch.notifier import LostError, Notifier, queue_length
from feedsvc.watch.relevance import Relevance, Relevant, is_directory
from feedsvc.watch.writers import is_being_written

# After an event this long without another one is taken for the end of a save. Shorter costs wake-ups, as the backend
# sleeps for so long at a time.
_QUIET_MS = 10
# More files than somebody saves at once: a checkout, a copy, a removal. It is one thing, and may pause to breathe.
_MANY, _QUIET_AFTER_MANY_MS = 20, 200
# One that does not end is told of in pieces of this many seconds.
_PIECE_S = 10.0
# How often to look whether the directory is still the same one, and whether a file is still being written.
_IDLE_MS, _HELD_MS = 1000, 20
# Whoever keeps a file open for longer has either forgotten it or writes a log.
_PATIENCE_S = 2.0


class Tree:
    """Watches ``directory`` from when it is made until :meth:`close`.

    Raises LostError when the directory is not there or is gone, and WatchError when it cannot be watched.
    """

    def __init__(self, directory: Path, places: Places, stop: threading.Event) -> None:
        self._directory, self._stop = directory, stop
        self._identity = identify(directory)
        if self._identity is None:
            raise LostError(str(directory))
        self.root = os.path.realpath(directory)
        self._places = places
        self._relevance = Relevance(self.root, places, is_directory)
        # So many paths stand for so many events that others may have been dropped: a file that is written is five.
        self._overflow = queue_length() // 16
        self._held: dict[str, float] = {}
        self._watched: frozenset[str] = frozenset()
        self._notifier, self._watched = self._watch_all()

    @property
    def watched(self) -> frozenset[str]:
        """The directories below that are watched, as paths relative to the directory."""
        return self._watched

    def close(self) -> None:
        """Watch no more."""
        self._notifier.close()

    def settle(self) -> None:
        """Return when nothing has changed for a moment; what changed until then is forgotten."""
        self._gather_rest()
        self._renew()

    def wait(self) -> frozenset[str] | None:
        """Wait for at most a second; return the paths, relative to the directory, of what changed.

        They are files and directories, there or not. None: more changed than can be told, so everything may have.
        """
        paths = self._gather()
        if self._identity != identify(self._directory):
            raise LostError(str(self._directory))
        relevant = self._relevance.sift(paths, self._watched)
        if relevant.everything or len(paths) >= self._overflow:
            self._held.clear()
            self._renew()
            return None
        moved = self._renew() if relevant.directories else frozenset()
        return self._let_go(relevant) | relevant.directories | moved

    def _gather(self) -> frozenset[str]:
        paths = self._notifier.wait(_QUIET_MS, _HELD_MS if self._held else _IDLE_MS)
        if len(paths) > _MANY:
            paths |= self._gather_rest()
        return paths

    def _gather_rest(self) -> frozenset[str]:
        until = time.monotonic() + _PIECE_S
        paths: set[str] = set()
        while time.monotonic() < until:
            more = self._notifier.wait(_QUIET_AFTER_MANY_MS, _QUIET_AFTER_MANY_MS)
            if not more:
                break
            paths |= more
        return frozenset(paths)

    def _let_go(self, relevant: Relevant) -> frozenset[str]:
        """Return the files that nobody writes any more, and hold back the others."""
        now = time.monotonic()
        for path in relevant.posts:
            self._held.setdefault(path, now + _PATIENCE_S)
        done = [path for path, until in self._held.items() if now >= until or not self._is_written(path)]
        for path in done:
            del self._held[path]
        return frozenset(done)

    def _is_written(self, path: str) -> bool:
        return is_being_written(f"{self.root}/{path}")

    def _renew(self) -> frozenset[str]:
        """Watch the directories that are there now; return those that came or went."""
        before = self._watched
        notifier, self._watched = self._watch_all()
        # The old one is still there: nothing that happens meanwhile is missed.
        self._notifier, old = notifier, self._notifier
        try:
            late = self._relevance.sift(old.wait(1, 1), before | self._watched)
        finally:
            old.close()
        for path in late.posts:
            self._held.setdefault(path, time.monotonic() + _PATIENCE_S)
        return (before ^ self._watched) | late.directories

    def _watch_all(self) -> tuple[Notifier, frozenset[str]]:
        """Watch every directory; one that appears while they are listed is not missed, since its parent is watched."""
        found = frozenset(_list_directories(self.root, self._places))
        while True:
            notifier = Notifier([self.root, *(f"{self.root}/{path}" for path in sorted(found))], self._stop)
            again = frozenset(_list_directories(self.root, self._places))
            if again <= found or self._stop.is_set():
                return notifier, found
            notifier.close()
            found = again


def identify(directory: Path) -> tuple[int, int] | None:
    """Return what tells one directory from the next of that name; None where there is none."""
    try:
        status = directory.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def _list_directories(root: str, places: Places) -> Iterator[str]:
    """List the directories below, as a listing of the posts goes into them; what cannot be listed is passed over."""
    pending = [""]
    while pending:
        prefix = pending.pop()
        for name in _names(f"{root}/{prefix}"):
            if places.enters(prefix + name):
                yield prefix + name
                pending.append(f"{prefix}{name}/")


def _names(directory: str) -> Collection[str]:
    try:
        with os.scandir(directory) as entries:
            return [entry.name for entry in entries if _can_be_watched(entry)]
    except OSError:
        return ()


def _can_be_watched(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
        return False
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        return False  # not UTF-8, and no post in it is published
    return os.access(entry.path, os.R_OK)
