"""A copy of the ledger in a store: the SQLite file in pieces, of which a build sends those that changed.

A ledger keeps rollback journals and nobody writes it but under the build lock, so between two commits the file is a
whole database, and can be copied as it lies. A piece is 128 kB of the file, compressed, named by what it holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from feedsvc.errors import ObjectConflictError, StoreError
from feedsvc.ledger import open_ledger
from feedsvc.objects.store import Objects
from feedsvc.publish.manifest import make_etag
from feedsvc.remote.head import LedgerCopy
from feedsvc.remote.layout import blob_name

PIECE = 128 * 1024
_LEVEL = 3
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A ledger in pieces: what a head says of it, and the place of each piece in ``path`` by its etag."""

    path: Path
    copy: LedgerCopy
    places: dict[str, int] = field(repr=False)


class Cutter:
    """Cuts a ledger again and again, and compresses no piece twice that it remembers."""

    def __init__(self) -> None:
        self._etags: dict[bytes, str] = {}

    def cut(self, path: Path, mark: str) -> Cut:
        """Cut the ledger at ``path``, which has this mark; under the build lock, with nothing left to commit.

        Raises :class:`StoreError` where it cannot be read, or was left in the middle of a commit.
        """
        journal = path.with_name(f"{path.name}-journal")
        with explained(path):
            if journal.exists() and journal.stat().st_size:
                raise StoreError(str(path), "is in the middle of a commit", "build again")
            size = 0
            etags: dict[bytes, str] = {}
            places: dict[str, int] = {}
            pieces = []
            with path.open("rb") as file:
                while data := file.read(PIECE):
                    digest = hashlib.sha256(data).digest()
                    etag = etags[digest] = self._etags.get(digest) or make_etag(_compress(data))
                    places.setdefault(etag, size)
                    pieces.append(etag)
                    size += len(data)
        self._etags = etags
        return Cut(path=path, copy=LedgerCopy(mark=mark, size=size, pieces=tuple(pieces)), places=places)


def mark_of(path: Path) -> str:
    """Return the mark of the ledger at ``path``; empty where there is none. Raises what opening it raises."""
    if not path.exists():
        return ""
    with closing(open_ledger(path)) as ledger:
        return ledger.mark()


def send_pieces(objects: Objects, cut: Cut, known: Collection[str]) -> int:
    """Send the pieces that are not ``known`` to be there, and return how many bytes. Raises :class:`ObjectStoreError`.

    To be called before the build lock is given back. A head may name them when it returns.
    """
    known = frozenset(known)
    missing = [etag for etag in cut.places if etag not in known]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ledger") as pool:
        return sum(pool.map(lambda etag: _send(objects, cut, etag), missing))


def _send(objects: Objects, cut: Cut, etag: str) -> int:
    with explained(cut.path), cut.path.open("rb") as file:
        file.seek(cut.places[etag])
        data = _compress(file.read(PIECE))
    with suppress(ObjectConflictError):  # it is there already, and named after its bytes
        objects.put(blob_name(etag), data, {"Content-Type": "application/zstd"}, expect=False)
    return len(data)


def _compress(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL).compress(data)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the disk says into a :class:`StoreError` about the ledger."""
    try:
        yield
    except OSError as error:
        raise StoreError(str(path), f"cannot be copied: {error.strerror}", "see to the disk and build again") from error
