"""The head: which edition a store holds, with the ledger that belongs to it, as one small JSON object. Pure.

It is replaced by compare-and-swap, so edition and ledger change together or not at all, and a builder that lost its
lease cannot replace it: whoever took the lease over wrote the head anew, with the next term.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from feedsvc.errors import ObjectStoreError

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCopy:
    """A ledger in pieces: its mark (uuid and generation), its size in bytes, and the etags of its pieces in order."""

    mark: str
    size: int
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One edition of a store.

    ``term`` is that of the lease it was written under, from 1; ``snapshot`` the edition's id, ``manifest`` the etag of
    its manifest's bytes. Both are empty, and ``published`` None, where a lease was taken before anything was published.
    ``published`` is when the edition was committed, in whole seconds of UTC. ``site`` is what replicas must know of the
    site, plain JSON.
    """

    term: int
    snapshot: str = ""
    manifest: str = ""
    published: datetime | None = None
    ledger: LedgerCopy | None = None
    site: Mapping[str, object] = field(default_factory=dict)


def dump_head(head: Head) -> bytes:
    """Serialise as JSON; the same head gives the same bytes."""
    ledger = head.ledger
    document = {
        "version": VERSION,
        "term": head.term,
        "snapshot": head.snapshot,
        "manifest": head.manifest,
        "published": head.published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if head.published else None,
        "ledger": {"mark": ledger.mark, "size": ledger.size, "pieces": ledger.pieces} if ledger else None,
        "site": dict(head.site),
    }
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def parse_head(data: bytes, address: str) -> Head:
    """Read what :func:`dump_head` wrote; ``address`` is named in messages. Raises :class:`ObjectStoreError`."""
    try:
        document = json.loads(data)
        version = document["version"]
        if version != VERSION:
            raise ObjectStoreError(address, f"is of version {version!r}, not {VERSION}", _LATER)
        ledger = document["ledger"]
        published = document["published"]
        return Head(
            term=int(document["term"]),
            snapshot=str(document["snapshot"]),
            manifest=str(document["manifest"]),
            published=datetime.fromisoformat(published) if published else None,
            ledger=LedgerCopy(mark=str(ledger["mark"]), size=int(ledger["size"]), pieces=tuple(ledger["pieces"]))
            if ledger
            else None,
            site=dict(document["site"]),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ObjectStoreError(address, f"is not the head of a store ({error!r})", _ANEW) from error


_LATER = "use the feedsvc that wrote it, or a later one"
_ANEW = "restore it, or empty the prefix and build again"
