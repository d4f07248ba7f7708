"""Content codings and preconditions as pure functions of header values (RFC 9110, 12.5.3 and 13).

A value of None is a header that was not sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from werkzeug.datastructures import ETags
from werkzeug.http import parse_accept_header, parse_date, parse_etags

from feedsvc.model import Variant

OK, NOT_MODIFIED, PRECONDITION_FAILED = 200, 304, 412

# What a proxy that compresses on its own hangs onto a tag: Apache `-gzip` and `-br`, Jetty `--gzip`, others `;gzip`.
_PROXY_SUFFIX = re.compile(r"(?:--?|;)(?:gzip|br|zstd)$")

# The three forms of RFC 9110, 5.6.7; what else a lenient parser can make a date of is not one.
_HTTP_DATE = re.compile(
    r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT"
    r"|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}"
)


def choose_variant(variants: Sequence[Variant], accept_encoding: str | None) -> Variant:
    """Choose the variant to send (RFC 9110, 12.5.3); ``variants`` begin with identity.

    The coding with the highest weight wins, among equals the smallest. ``*`` stands for every
    coding not named, ``x-gzip`` is gzip (8.4.1.3), and an invalid weight disregards that coding.
    Identity that is not named is acceptable but comes last. Without the header any coding would do:
    identity, since who does not ask may not decode. When nothing is acceptable the field is disregarded
    (12.4.1 leaves that choice) and identity is sent: a reader with a broken header had rather have a feed than a 406.
    """
    identity = variants[0]
    if accept_encoding is None:
        return identity
    weights = _parse_weights(accept_encoding)
    ranked = [(_weigh(variant.coding, weights), -variant.size, variant) for variant in variants]
    weight, _, chosen = max(ranked, key=lambda each: each[:2])
    return chosen if weight > 0 else identity


def _parse_weights(accept_encoding: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for coding, weight in parse_accept_header(accept_encoding):
        name = coding.lower()
        weights.setdefault("gzip" if name == "x-gzip" else name, weight)
    return weights


def _weigh(coding: str, weights: dict[str, float]) -> float:
    named = weights.get(coding, weights.get("*"))
    if named is not None:
        return named
    # Less than the least weight that can be written, 0.001.
    return 0.0001 if coding == "identity" else 0.0


def evaluate_preconditions(
    *,
    etag: str,
    last_modified: datetime | None,
    if_match: str | None = None,
    if_none_match: str | None = None,
    if_modified_since: str | None = None,
    if_unmodified_since: str | None = None,
) -> int:
    """Return 200, 304 or 412 for a GET or HEAD, in the order of RFC 9110, 13.2.2.

    ``etag`` is of the selected representation, the one that a 200 to this request would carry, and the only
    one that If-None-Match is compared with (13.1.2). Who holds another coding gets the 200: a 304
    would name a tag that is not in a cache (RFC 9111, 4.3.4), or make it go on with a variant it need not have.
    """
    if if_match is not None:
        if not _matches_strongly(if_match, etag):
            return PRECONDITION_FAILED
    elif _is_modified_since(if_unmodified_since, last_modified):
        return PRECONDITION_FAILED
    if if_none_match is not None:
        return NOT_MODIFIED if _matches_weakly(if_none_match, etag) else OK
    if _is_unmodified_since(if_modified_since, last_modified):
        return NOT_MODIFIED
    return OK


def _parse_tags(value: str) -> ETags:
    return parse_etags(value.strip())


def list_tags(value: str | None) -> frozenset[str]:
    """Return the opaque tags of an If-None-Match, weak ones too, without what proxies hang onto them."""
    tags = _parse_tags(value or "").as_set(include_weak=True)
    # Werkzeug's parser makes None of an empty tag.
    return frozenset(_PROXY_SUFFIX.sub("", tag or "") for tag in tags)


def _matches_strongly(value: str, etag: str) -> bool:
    """Compare for If-Match (RFC 9110, 13.1.1): a weak tag never matches."""
    return _parse_tags(value).contains(etag)


def _matches_weakly(value: str, etag: str) -> bool:
    """Compare for If-None-Match (RFC 9110, 13.1.2 and 8.8.3.2), seeing through what a proxy made of our tag."""
    return _parse_tags(value).star_tag or etag in list_tags(value)


def _is_unmodified_since(value: str | None, last_modified: datetime | None) -> bool:
    """If-Modified-Since says so (RFC 9110, 13.1.3); False without a date on either side."""
    date = parse_http_date(value)
    return date is not None and last_modified is not None and last_modified <= date


def _is_modified_since(value: str | None, last_modified: datetime | None) -> bool:
    """If-Unmodified-Since fails (RFC 9110, 13.1.4); False without a date on either side."""
    date = parse_http_date(value)
    return date is not None and last_modified is not None and last_modified > date


def parse_http_date(value: str | None) -> datetime | None:
    """Read an HTTP-date (RFC 9110, 5.6.7); None for anything else, which is to be ignored."""
    if value is None or not _HTTP_DATE.fullmatch(value.strip()):
        return None
    return parse_date(value)
