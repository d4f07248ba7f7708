"""The posts that were rejected, read when they are shown: only what is below the posts directory, and only so much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.model import PostError, SourceFile
from feedsvc.posts.reading import read_source
from feedsvc.web.operator.excerpts import Line, cut_excerpt, decode_loosely

LARGEST = 1_000_000
"""Bytes; of a larger file no lines are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFiles:
    """Where posts are and how they are decoded."""

    directory: Path
    encodings: Sequence[str]

    def excerpt(self, path: str, line: int, column: int) -> tuple[Line, ...]:
        """Return the lines around a place of a post; none where it cannot be read, or is not below the directory."""
        if line < 1 or not _stays_inside(path):
            return ()
        file = SourceFile(path=path, size=0, mtime_ns=0, ctime_ns=0, inode=0)
        data = read_source(self.directory, file, LARGEST)
        if data is None or isinstance(data, PostError):
            return ()
        return cut_excerpt(decode_loosely(data, self.encodings), line, column)

    def saved_at(self, path: str) -> datetime | None:
        """Return when a post was saved last; None where that cannot be told."""
        if not _stays_inside(path):
            return None
        try:
            return datetime.fromtimestamp((self.directory / path).lstat().st_mtime, UTC)
        except (OSError, ValueError):
            return None


def _stays_inside(path: str) -> bool:
    """Say whether a path is relative and goes down only; what links in it lead to is for the reading to refuse."""
    return "\0" not in path and not any(part in ("", ".", "..") for part in path.split("/"))
