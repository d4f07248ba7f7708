"""Read published bodies back, never other bytes than the edition names, and keep the latest ones in memory."""

from __future__ import annotations

import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

from feedsvc.errors import BodyUnavailableError, StaleSnapshotError
from feedsvc.model import Representation, Variant
from feedsvc.publish.encodings import SUFFIXES
from feedsvc.publish.manifest import STAGING, make_etag


class BodyCache:
    """The bodies read last, by etag, at most ``limit`` bytes of them. Safe to use from many threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, etag: str) -> bytes | None:
        """Return the body with this etag if it is still held."""
        with self._lock:
            body = self._bodies.get(etag)
            if body is not None:
                self._bodies.move_to_end(etag)
            return body

    def put(self, etag: str, body: bytes) -> None:
        """Hold a body, and let go of those not asked for the longest to make room."""
        if len(body) > self._limit:
            return
        with self._lock:
            self._size += len(body) - len(self._bodies.pop(etag, b""))
            self._bodies[etag] = body
            while self._size > self._limit:
                self._size -= len(self._bodies.popitem(last=False)[1])


FindBody = Callable[[str, Variant], bytes | None]
"""Returns the bytes of a variant of the document at a path, checked against its etag; None where they are gone."""


class TreeBodies:
    """Finds bodies in the published tree, wherever an edition is on its way."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __call__(self, path: str, variant: Variant) -> bytes | None:
        """Return the bytes of one variant, or None when they are no longer in the tree."""
        name = path[1:] + SUFFIXES[variant.coding]
        place, staged = self._directory / name, self._directory / STAGING / name
        # The bytes move once, from staged to place; whoever misses them in both finds them at the third look.
        for candidate in (place, staged, place):
            data = read_plain(candidate, variant.size)
            if data is not None and make_etag(data) == variant.etag:
                return data
        return None


class BodyReader:
    """``read_body`` of one snapshot: what ``find_body`` returns, the bodies read last held in ``cache``."""

    def __init__(
        self,
        find_body: FindBody,
        representations: Mapping[str, Representation],
        cache: BodyCache,
        on_stale: Callable[[], None],
    ) -> None:
        self.cache = cache
        self._find_body = find_body
        self._representations = representations
        self._on_stale = on_stale

    def __call__(self, path: str, coding: str) -> bytes:
        """Return the bytes of one variant.

        Raises ``KeyError`` when the snapshot has no such path or coding, and
        :class:`StaleSnapshotError` when its bytes are gone; what ``find_body`` raises passes through.
        """
        variant = self._find(path, coding)
        body = self.cache.get(variant.etag)
        if body is not None:
            return body
        try:
            data = self._find_body(path, variant)
        except BodyUnavailableError:
            # A newer edition may have come, whose bytes are here.
            self._on_stale()
            raise
        if data is None:
            self._on_stale()
            raise StaleSnapshotError(path)
        self.cache.put(variant.etag, data)
        return data

    def _find(self, path: str, coding: str) -> Variant:
        for variant in self._representations[path].variants:
            if variant.coding == coding:
                return variant
        raise KeyError(coding)


def read_plain(path: Path, most: int) -> bytes | None:
    """Return the bytes of a plain file of at most ``most``, without following a link; None for anything else."""
    found = read_dated(path, most)
    return found[0] if found else None


def read_dated(path: Path, most: int) -> tuple[bytes, int] | None:
    """Return them with the time of their last change, in whole seconds since the epoch."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > most:
                return None
            with open(descriptor, "rb", buffering=0, closefd=False) as file:
                return file.readall(), int(status.st_mtime)
        finally:
            os.close(descriptor)
    except OSError:
        return None
