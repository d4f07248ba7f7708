"""A JPEG's size where so much is said of the picture before it that the beginning of the file does not hold it."""

from __future__ import annotations

from collections.abc import Callable

_MOST_SEGMENTS = 300
_MOST_READS = 30
# ITU-T T.81, table B.1: frames, but not tables (C4, CC) nor what is kept for extensions (C8).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_EXIF = b"Exif\0\0"


def reduce_jpeg(data: bytes, read: Callable[[int], bytes]) -> bytes:
    """Return a JPEG of nothing but its EXIF data and its frame header; an empty text where there is no frame.

    ``data`` is how it begins; ``read`` gives what is at an offset, some of it. At most 30 times it is asked.
    """
    exif, start, at, reads = b"", 0, 2, 0
    for _ in range(_MOST_SEGMENTS):
        if at + 10 > start + len(data):
            start, data, reads = at, read(at), reads + 1
        segment = data[at - start :]
        if len(segment) < 4 or segment[0] != 0xFF or reads > _MOST_READS:
            return b""
        marker, length = segment[1], 2 + int.from_bytes(segment[2:4])
        if marker in _FRAMES:
            return b"\xff\xd8" + exif + segment[:length]
        if marker == 0xFF:
            at += 1  # B.1.1.2: any marker may be preceded by fill bytes
        elif marker in _ALONE:
            at += 2
        else:
            if marker == 0xE1 and segment[4:10] == _EXIF and len(segment) >= length:
                exif = exif or segment[:length]
            at += length
    return b""
