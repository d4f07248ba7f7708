"""Archive pages in the published tree: each once, as gzip, beside the edition and not part of it.

No manifest lists them, so that an edition's cost does not grow with the past; a page is found by its address alone.
Each is written below ``.next-archive`` and renamed into its place, so that what is there is always whole.
"""

from __future__ import annotations

import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.model import Representation, Variant
from feedsvc.publish.bodies import read_dated, read_plain
from feedsvc.publish.disk import Disk, resolve
from feedsvc.publish.encodings import SUFFIXES, encode
from feedsvc.publish.journal import PAGE, note
from feedsvc.publish.manifest import ARCHIVE_STAGING, STAGING, make_etag

_SUFFIX = SUFFIXES["gzip"]
# Of a page in gzip, to be read at a time; far more than 200 entries take.
_MOST_BYTES = 256 * 1024 * 1024
_CHUNK = 64 * 1024
# Pages that wait to be compressed.
_AT_A_TIME = 2
# RFC 1952, 2.3: magic, the method and the flags that our encoder writes; ISIZE is the last four bytes.
_HEADER, _LEAST = b"\x1f\x8b\x08\x00", 18


class ArchiveTree:
    """Writes and removes pages below ``directory``; paths are URL paths. All methods raise :class:`StoreError`.

    ``mtime``, in seconds since the epoch, is what changed pages are dated. ``journals`` are told what will change.
    """

    def __init__(self, directory: Path, mtime: int, disk: Disk | None = None, journals: Sequence[Path] = ()) -> None:
        self._journals = journals
        self._disk = disk or Disk()
        self._directory = resolve(directory)
        self._mtime = mtime
        self._staged: list[tuple[Path, Path]] = []
        # Compressing takes no lock of the interpreter's: the next page is rendered meanwhile.
        self._worker = ThreadPoolExecutor(1)
        self._taken: deque[Future[None]] = deque()
        self._clear()

    def add(self, path: str, body: bytes) -> None:
        """Take a page for :meth:`flush`; one whose bytes are in place already is left alone."""
        self._taken.append(self._worker.submit(self._stage, path, body))
        self._wait(_AT_A_TIME)

    def _wait(self, left: int) -> None:
        """Wait until at most so many of the pages taken are not staged."""
        while len(self._taken) > left:
            self._taken.popleft().result()

    def _stage(self, path: str, body: bytes) -> None:
        data = encode("gzip", body)
        place = self._place(path)
        if read_plain(place, _MOST_BYTES) == data:
            return
        draft = self._directory / ARCHIVE_STAGING / str(len(self._staged))
        if not self._staged:
            self._disk.make_directory(draft.parent)
        self._disk.write(draft, data, max(self._mtime, _mtime(place) + 1))
        self._staged.append((draft, place))

    def flush(self) -> int:
        """Put what was taken into place, durably; return how many pages that were."""
        self._wait(0)
        self._disk.sync(draft for draft, _ in self._staged)
        note(self._journals, PAGE, (self._path(place) for _, place in self._staged))
        folders: set[Path] = set()
        for draft, place in self._staged:
            self._disk.make_directory(place.parent)
            self._disk.replace(draft, place)
            folders.update(place.parents[:3])
        self._disk.sync(sorted(folders))
        number = len(self._staged)
        self._staged.clear()
        return number

    def remove(self, path: str) -> None:
        """Remove a page, and the folders that it leaves empty."""
        place = self._place(path)
        note(self._journals, PAGE, [path])
        self._disk.remove(place)
        for folder in place.relative_to(self._directory).parents[:-1]:
            if not self._disk.prune(self._directory / folder):
                break

    def close(self) -> None:
        """Leave nothing of what was not put into place."""
        self._worker.shutdown(cancel_futures=True)
        self._clear()

    def _place(self, path: str) -> Path:
        return self._directory / (path[1:] + _SUFFIX)

    def _path(self, place: Path) -> str:
        return f"/{place.relative_to(self._directory).as_posix()}".removesuffix(_SUFFIX)

    def _clear(self) -> None:
        self._staged.clear()
        self._disk.remove_tree(self._directory / ARCHIVE_STAGING)


def find_pages(directory: Path, is_page: Callable[[str], bool]) -> Iterator[str]:
    """Yield the URL path of every file of a tree, less its suffix, that ``is_page`` says is a page."""
    for folder, inner, files in os.walk(directory):
        inner[:] = sorted(name for name in inner if not name.startswith(STAGING))
        for name in sorted(files):
            path = f"/{(Path(folder) / name).relative_to(directory).as_posix()}"
            if path.endswith(_SUFFIX) and is_page(path.removesuffix(_SUFFIX)):
                yield path.removesuffix(_SUFFIX)


def read_page_file(directory: Path, path: str) -> bytes | None:
    """Return the bytes in gzip of the page at a URL path; None where there is no plain file."""
    return read_plain(directory / (path[1:] + _SUFFIX), _MOST_BYTES)


def _mtime(place: Path) -> int:
    try:
        return int(place.lstat().st_mtime)
    except OSError:
        return -1


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A page of an archive as it was read: what it is, and its bytes in gzip."""

    representation: Representation
    data: bytes = field(repr=False)

    def read(self, coding: str) -> Iterator[bytes]:
        """Yield its bytes in ``gzip`` or, unpacked piece by piece, as ``identity``."""
        if coding == "gzip":
            yield self.data
            return
        unpacker = zlib.decompressobj(31)
        rest = self.data
        while piece := unpacker.decompress(rest, _CHUNK):
            yield piece
            rest = unpacker.unconsumed_tail


def read_page(directory: Path, path: str, document: Representation) -> StoredPage | None:
    """Read the page at ``path`` of the archive of ``document``; None where there is no plain file with a page.

    Its date is the file's, and its validators are of the bytes: identity's is made of gzip's, of which it follows.
    """
    found = read_dated(directory / (path[1:] + _SUFFIX), _MOST_BYTES)
    return make_page(path, document, *found) if found else None


def make_page(path: str, document: Representation, data: bytes, mtime: int) -> StoredPage | None:
    """Return the page that ``data`` is, changed at ``mtime`` (seconds since the epoch); None if it is no gzip."""
    if len(data) < _LEAST or not data.startswith(_HEADER):
        return None
    etag = make_etag(data)
    variants = (
        Variant(coding="identity", etag=make_etag(f"identity of {etag}".encode()), size=_unpacked_size(data)),
        Variant(coding="gzip", etag=etag, size=len(data)),
    )
    representation = Representation(
        path=path,
        media_type=document.media_type,
        last_modified=datetime.fromtimestamp(mtime, UTC),
        entry_count=0,
        variants=variants,
        feed=document.feed,
        format=document.format,
        title=document.title,
    )
    return StoredPage(representation=representation, data=data)


def _unpacked_size(data: bytes) -> int:
    # Of 2^32 bytes and more it would be the rest only (RFC 1952, 2.3.1); no page is as large.
    return int.from_bytes(data[-4:], "little")
