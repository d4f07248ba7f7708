"""What is to be sent, seen from two manifests: blobs, and the names under which a CDN serves them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedsvc.publish.history import history_name
from feedsvc.publish.manifest import Manifest, file_names
from feedsvc.publish.mediatypes import content_type_of
from feedsvc.remote.layout import OWN, blob_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An object that a CDN serves: it is called as its file in the tree is; ``etag`` is that of its bytes."""

    name: str
    etag: str
    content_type: str
    coding: str

    def attributes(self, cache_control: str) -> dict[str, str]:
        """Return HTTP's metadata (RFC 9110, 8.3 and 8.4; RFC 9111, 5.2)."""
        encoded = {} if self.coding == "identity" else {"Content-Encoding": self.coding}
        return {"Content-Type": self.content_type, "Cache-Control": cache_control, **encoded}


def list_served(manifest: Manifest) -> Iterator[Served]:
    """Yield every object of an edition that a CDN serves, each document before its codings."""
    for each in manifest.representations.values():
        for name, variant in zip(file_names(each), each.variants, strict=True):
            content_type = content_type_of(each.media_type)
            yield Served(name=name, etag=variant.etag, content_type=content_type, coding=variant.coding)


def list_changed(old: Manifest, new: Manifest) -> list[Served]:
    """Return what a CDN is to serve that it does not serve as it is to."""
    before = {each.name: each for each in list_served(old)}
    return [each for each in list_served(new) if before.get(each.name) != each]


def list_blobs(manifest: Manifest) -> Mapping[str, str]:
    """Return etag -> name of a file of the tree with these bytes, of every variant."""
    blobs: dict[str, str] = {}
    for each in list_served(manifest):
        blobs.setdefault(each.etag, each.name)
    return blobs


def list_rewritten(old: Manifest, new: Manifest) -> list[str]:
    """Return the paths of documents, aliases apart, that hold other bytes now; of those their histories tell more."""
    return [
        path
        for path, each in new.representations.items()
        if not each.alias_of and path in old.representations and old.representations[path].variants != each.variants
    ]


def list_names(manifest: Manifest) -> frozenset[str]:
    """Return the name of every object that an edition needs, its pages of archives and its ledger apart."""
    named: set[str] = set()
    for each in manifest.representations.values():
        named.update(file_names(each))
        named.update(blob_name(variant.etag) for variant in each.variants)
        named.update((history_object(each.path), moved_object(each.path)))
    return frozenset(named)


def history_object(path: str) -> str:
    """Return where the history of the document at a path is."""
    return f"{OWN}history/{history_name(path)}"


def moved_object(path: str) -> str:
    """Return where it is told which of the document's pages moved."""
    return f"{OWN}moved/{history_name(path)}"
