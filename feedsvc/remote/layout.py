"""What is where below the prefix of a store. Pure.

    atom.xml, categories/…            what a CDN may serve, under the names of their URLs (a projection of the head)
    manifest.json                     the published tree's own manifest, replaced last
    .feedsvc/head.json                the edition: replaced by compare-and-swap, THE COMMIT POINT
    .feedsvc/lease.json               who may build
    .feedsvc/told.json                what hubs were told last
    .feedsvc/retired.json             blobs that no edition needs any more, and since when
    .feedsvc/blobs/<etag>             bytes of one variant, of a manifest or of a piece of the ledger: never changed
    .feedsvc/history/<name>.json      what documents held before (deltas), as in ``var/history``
    .feedsvc/moved/<name>.json        where pages of archives went, as in ``var/archives``

A blob is named by :func:`feedsvc.publish.manifest.make_etag` of its bytes, so whoever reads one can check it.
"""

from __future__ import annotations

OWN = ".feedsvc/"
HEAD = f"{OWN}head.json"
LEASE = f"{OWN}lease.json"
RETIRED = f"{OWN}retired.json"
TOLD = f"{OWN}told.json"
_BLOBS = f"{OWN}blobs/"
NAMED = (_BLOBS, f"{OWN}history/", f"{OWN}moved/")
"""The folders in which nothing is but what some edition needs."""


def blob_name(etag: str) -> str:
    """Return where the bytes with this etag are."""
    return f"{_BLOBS}{etag}"
