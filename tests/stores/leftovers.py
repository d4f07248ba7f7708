"""What is in a store that no edition needs: on the list of what goes, and gone once the grace period is over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from feedsvc.feeds.archive import parse_page_path
from feedsvc.objects.store import Objects
from feedsvc.publish.manifest import MANIFEST, parse_manifest
from feedsvc.remote.head import parse_head
from feedsvc.remote.layout import HEAD, LEASE, OWN, RETIRED, blob_name
from feedsvc.remote.plan import list_names

_STYLESHEET = "-/feed.css"
# These are there only where there is something to tell.
_MAYBE = (f"{OWN}history/", f"{OWN}moved/")


def assert_nothing_is_left(objects: Objects, public: Path, build_without_grace: Callable[[], None]) -> tuple[int, int]:
    """Check it before and after a build, and return how many objects were swept and how many stay."""
    required, allowed = _needed(objects, public)
    stored = objects.get(RETIRED)
    assert stored
    there = {each.name for each in objects.list()}
    assert required <= there
    assert there - allowed <= json.loads(stored.data)["retired"].keys()
    assert there - allowed, "nothing was left that could be swept"
    build_without_grace()
    required, allowed = _needed(objects, public)
    left = {each.name for each in objects.list()}
    assert required <= left <= allowed
    return len(there - left), len(left)


def _needed(objects: Objects, public: Path) -> tuple[set[str], set[str]]:
    """Return what must be in the store, and what may be."""
    stored = objects.get(HEAD)
    assert stored
    head = parse_head(stored.data, HEAD)
    manifest = parse_manifest((public / MANIFEST).read_bytes(), public / MANIFEST)
    named = set(list_names(manifest))
    blobs = {blob_name(each) for each in (head.manifest, *(head.ledger.pieces if head.ledger else ()))}
    files = (f"/{file.relative_to(public).as_posix()}".removesuffix(".gz") for file in public.rglob("*.gz"))
    pages = {path[1:] for path in files if parse_page_path(path)}
    required = {each for each in named if not each.startswith(_MAYBE)} | blobs | pages
    required |= {_STYLESHEET, MANIFEST, HEAD, RETIRED}
    return required, required | named | {LEASE}
