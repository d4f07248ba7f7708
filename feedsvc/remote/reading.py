"""How a worker of a replica reads: from the disk what is there, from the store what is not, and never unchecked."""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from feedsvc.errors import BodyUnavailableError, NotModifiedError
from feedsvc.model import Representation, Snapshot, Variant
from feedsvc.objects.store import Objects, Stored
from feedsvc.publish.archive import StoredPage, make_page
from feedsvc.publish.history import History, history_name, parse_history
from feedsvc.publish.manifest import make_etag
from feedsvc.publish.moved import parse_moved
from feedsvc.remote.cache import DiskCache, Kept
from feedsvc.remote.fetching import Fetcher
from feedsvc.remote.layout import OWN, blob_name
from feedsvc.remote.prefetch import fetch_blob

logger = logging.getLogger(__name__)

_MOST_SEEN = 4096
_CHUNK = 64 * 1024


class _Seen(NamedTuple):
    at: float
    mark: str
    there: bool


class RemoteReader:
    """Reads for one worker. ``poll`` is how long, in seconds, what has no edition is believed without asking again.

    Every method raises :class:`BodyUnavailableError` where the store would have to be asked and cannot be.
    """

    def __init__(
        self,
        objects: Objects,
        cache: DiskCache,
        fetcher: Fetcher,
        *,
        poll: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._objects, self._cache, self._fetcher = objects, cache, fetcher
        self._poll, self._monotonic = poll, monotonic
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def find_body(self, path: str, variant: Variant) -> bytes | None:
        """Return the bytes of a variant of the document at ``path``; None where the store has them no more."""
        body = self._cache.get(variant.etag)
        if body is None:
            address = self._objects.place(blob_name(variant.etag))
            body = self._fetcher.run(address, partial(fetch_blob, self._objects, self._cache, variant.etag))
        if body is not None and len(body) != variant.size:
            raise BodyUnavailableError(path, f"is of {len(body)} bytes, and its manifest says {variant.size}")
        return body

    def read_page(self, path: str, document: Representation) -> StoredPage | None:
        """Return the page at ``path`` of the archive of ``document``; None where there is none."""
        kept = self._read(path[1:], is_page)
        return make_page(path, document, kept.data, kept.modified) if kept else None

    def read_moved(self, document: str) -> Mapping[str, str]:
        """Return old name -> name of the pages of the document at a path."""
        kept = self._read(f"{OWN}moved/{history_name(document)}", _anything)
        return parse_moved(kept.data, document) if kept else {}

    def find_history(self, source: Callable[[], Snapshot | None], path: str) -> History:
        """Return what is remembered of the document at ``path`` in the edition of ``source``; nothing if unknown."""
        snapshot = source()
        document = snapshot.representations.get(path) if snapshot else None
        if document is None:
            return History(path=path)
        try:
            kept = self._read(f"{OWN}history/{history_name(path)}", _anything, document.variants[0].etag)
        except BodyUnavailableError:
            return History(path=path)  # the answer is then the whole document
        return parse_history(kept.data, path) if kept else History(path=path)

    def _read(self, name: str, check: Callable[[Stored], bool], mark: str = "") -> Kept | None:
        """Return an object as it is in the store, or was when the store was last reached.

        With a ``mark`` it is asked for again when that is another, else when ``poll`` is over.
        """
        seen = self._seen.get(name)
        fresh = seen is not None and (seen.mark == mark if mark else self._monotonic() - seen.at < self._poll)
        if fresh and seen and not seen.there:
            return None
        kept = self._cache.get_named(name)
        if kept is not None and (fresh or (mark and kept.mark == mark)):
            return kept
        try:
            kept = self._fetcher.run(self._objects.place(name), partial(self._ask, name, check, kept, mark))
        except BodyUnavailableError:
            if kept is None:
                raise
            return kept
        self._note(name, _Seen(self._monotonic(), mark, kept is not None))
        return kept

    def _ask(self, name: str, check: Callable[[Stored], bool], kept: Kept | None, mark: str) -> Kept | None:
        try:
            stored = self._objects.get(name, unless=kept.tag if kept else "")
        except NotModifiedError:
            if kept is not None and kept.mark != mark:
                kept = replace(kept, mark=mark)
                self._cache.put_named(name, kept)
            return kept
        if stored is None:
            self._cache.drop_named(name)
            return None
        if not check(stored):
            address = self._objects.place(name)
            logger.warning("%s: is damaged and not served; it is asked for again", address)
            raise BodyUnavailableError(address, "is damaged")
        fresh = Kept(data=stored.data, tag=stored.tag, modified=int(stored.modified.timestamp()), mark=mark)
        self._cache.put_named(name, fresh)
        return fresh

    def _note(self, name: str, seen: _Seen) -> None:
        with self._lock:
            self._seen[name] = seen
            self._seen.move_to_end(name)
            if len(self._seen) > _MOST_SEEN:
                self._seen.popitem(last=False)


def is_page(stored: Stored) -> bool:
    """Tell whether a page of an archive is whole: by the digest beside it, else by gzip's own checksum (RFC 1952)."""
    digest = stored.attributes.get("digest")
    if digest is not None:
        return make_etag(stored.data) == digest
    unpacker, rest = zlib.decompressobj(31), stored.data
    try:
        while not unpacker.eof and (unpacker.decompress(rest, _CHUNK) or unpacker.unconsumed_tail):
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof and not unpacker.unused_data


def _anything(_: Stored) -> bool:
    return True
