"""The published edition as a :class:`Snapshot`, and a callable that always has the newest one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from feedsvc.errors import ManifestError
from feedsvc.model import Snapshot
from feedsvc.publish.bodies import BodyCache, BodyReader, FindBody, TreeBodies
from feedsvc.publish.manifest import MANIFEST, STAGING
from feedsvc.publish.tree import load_manifest

logger = logging.getLogger(__name__)

DEFAULT_MEMORY = 32 * 1024 * 1024
"""Bytes of bodies to hold in memory, unless said otherwise."""


def load_snapshot(
    directory: Path,
    previous: Snapshot | None = None,
    *,
    memory: int = DEFAULT_MEMORY,
    on_stale: Callable[[], None] = lambda: None,
    find_body: FindBody | None = None,
) -> Snapshot:
    """Return the edition published below ``directory``, or ``previous`` itself when it is that edition.

    Bodies are read when asked for; up to ``memory`` bytes of them are held, and go on being held
    for the edition after ``previous``. ``on_stale`` runs when a body turns out to be replaced; ``find_body`` is where
    bodies are, the tree itself unless given.
    Raises :class:`ManifestError` when nothing is published or the manifest is damaged.
    """
    manifest = load_manifest(directory)
    if (
        previous is not None
        and previous.id == manifest.snapshot
        and previous.representations == manifest.representations
        and previous.next_change == manifest.next_change
        and previous.moves == manifest.moves
        and previous.feeds == manifest.feeds
    ):
        return previous
    reader = previous.read_body if previous is not None else None
    cache = reader.cache if isinstance(reader, BodyReader) else BodyCache(memory)
    return Snapshot(
        id=manifest.snapshot,
        representations=manifest.representations,
        read_body=BodyReader(find_body or TreeBodies(directory), manifest.representations, cache, on_stale),
        next_change=manifest.next_change,
        moves=manifest.moves,
        feeds=manifest.feeds,
    )


class SnapshotFollower:
    """A callable that returns the newest edition, or None before the first. Safe to call from many threads.

    It looks at the manifests at most every ``interval`` seconds (of ``monotonic``), and at once after
    a body was found replaced. A manifest that is damaged or gone leaves the last edition, and is logged once.
    """

    def __init__(
        self,
        directory: Path,
        *,
        interval: float = 0.25,
        monotonic: Callable[[], float] = time.monotonic,
        memory: int = DEFAULT_MEMORY,
        find_body: FindBody | None = None,
    ) -> None:
        self._staging = directory / STAGING
        self._paths = (self._staging / MANIFEST, directory / MANIFEST)
        self._directory = directory
        self._interval = interval
        self._monotonic = monotonic
        self._memory = memory
        self._find_body = find_body
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._seen: object = None
        self._complaint = ""
        self._due = monotonic()
        self._expired = False

    def __call__(self) -> Snapshot | None:
        """Return the newest edition known."""
        now = self._monotonic()
        if self._is_due(now):
            with self._lock:  # the others wait here, and then find nothing due
                if self._is_due(now):
                    self._expired = False
                    self._look()
                    self._due = now + self._interval
        return self._snapshot

    def refresh(self) -> None:
        """Look now. Who calls this from a thread of its own more often than ``interval`` spares requests the look.

        They go on with the edition before while this one is read; only who found a body replaced waits for it.
        """
        with self._lock:
            self._expired = False
            self._look()
            self._due = self._monotonic() + self._interval

    def is_one_coming(self) -> bool:
        """Tell whether an edition is being staged, so that it is worth looking again soon; or was left by who died."""
        return self._staging.is_dir()

    def _is_due(self, now: float) -> bool:
        return self._expired or now >= self._due

    def _look(self) -> None:
        # Identities are taken before the manifest is read: what changes in between is seen at the next look.
        identities = tuple(_identity(path) for path in self._paths)
        if identities == self._seen:
            return
        before = self._snapshot
        try:
            self._snapshot = load_snapshot(
                self._directory,
                self._snapshot,
                memory=self._memory,
                on_stale=self._expire,
                find_body=self._find_body,
            )
        except ManifestError as error:
            if str(error) != self._complaint:
                self._complaint = str(error)
                level = logging.INFO if self._snapshot is None else logging.WARNING
                logger.log(level, "no newer edition: %s", error)
            return
        self._seen = identities
        self._complaint = ""
        if before is None or before.id != self._snapshot.id:
            logger.info("serving edition %s", self._snapshot.id)

    def _expire(self) -> None:
        """Look again at the next call, whenever the last look was."""
        self._expired = True


def _identity(path: Path) -> tuple[int, int, int, int] | None:
    """Return what tells one manifest file from the next; inodes are used again, so the times must differ too."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
