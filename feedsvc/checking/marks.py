"""What is to be told of a file though it harms no feed, so that only `feedsvc check` does."""

from __future__ import annotations

from feedsvc.model import Finding

_MARK = b"\xef\xbb\xbf"


def is_marked(data: bytes) -> bool:
    """Say whether a file begins with UTF-8's byte order mark."""
    return data.startswith(_MARK)


def mark_of(path: str) -> Finding:
    """Return what to tell of a file that is marked."""
    return Finding(
        path=path,
        reason="the file begins with a byte order mark (U+FEFF), which some programs take for a character",
        hint="delete it from the file",
        line=1,
        column=1,
    )
