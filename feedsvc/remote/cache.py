"""What a replica keeps of a store on its own disk: blobs by their etag, and other objects by their name.

A cache: what is not there, or not as it was written, is asked for again. Nothing is synced, and every file is checked
as it is read, so that a power cut costs requests and never a wrong byte.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import get_ident

from feedsvc.publish.bodies import read_plain
from feedsvc.publish.manifest import make_etag

FOLDER = "replica"
"""The name of the folder in the state directory; each store has its own below it."""

KEPT = "kept"
"""The name of the folder of what may go when room is needed, below a store's own."""

_ETAG = re.compile(r"[0-9a-f]{32}")
_MOST_BYTES = 1 << 30


def is_etag(text: str) -> bool:
    """Tell whether a text may be what :func:`feedsvc.publish.manifest.make_etag` returns, and so the name of a file."""
    return _ETAG.fullmatch(text) is not None


def cache_folder(state: Path, address: str) -> Path:
    """Return where a replica of the store at ``address`` keeps what it has, below the state directory."""
    return state / FOLDER / make_etag(address.rstrip("/").encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An object as it was when it was last read: the store's tag of it, when it was changed there, and a mark of ours.

    ``modified`` is in seconds since the epoch.
    """

    data: bytes = field(repr=False)
    tag: str
    modified: int
    mark: str = ""


class DiskCache:
    """Files below ``directory``. Safe to use from many threads and processes; failures to write only cost requests."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def has(self, etag: str) -> bool:
        """Tell whether there is a file for a blob."""
        return is_etag(etag) and self._place(etag, "").is_file()

    def get(self, etag: str) -> bytes | None:
        """Return the blob with this etag, checked; None where it is not here."""
        if not is_etag(etag):
            return None
        place = self._place(etag, "")
        data = read_plain(place, _MOST_BYTES)
        if data is None:
            return None
        if make_etag(data) != etag:
            _remove(place)
            return None
        _note_use(place)
        return data

    def put(self, etag: str, data: bytes) -> None:
        """Keep a blob, whose bytes were checked."""
        _write(self._place(etag, ""), data)

    def date_as(self, etag: str, forerunner: str) -> None:
        """Date a blob by the last use of the one whose place it takes, so that what is asked for most stays longest."""
        with suppress(OSError):
            used = self._place(forerunner, "").stat().st_mtime_ns
            os.utime(self._place(etag, ""), ns=(used, used))

    def get_named(self, name: str) -> Kept | None:
        """Return an object by its name, as it was kept."""
        place = self._place(_key(name), ".named")
        found = read_plain(place, _MOST_BYTES)
        if found is None:
            return None
        head, _, data = found.partition(b"\n")
        try:
            says = json.loads(head)
            if says["name"] != name or says["etag"] != make_etag(data):
                return None
            kept = Kept(data=data, tag=str(says["tag"]), modified=int(says["modified"]), mark=str(says["mark"]))
        except (ValueError, LookupError, TypeError):
            return None
        _note_use(place)
        return kept

    def put_named(self, name: str, kept: Kept) -> None:
        """Keep an object by its name."""
        says = {"name": name, "etag": make_etag(kept.data), "tag": kept.tag, "modified": kept.modified}
        head = json.dumps({**says, "mark": kept.mark}).encode()
        _write(self._place(_key(name), ".named"), head + b"\n" + kept.data)

    def drop_named(self, name: str) -> None:
        """Forget an object that is not in the store any more."""
        _remove(self._place(_key(name), ".named"))

    def _place(self, key: str, suffix: str) -> Path:
        return self.directory / KEPT / key[:2] / (key + suffix)


def _key(name: str) -> str:
    return make_etag(name.encode())


def _note_use(place: Path) -> None:
    """Date a file by now, which is what goes by when room is needed; what is read again and again is held in memory."""
    with suppress(OSError):
        os.utime(place)


def _write(place: Path, data: bytes) -> None:
    draft = place.with_name(f".{place.name}.{os.getpid()}.{get_ident()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(place)
    except OSError:
        # A full disk: it is served all the same, and asked for again.
        _remove(draft)


def _remove(place: Path) -> None:
    with suppress(OSError):
        place.unlink(missing_ok=True)
