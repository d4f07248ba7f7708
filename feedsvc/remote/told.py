"""What hubs were told last, left in the store: a builder that takes over tells them of nothing once more.

It is no part of an edition, and nobody is hurt where it is old or gone: hubs then hear of some feeds twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from feedsvc.objects.store import Objects
from feedsvc.remote.layout import TOLD

Told = Mapping[tuple[str, str], str]
"""(hub, topic) -> etag."""

_VERSION = 1


def read_told(objects: Objects) -> Told:
    """Return what was left; nothing where none is, or it is not understood. Raises ObjectStoreError."""
    stored = objects.get(TOLD)
    try:
        document = json.loads(stored.data) if stored else {}
        if document.get("version") != _VERSION:
            return {}
        return {(hub, topic): str(etag) for hub, told in document["hubs"].items() for topic, etag in told.items()}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def write_told(objects: Objects, told: Told) -> None:
    """Replace what was left. Raises ObjectStoreError."""
    hubs: dict[str, dict[str, str]] = {}
    for (hub, topic), etag in sorted(told.items()):
        hubs.setdefault(hub, {})[topic] = etag
    document = json.dumps({"version": _VERSION, "hubs": hubs}, ensure_ascii=False, separators=(",", ":"))
    objects.put(TOLD, document.encode(), {"Content-Type": "application/json", "Cache-Control": "no-store"})
