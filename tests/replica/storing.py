"""What a builder leaves in a store, written by hand: enough of it for a replica to follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.feeds.archive import parse_page_path
from feedsvc.objects.store import Objects
from feedsvc.publish.manifest import MANIFEST, file_names, make_etag, parse_manifest
from feedsvc.remote.head import Head, dump_head
from feedsvc.remote.layout import HEAD, OWN, blob_name
from feedsvc.remote.sitefacts import SiteFacts, dump_site

FACTS = SiteFacts(title="과학 소식", url="https://example.org", server_url="https://feeds.example.org", language="ko")


def store_edition(
    objects: Objects,
    public: Path,
    *,
    state: Path | None = None,
    term: int = 1,
    site: Mapping[str, object] | None = None,
    published: datetime | None = None,
) -> Head:
    """Send a published tree in the order of the contract: blobs, histories, the head, pages of archives."""
    data = (public / MANIFEST).read_bytes()
    manifest = parse_manifest(data, public / MANIFEST)
    for each in manifest.representations.values():
        for name, variant in zip(file_names(each), each.variants, strict=True):
            _put_blob(objects, variant.etag, (public / name).read_bytes())
    _put_blob(objects, make_etag(data), data)
    for folder, name in (("history", "history"), ("archives", "moved")):
        for file in sorted((state / folder).glob("*.json")) if state else ():
            objects.put(f"{OWN}{name}/{file.name}", file.read_bytes())
    head = Head(
        term=term,
        snapshot=manifest.snapshot,
        manifest=make_etag(data),
        published=published or datetime.now(UTC).replace(microsecond=0),
        site=dump_site(FACTS) if site is None else site,
    )
    objects.put(HEAD, dump_head(head))
    for file in sorted(public.rglob("*.gz")):
        path = f"/{file.relative_to(public).as_posix()}".removesuffix(".gz")
        if parse_page_path(path):
            page = file.read_bytes()
            objects.put(path[1:], page, {"Content-Encoding": "gzip", "digest": make_etag(page)})
    return head


def _put_blob(objects: Objects, etag: str, data: bytes) -> None:
    if objects.get(blob_name(etag)) is None:
        objects.put(blob_name(etag), data, expect=False)
