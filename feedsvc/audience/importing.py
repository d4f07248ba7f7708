"""Access logs into the store: read line by line, each line once.

A log is known again by its bytes, whatever it is called by then: by a hash of its first line, and of all that was read
of it. So a log that has grown is read from where it ended, and one that was rotated or compressed is not read again.
Lines are told apart by nothing else: two logs that hold the same lines, such as one and the end of it in a file of its
own, are counted twice.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import IO, cast
from zoneinfo import ZoneInfo

from feedsvc.audience.logs import LONGEST_LINE, Format, parse_line
from feedsvc.audience.logtally import Document, LogTally, Outcome
from feedsvc.audience.salt import Salt
from feedsvc.audience.store import AudienceStore, with_store
from feedsvc.errors import FeedsvcError

LINES_AT_ONCE = 200_000
"""Lines after which what was read is kept; an import that is broken off goes on from there."""
_PIECE = 1 << 20


class LogError(FeedsvcError):
    """A log cannot be read; of what was read of it, all or nothing of each 200,000 lines is counted."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path, self.reason, self.hint = path, reason, hint
        super().__init__(f"{path}: {reason}" + (f"; {hint}" if hint else ""))


class LogImport:
    """One run over any number of logs: a reader of a day is one reader, whichever of them it is in."""

    def __init__(
        self,
        store: Path,
        documents: Mapping[str, Document],
        *,
        zone: ZoneInfo,
        today: date,
        keep: timedelta,
        form: Format = "auto",
    ) -> None:
        self._store = store
        self._form = form
        self._keep_for = keep
        self._today = today
        self._tally = LogTally(documents, zone, today, today - keep, lambda day: Salt(lambda: day))

    def read(self, file: Path) -> Outcome:
        """Count the lines of a log that no import has read yet; its last one only if it has an end.

        Raises :class:`LogError`, and DatabaseError where the store cannot be written.
        """
        outcome = Outcome()
        try:
            with _open(file) as log:
                self._read(log, outcome)
        except (OSError, EOFError, zlib.error) as error:
            told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            hint = "import it again when it is mended: no line counts twice"
            raise LogError(str(file), f"cannot be read: {told}", hint) from error
        finally:
            self._tally.take()  # what is not kept is read again the next time
        return outcome

    def finish(self) -> None:
        """Let go of what days that are over do not need, once all logs are read."""
        with_store(self._store, self._forget)

    def _forget(self, store: AudienceStore) -> None:
        store.forget(self._today, self._keep_for)
        store.commit()

    def _read(self, log: IO[bytes], outcome: Outcome) -> None:
        first = hashlib.sha256(log.readline(LONGEST_LINE)).hexdigest()
        log.seek(0)
        read = _find_end(log, with_store(self._store, lambda store: store.find_log(first)))
        outcome.known = read.size
        before = None  # how far it was when a line began that has not come to its end
        lines = 0
        while piece := log.readline(LONGEST_LINE + 1):
            ends = piece.endswith(b"\n")
            whole = ends and before is None
            if not ends and before is None:
                before = read.copy()
            read.add(piece)
            if ends:
                before = None
                lines += 1
                self._tally.add(parse_line(piece, self._form) if whole else None, outcome)
                if lines % LINES_AT_ONCE == 0:
                    self._keep(first, read)
        self._keep(first, before or read)

    def _keep(self, first: str, read: _Read) -> None:
        """Keep what was counted, and how far that was; unless another import was here just now."""
        increments = self._tally.take()

        def write(store: AudienceStore) -> None:
            if store.find_log(first).get(read.size) != read.digest:
                store.add(increments)
            store.note_log(first, read.size, read.digest, self._today)
            store.commit()

        with_store(self._store, write)


def _open(file: Path) -> IO[bytes]:
    with file.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(file, "rb")) if packed else file.open("rb")


class _Read:
    """How far a log was read, and the hash of all that was."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, piece: bytes) -> None:
        self._hash.update(piece)
        self.size += len(piece)

    def copy(self) -> _Read:
        copy = _Read()
        copy.size, copy._hash = self.size, self._hash.copy()
        return copy


def _find_end(log: IO[bytes], known: Mapping[int, str]) -> _Read:
    """Go behind what was read before: size -> hash, the longest one that is the beginning of this log."""
    read, best = _Read(), _Read()
    for size, digest in sorted(known.items()):
        while read.size < size and (piece := log.read(min(_PIECE, size - read.size))):
            read.add(piece)
        if read.size == size and read.digest == digest:
            best = read.copy()
    log.seek(best.size)
    return best
