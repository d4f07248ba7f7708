"""Posts that say nowhere when they were published take the date of their file: from git, or from the file system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from feedsvc.model import SourceFile, UndatedError, Withheld
from feedsvc.posts.files import Reading
from feedsvc.posts.gitdates import GitTrouble, first_commits, instant_of

_BATCH = 64


class Remembered(Protocol):
    """The dates that were given before; see :class:`feedsvc.ledger.filedates.FileDates`."""

    def date_of(self, path: str, digest: str) -> datetime | None:
        """Return the date that this post has already."""

    def remember(self, path: str, digest: str, date: datetime) -> None:
        """Note the date that this post has from now on."""


class NothingRemembered:
    """For who publishes nothing."""

    def date_of(self, path: str, digest: str) -> datetime | None:  # noqa: ARG002 (of the protocol)
        """Return that there is none."""
        return None

    def remember(self, path: str, digest: str, date: datetime) -> None:
        """Note nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDater:
    """Where the dates of undated posts below ``directory`` are from: ``source`` is reject, git or mtime.

    ``read_dated`` reads a file again by a date; ``pages``: what has no date is a page of the site and no post.
    """

    directory: Path
    source: str
    remembered: Remembered
    read_dated: Callable[[SourceFile, datetime], Reading]
    pages: bool

    def complete(self, readings: Iterable[Sequence[Reading]]) -> Iterator[Sequence[Reading]]:
        """Pass on the readings, and at their end those of the undated posts, dated where their date is known."""
        if self.source == "reject" and not self.pages:
            yield from readings
            return
        undated: list[Reading] = []
        for batch in readings:
            undated += [each for each in batch if isinstance(each.outcome, UndatedError)]
            yield [each for each in batch if not isinstance(each.outcome, UndatedError)]
        told = self._look_up([each.file for each in undated]) if undated else {}
        for start in range(0, len(undated), _BATCH):
            yield [self._dated(each, told) for each in undated[start : start + _BATCH]]

    def _look_up(self, files: Sequence[SourceFile]) -> Mapping[str, datetime] | GitTrouble:
        if self.source == "git":
            return first_commits(self.directory, [file.path for file in files])
        if self.source == "mtime":
            dates = ((file.path, instant_of(file.mtime_ns // 1_000_000_000)) for file in files)
            return {path: date for path, date in dates if date is not None}
        return {}

    def _dated(self, reading: Reading, told: Mapping[str, datetime] | GitTrouble) -> Reading:
        path = reading.file.path
        if self.source == "reject":
            return (
                reading._replace(outcome=Withheld(path=path, reason="a page without a date")) if self.pages else reading
            )
        known = self.remembered.date_of(path, reading.digest)
        date = known or (None if isinstance(told, GitTrouble) else told.get(path))
        if date is None:
            # No digest: what git says may be another thing at the next build, though the file is the same.
            return reading._replace(digest="", outcome=_unknown(reading, told))
        dated = self.read_dated(reading.file, date)
        if dated.digest:
            self.remembered.remember(path, dated.digest, date)
        return dated


def _unknown(reading: Reading, told: Mapping[str, datetime] | GitTrouble) -> UndatedError:
    error = reading.outcome
    assert isinstance(error, UndatedError)  # noqa: S101 - what was gathered
    if isinstance(told, GitTrouble):
        return replace(error, reason=f"{error.reason}, and {told.reason}", hint=told.hint)
    return replace(
        error, reason=f"{error.reason}, and the file was never committed", hint=f"commit it, or {error.hint}"
    )
