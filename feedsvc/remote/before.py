"""What a store holds before an edition is sent: as this machine left it, else as a listing tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from feedsvc.errors import ManifestError
from feedsvc.publish.manifest import EMPTY, MANIFEST, Manifest, make_etag, parse_manifest
from feedsvc.remote.head import Head
from feedsvc.remote.layout import RETIRED, blob_name
from feedsvc.remote.plan import list_names
from feedsvc.remote.sent import Record
from feedsvc.remote.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is there.

    ``manifest`` is that of the head, ``projected`` what a CDN serves for certain, ``needed`` what the two name, and
    ``extras`` the etags of the files beside. ``names`` is a listing of the store, None where it was not needed: then
    nothing but what ``record`` tells is there. ``retired`` is when the first of what is to go was retired.
    """

    manifest: Manifest
    projected: Manifest
    needed: frozenset[str]
    extras: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] | None = field(default=None, repr=False)
    record: Record | None = None
    retired: float | None = None

    def has(self, name: str) -> bool:
        """Say whether an object is known to be there."""
        return name in (self.needed if self.names is None else self.names)


def find_out(task: Task, head: Head, data: bytes) -> Before:
    """Ask the memory, or the store where somebody else was there since; ``data`` are our manifest's bytes."""
    known = task.memory.read(task.objects.address, task.term)
    if known is None or known[0].rules != task.terms.rules:
        return _compare(task, head)
    record, kept = known
    projected = _parse(kept)
    manifest = _read_manifest(task, head, {make_etag(data): data, make_etag(kept): kept})
    return Before(
        manifest=manifest,
        projected=projected,
        needed=_needed(head, manifest) | list_names(projected),
        extras=record.extras,
        record=record,
        retired=record.retired,
    )


def _compare(task: Task, head: Head) -> Before:
    """List all that is there. What a CDN serves is looked at name by name, whatever the store's manifest says."""
    manifest = _read_manifest(task, head, {})
    names = frozenset(each.name for each in task.objects.list())
    stored = task.objects.get(MANIFEST) if MANIFEST in names else None
    served = _parse(stored.data) if stored else EMPTY
    # When the first of what is to go was retired is told by the list itself.
    return Before(
        manifest=manifest,
        projected=EMPTY,
        needed=_needed(head, manifest) | list_names(served),
        names=names,
        retired=0.0 if RETIRED in names else None,
    )


def _needed(head: Head, manifest: Manifest) -> frozenset[str]:
    pieces = head.ledger.pieces if head.ledger else ()
    blobs = (blob_name(etag) for etag in (head.manifest, *pieces) if etag)
    return list_names(manifest).union(blobs)


def _read_manifest(task: Task, head: Head, held: Mapping[str, bytes]) -> Manifest:
    """Return the manifest that a head names, read from the store unless it is held; nothing where it is damaged.

    Then all is sent again, and nothing is known to be needed no more until all is compared.
    """
    if not head.manifest:
        return EMPTY
    if (data := held.get(head.manifest)) is None:
        stored = task.objects.get(blob_name(head.manifest))
        data = stored.data if stored and make_etag(stored.data) == head.manifest else b""
    return _parse(data)


def _parse(data: bytes) -> Manifest:
    try:
        return parse_manifest(data, Path(MANIFEST))
    except ManifestError:
        return EMPTY
