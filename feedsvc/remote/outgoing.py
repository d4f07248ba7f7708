"""What is about to be sent: the edition that lies in the published tree, and the head that will name it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from feedsvc.errors import StoreError
from feedsvc.publish.bodies import read_plain
from feedsvc.publish.manifest import MANIFEST, Manifest, make_etag, parse_manifest
from feedsvc.remote.head import Head, LedgerCopy
from feedsvc.remote.layout import blob_name
from feedsvc.remote.plan import list_names
from feedsvc.remote.task import Task

_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What is to be in the store: the manifest as it lies, the head that names it, and extras, bytes by name.

    ``names`` is every object that it needs, pages of archives apart.
    """

    data: bytes
    manifest: Manifest
    head: Head
    extras: Mapping[str, bytes]

    names: frozenset[str]

    @property
    def extra_tags(self) -> dict[str, str]:
        """Return the etags of the extras by name."""
        return {name: make_etag(data) for name, data in self.extras.items()}


def read_edition(task: Task, head: Head, ledger: LedgerCopy | None, site: Mapping[str, object]) -> Edition:
    """Read it. Raises :class:`StoreError`, or :class:`ManifestError`, where the tree cannot be read."""
    place = task.directory / MANIFEST
    data = read_plain(place, _MOST_BYTES)
    if data is None:
        raise StoreError(str(place), "cannot be read", "build again")
    manifest, etag = parse_manifest(data, place), make_etag(data)
    same = head.manifest == etag
    ours = Head(
        term=task.term,
        snapshot=manifest.snapshot,
        manifest=etag,
        published=head.published if same else task.now.replace(microsecond=0),
        ledger=ledger,
        site=json.loads(json.dumps(dict(site))),  # as it will be read back
    )
    found = {name: read_plain(task.directory / name, _MOST_BYTES) for name in task.terms.extras}
    extras = {name: body for name, body in found.items() if body is not None}
    blobs = {blob_name(each) for each in (etag, *(ledger.pieces if ledger else ()))}
    names = list_names(manifest) | extras.keys() | blobs | {MANIFEST}
    return Edition(data=data, manifest=manifest, head=ours, extras=extras, names=names)


def read_file(task: Task, name: str, etag: str) -> bytes:
    """Return the bytes of a file of the tree. Raises :class:`StoreError` where they are not those of ``etag``."""
    data = read_plain(task.directory / name, _MOST_BYTES)
    if data is None or make_etag(data) != etag:
        raise StoreError(str(task.directory / name), "is not what was published", "build again, which writes it anew")
    return data
