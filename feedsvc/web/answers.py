"""What is answered to a GET or HEAD of something published, decided before any byte is read.

Pure: a resource and the headers of a request give a status, headers, and which variant is the body.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from werkzeug.http import http_date

from feedsvc.model import Representation, Variant
from feedsvc.publish.mediatypes import content_type_of
from feedsvc.web.negotiation import OK, PRECONDITION_FAILED, choose_variant, evaluate_preconditions

READ_METHODS = ("GET", "HEAD", "OPTIONS")

CORS = (
    # A feed is public and carries no credentials: readers that run in a browser may fetch it from anywhere.
    ("Access-Control-Allow-Origin", "*"),
    # Of what we send, only ETag is not readable across origins anyway (Fetch, CORS-safelisted response headers).
    ("Access-Control-Expose-Headers", "ETag"),
)

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something that can be answered with: its variants, identity first, and the headers they share.

    ``always`` goes with 200 and 304, ``described`` with the body only. ``vary`` names the request's fields that the
    choice of the resource or its variant hangs on (RFC 9110, 12.5.5).
    """

    content_type: str
    variants: Sequence[Variant]
    cache_control: str
    last_modified: datetime | None = None
    always: Headers = ()
    described: Headers = ()
    vary: str = "Accept-Encoding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status, its headers in order, and the coding whose bytes are the body; None for no body."""

    status: int
    headers: Headers
    coding: str | None = None


def describe_feed(
    representation: Representation, *, cache_control: str, now: datetime, links: Headers = ()
) -> Resource:
    """Return a published feed as a resource, with its ``links`` to hubs.

    A date that lies ahead of ``now`` is left out: RFC 9110, 8.8.2.1 forbids to send it.
    """
    last_modified = representation.last_modified if representation.last_modified <= now else None
    return Resource(
        content_type=content_type_of(representation.media_type),
        variants=representation.variants,
        cache_control=cache_control,
        last_modified=last_modified,
        always=CORS,
        described=links,
    )


def decide_answer(resource: Resource, get_header: Callable[[str], str | None]) -> Answer:
    """Answer a GET or HEAD: 200, 304 or 412 (RFC 9110, 12 and 13). Ranges are ignored (14.2 allows it)."""
    variant = choose_variant(resource.variants, get_header("Accept-Encoding"))
    status = evaluate_preconditions(
        etag=variant.etag,
        last_modified=resource.last_modified,
        if_match=get_header("If-Match"),
        if_none_match=get_header("If-None-Match"),
        if_modified_since=get_header("If-Modified-Since"),
        if_unmodified_since=get_header("If-Unmodified-Since"),
    )
    if status == PRECONDITION_FAILED:
        return Answer(status=status, headers=())
    shared = _shared_headers(resource, variant)
    if status != OK:
        return Answer(status=status, headers=shared)
    coded = () if variant.coding == "identity" else (("Content-Encoding", variant.coding),)
    described = (
        ("Content-Type", resource.content_type),
        ("Content-Length", str(variant.size)),
        *coded,
        ("X-Content-Type-Options", "nosniff"),
        *resource.described,
    )
    return Answer(status=status, headers=(*described, *shared), coding=variant.coding)


def _shared_headers(resource: Resource, variant: Variant) -> Headers:
    """Return what a 304 repeats of the 200 (RFC 9110, 15.4.5).

    Last-Modified is among it: it costs little, and readers that keep only dates go on asking with the right one.
    """
    date = resource.last_modified
    dated = (("Last-Modified", http_date(date)),) if date is not None else ()
    return (
        ("ETag", f'"{variant.etag}"'),
        *dated,
        ("Cache-Control", resource.cache_control),
        ("Vary", resource.vary),
        *resource.always,
    )
