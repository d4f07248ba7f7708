"""Blobs as they come from a store, checked; and those of an edition that will be asked for, before anybody does."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from feedsvc.errors import BodyUnavailableError, UnfitStoreError
from feedsvc.objects.store import Objects
from feedsvc.publish.manifest import Manifest, make_etag
from feedsvc.remote.cache import DiskCache, is_etag
from feedsvc.remote.layout import blob_name

logger = logging.getLogger(__name__)

_AT_A_TIME = 8


def fetch_blob(objects: Objects, cache: DiskCache, etag: str) -> bytes | None:
    """Return a blob from the store, checked, and keep it; None where there is none.

    Raises :class:`BodyUnavailableError` for other bytes than its name says, and :class:`ObjectStoreError`.
    """
    address = objects.place(blob_name(etag))
    stored = objects.get(blob_name(etag)) if is_etag(etag) else None
    if stored is None:
        return None
    if make_etag(stored.data) != etag:
        logger.warning("%s: is damaged and not served; it is asked for again", address)
        raise BodyUnavailableError(address, "is damaged")
    cache.put(etag, stored.data)
    return stored.data


def prefetch(objects: Objects, cache: DiskCache, before: Manifest, after: Manifest) -> None:
    """Have in ``cache`` each variant of ``after`` that changed and was there as it was ``before``.

    Raises what :func:`fetch_blob` does, and :class:`UnfitStoreError` for one that the store does not have.
    """
    forerunners = {etag: old for old, etag in _replaced(before, after) if cache.has(old) and not cache.has(etag)}
    wanted = sorted(forerunners)
    if not wanted:
        return
    with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="prefetch") as threads:
        fetched = threads.map(partial(fetch_blob, objects, cache), wanted)
        for etag, body in zip(wanted, fetched, strict=True):
            if body is None:
                raise UnfitStoreError(objects.place(blob_name(etag)), "is not there, and the manifest names it")
            cache.date_as(etag, forerunners[etag])


def _replaced(before: Manifest, after: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the etags of each variant before and after, of documents that are in both and changed."""
    for path, document in after.representations.items():
        old = before.representations.get(path)
        if old is None or old.variants == document.variants:
            continue
        etags = {variant.coding: variant.etag for variant in old.variants}
        for variant in document.variants:
            if etags.get(variant.coding, variant.etag) != variant.etag:
                yield etags[variant.coding], variant.etag
