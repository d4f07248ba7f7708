"""The other way: a copy of the ledger in a store becomes this machine's ledger, if it is to go on from there."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from feedsvc.errors import ObjectStoreError
from feedsvc.ledger import open_ledger
from feedsvc.objects.store import Objects
from feedsvc.publish.manifest import make_etag
from feedsvc.remote.head import LedgerCopy
from feedsvc.remote.layout import HEAD, blob_name
from feedsvc.remote.ledgercopy import PIECE, explained

_log = logging.getLogger(__name__)

_AT_ONCE = 8
# Pieces that are read from the store before they are written: some 4 MB, compressed.
_BATCH = 64


def take_over(objects: Objects, copy: LedgerCopy, path: Path) -> bool:
    """Have the ledger at ``path`` hold all that the copy does, and return whether it was restored for that.

    A ledger that was made of the copy stays. One that was not is replaced, and kept beside as
    ``ledger.sqlite3.before-<mark>`` if it holds decisions that the copy does not: they can be looked into, and merged
    by `feedsvc import --merge`. To be called under the build lock, with the ledger closed. Raises
    :class:`ObjectStoreError` where the copy is not whole, :class:`StoreError` where it cannot be written; the ledger
    is then as it was.
    """
    before = ""
    if path.exists():
        # Opening it also ends a commit that was cut off: a journal left behind would be played into the new file.
        with closing(open_ledger(path)) as ledger:
            if ledger.includes(copy.mark):
                return False
            before = ledger.mark()
    draft = path.with_name(f".{path.name}.restored")
    with explained(path):
        try:
            _fetch(objects, copy, draft)
            kept = _check(objects, copy, draft, before)
            if before and not kept:
                _keep_beside(path, before)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(path)
            _sync_folder(path.parent)
        finally:
            for each in (draft, draft.with_name(f"{draft.name}-journal")):
                each.unlink(missing_ok=True)
    _log.info("%s: restored from %s, where another builder went on with it", path, objects.address)
    return True


def _fetch(objects: Objects, copy: LedgerCopy, draft: Path) -> None:
    if len(copy.pieces) != -(-copy.size // PIECE):
        raise _not_whole(objects, f"{len(copy.pieces)} pieces cannot be {copy.size} bytes")
    draft.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("wb") as file, ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ledger") as pool:
        for start in range(0, len(copy.pieces), _BATCH):
            for data in pool.map(lambda etag: _get(objects, etag), copy.pieces[start : start + _BATCH]):
                file.write(data)
        if file.tell() != copy.size:
            raise _not_whole(objects, f"it is {file.tell()} bytes long, not {copy.size}")


def _get(objects: Objects, etag: str) -> bytes:
    stored = objects.get(blob_name(etag)) if etag.isalnum() else None
    if stored is None:
        raise _not_whole(objects, f"the piece {etag[:40]!r} is not there")
    if make_etag(stored.data) != etag:
        raise _not_whole(objects, f"the piece {etag} was changed")
    return _decompress(objects, stored.data)


def _check(objects: Objects, copy: LedgerCopy, draft: Path, before: str) -> bool:
    """Have SQLite look through what was fetched, and name it anew; return whether it includes the ledger ``before``."""
    try:
        with closing(sqlite3.connect(draft)) as connection:
            told = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise _not_whole(objects, f"SQLite says: {error}") from error
    if told != "ok":
        raise _not_whole(objects, f"SQLite says: {told}")
    with closing(open_ledger(draft)) as ledger:
        if ledger.mark() != copy.mark:
            raise _not_whole(objects, f"its mark is {ledger.mark()}, not {copy.mark}")
        ledger.branch()
        ledger.commit()
        return before != "" and ledger.includes(before)


def _keep_beside(path: Path, mark: str) -> None:
    """Keep what cannot be derived again; by a link, so that there is a ledger at any time."""
    beside = path.with_name(f"{path.name}.before-{mark.replace(':', '-')}")
    beside.unlink(missing_ok=True)
    try:
        beside.hardlink_to(path)
    except OSError:
        shutil.copy2(path, beside)
    _log.warning(
        "%s: another builder went on from an earlier state of this ledger; what was decided here since then was never "
        "sent, is not in the feeds of the store, and is kept in %s",
        path,
        beside.name,
    )


def _decompress(objects: Objects, data: bytes) -> bytes:
    import zstandard

    try:
        # The frame says how long it is, and is believed before any limit that is given.
        if not 0 < zstandard.frame_content_size(data) <= PIECE:
            raise _not_whole(objects, "a piece is too long")
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=PIECE)
    except zstandard.ZstdError as error:
        raise _not_whole(objects, f"a piece cannot be read: {error}") from error


def _not_whole(objects: Objects, reason: str) -> ObjectStoreError:
    hint = "restore the bucket; or, if this builder's own ledger is the newest, delete the head and build again"
    return ObjectStoreError(objects.place(HEAD), f"the ledger it names is not whole: {reason}", hint)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
