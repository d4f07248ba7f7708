"""What a sending did, and what this machine remembers of the store from one build to the next.

The memory, a folder ``sent`` of the state directory, saves requests and decides nothing: without it, or when another
builder was at the store since, the store is listed and compared with what is here. ``journal`` has a line for each page
of an archive that was written or removed since the last sending; archiving appends to it, and never makes it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from feedsvc.errors import StoreError

SENT = "sent"
"""The name of the folder in the state directory."""

_RECORD, _MANIFEST, _JOURNAL = "record.json", "manifest.json", "journal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How many objects were written, how many bytes they hold, and how many objects were removed."""

    objects: int = 0
    bytes: int = 0
    removed: int = 0

    def __add__(self, other: Sent) -> Sent:
        return Sent(
            objects=self.objects + other.objects,
            bytes=self.bytes + other.bytes,
            removed=self.removed + other.removed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The store as we left it: at which address, in which term, what caches were told, and the files beside feeds.

    ``extras`` are the etags of those files by name; ``retired`` is when the first of what is retired was, in seconds
    since the epoch, or None.
    """

    address: str
    term: int
    rules: str
    extras: dict[str, str]
    retired: float | None = None


class Memory:
    """The folder. Reading finds nothing where anything is damaged; writing raises :class:`StoreError`."""

    def __init__(self, state: Path) -> None:
        self._folder = state / SENT

    @property
    def journal(self) -> Path:
        """Where pages are noted."""
        return self._folder / _JOURNAL

    @property
    def manifest(self) -> Path:
        """Where the manifest is of what a CDN may serve: written when all of it is there."""
        return self._folder / _MANIFEST

    def read(self, address: str, term: int) -> tuple[Record, bytes] | None:
        """Return the record and the manifest that was projected, if nobody else was at the store since."""
        try:
            record = Record(**json.loads((self._folder / _RECORD).read_bytes()))
            manifest = self.manifest.read_bytes()
            # Each time that a lease changes hands its term grows by one: ours may have, nobody else's did.
            return (record, manifest) if record.address == address and record.term in (term, term - 1) else None
        except (OSError, ValueError, TypeError):
            return None

    def read_term(self) -> int:
        """Return the term in which we were at the store last; 0 where it is not known."""
        try:
            return int(json.loads((self._folder / _RECORD).read_bytes())["term"])
        except (OSError, ValueError, TypeError, LookupError):
            return 0

    def write(self, record: Record, manifest: bytes) -> None:
        """Remember both; the record goes first and comes last, so that it never stands beside another manifest."""
        self.forget()
        self._replace(_MANIFEST, manifest)
        self._replace(_RECORD, json.dumps(asdict(record)).encode())

    def forget(self) -> None:
        """Forget the record, so that the next sending compares everything."""
        self._unlink(_RECORD)

    def read_journal(self) -> list[tuple[str, str]] | None:
        """Return (kind, path) of each line, each once; None where nobody kept a journal."""
        try:
            lines = self.journal.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return None
        noted = (line.partition("\t") for line in dict.fromkeys(lines))
        return [(kind, path) for kind, _, path in noted if path.startswith("/")]

    def begin_journal(self) -> None:
        """Keep one from now on, with nothing in it."""
        self._replace(_JOURNAL, b"")

    def end_journal(self) -> None:
        """Keep none: what happens from now on is not noted."""
        self._unlink(_JOURNAL)

    def _unlink(self, name: str) -> None:
        try:
            (self._folder / name).unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise _trouble(self._folder / name, error) from error

    def _replace(self, name: str, data: bytes) -> None:
        place = self._folder / name
        draft = place.with_suffix(".tmp")  # one build at a time writes here, under its lock
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(data)
            draft.replace(place)
        except OSError as error:
            raise _trouble(place, error) from error


def _trouble(place: Path, error: OSError) -> StoreError:
    return StoreError(str(place), (error.strerror or str(error)).lower(), "let feedsvc write to its state directory")
