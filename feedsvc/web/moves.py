"""What is answered at a path where nothing is published: moved, gone, or never there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from unicodedata import normalize
from urllib.parse import quote

from feedsvc.model import Snapshot

CANONICAL_MAX_AGE = 86400
"""Seconds to keep a redirect to another spelling of the same path: it cannot become wrong."""
MOVED_MAX_AGE = 3600
"""Seconds to keep a redirect that somebody configured: people mend their mistakes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a path leads: ``location`` is a Location (RFC 9110, 10.2.2), percent-encoded; ``max_age`` in seconds."""

    location: str
    max_age: int


def find_move(snapshot: Snapshot, path: str) -> Move | None:
    """Return where a reader of ``path`` (decoded, not published) is to go instead; None for nowhere.

    Another spelling of a published path leads to it: Hangul in the other normal form, slashes behind the
    end. Then what was configured decides, for a folder the longest one. A folder of this
    service leads only to what is published there, so that a 301 never ends in a 404; queries are dropped.
    """
    canonical = _canonical(path)
    if canonical in snapshot.representations:
        return Move(location=quote(canonical), max_age=CANONICAL_MAX_AGE)
    target = _follow(snapshot, canonical)
    return Move(location=target, max_age=MOVED_MAX_AGE) if target else None


def is_gone(snapshot: Snapshot, path: str) -> bool:
    """Say whether a path that is not published was once."""
    return _canonical(path) in snapshot.moves.gone


def _canonical(path: str) -> str:
    return normalize("NFC", path).rstrip("/")


def _follow(snapshot: Snapshot, path: str) -> str:
    moved = snapshot.moves.moved
    # The words of a folder's rule, "/old/*", are no address of a document.
    if path in moved and not path.endswith("/*"):
        return _encode(moved[path])
    folder = path
    while "/" in folder:
        folder = folder.rpartition("/")[0]
        target = moved.get(f"{folder}/*")
        if target is not None:
            return _enter(snapshot, target.removesuffix("/*"), path[len(folder) :])
    return ""


def _enter(snapshot: Snapshot, folder: str, rest: str) -> str:
    ours = folder.startswith("/")
    return "" if ours and folder + rest not in snapshot.representations else _encode(folder) + quote(rest)


def _encode(target: str) -> str:
    # A URL was encoded when it was read.
    return quote(target) if target.startswith("/") else target
