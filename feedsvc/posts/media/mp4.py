"""Which tracks an MP4 file has, wherever that is told: a film that is not made for the web tells it at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

_MOST_BOXES = 100
_MOST_TRACKS = 20
# A track's header and its media's come before its handler, and are a few hundred bytes.
_NEAR = 4096

Read = Callable[[int], bytes]
"""Gives what is in the file at an offset, some of it."""


class _Box(NamedTuple):
    kind: bytes
    inside: int
    end: int


def handlers_of(size: int, read: Read) -> frozenset[bytes]:
    """Return the handlers of the tracks, ``vide`` and ``soun`` (ISO/IEC 14496-12, 8.4.3); none where none are told.

    ``size`` is the file's. Boxes are skipped by their sizes; at most some hundred are looked at.
    """
    movie = next((box for box in _boxes(0, size, read) if box.kind == b"moov"), None)
    if movie is None:
        return frozenset()
    tracks = [box for box in _boxes(movie.inside, movie.end, read) if box.kind == b"trak"]
    told = (read(box.inside)[: min(_NEAR, box.end - box.inside)] for box in tracks[:_MOST_TRACKS])
    return frozenset(handler for each in told for handler in (b"vide", b"soun") if handler in each)


def _boxes(at: int, end: int, read: Read) -> Iterator[_Box]:
    start, data = 0, b""
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        if not start <= at <= start + len(data) - 16:
            start, data = at, read(at)
        head = data[at - start :][:16]
        length, inside = int.from_bytes(head[:4]), 8
        if length == 1:
            length, inside = int.from_bytes(head[8:16]), 16
        elif length == 0:
            length = end - at
        if len(head) < 8 or length < inside:
            return
        yield _Box(head[4:8], at + inside, min(at + length, end))
        at += length
