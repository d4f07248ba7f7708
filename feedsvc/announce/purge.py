"""How a cache is asked to drop what it holds of some paths: Varnish, Fastly, Cloudflare, or any by a template. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from feedsvc.announce.request import Request

# Cloudflare takes so many of all its customers (Purge cache, "Max operations per request").
_MOST_FILES = 100
# Of one ban: Varnish takes 8192 bytes of a header (http_req_hdr_len), and many bans slow it down.
_MOST_BAN_BYTES = 4000
# What is not there need not be dropped.
_NOT_THERE = frozenset({404})
# Who must be asked once more when somebody has mended a token or an access list.
_NO_ACCESS = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeTerms:
    """How caches are asked: by ``form`` and, where that is ``url``, by ``method``; ``token`` is a secret or empty.

    ``server_url`` is where the public has the feeds.
    """

    form: str
    server_url: str
    method: str = "PURGE"
    token: str = field(default="", repr=False)


def public_url(server_url: str, path: str) -> str:
    """Return the URL of a decoded path as it goes over the wire, percent-encoded (RFC 3986, 2.1)."""
    return server_url.rstrip("/") + quote(path)


def split_paths(terms: PurgeTerms, paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the paths, as many at a time as one request may name."""
    most, most_bytes = {"cloudflare": (_MOST_FILES, 1 << 20), "varnish-ban": (1 << 20, _MOST_BAN_BYTES)}.get(
        terms.form, (1, 0)
    )
    some: list[str] = []
    size = 0
    for path in paths:
        length = len(quote(path)) + 4
        if some and (len(some) == most or size + length > most_bytes):
            yield some
            some, size = [], 0
        some.append(path)
        size += length
    if some:
        yield some


def make_request(terms: PurgeTerms, cache: str, paths: Sequence[str]) -> Request:
    """Return the request that has a cache drop every variant of the paths, which are decoded, of :func:`split_paths`.

    ``cache`` is its address as ``[purge] to`` has it.
    """
    if terms.form == "varnish-ban":
        return _ban(terms, cache, paths)
    if terms.form == "cloudflare":
        return _cloudflare(terms, cache, paths)
    if terms.form == "fastly":
        return _fastly(terms, cache, paths[0])
    if terms.form == "url":
        url = fill_template(cache, terms.server_url, paths[0])
        return Request(
            method=terms.method, url=url, headers=_bearer(terms), body=b"", done=_NOT_THERE, later=_NO_ACCESS
        )
    url = cache.rstrip("/") + quote(paths[0])
    return Request(method="PURGE", url=url, headers=_as_public(terms), done=_NOT_THERE, later=_NO_ACCESS)


def _ban(terms: PurgeTerms, cache: str, paths: Sequence[str]) -> Request:
    """Return a BAN of all paths at once, as deploy/varnish.vcl takes it: a regular expression in ``X-Ban-Path``.

    Without regard to case, so that ``%ea`` goes where ``%EA`` is meant; it may take one address too many.
    """
    base = quote(urlsplit(cache).path.rstrip("/"), safe="/%")
    listed = "|".join((base + quote(path)).replace(".", "[.]") for path in paths)
    headers = {**_as_public(terms), "X-Ban-Path": f"(?i)^(?:{listed})$"}
    return Request(method="BAN", url=cache, headers=headers, later=_NO_ACCESS)


def _fastly(terms: PurgeTerms, cache: str, path: str) -> Request:
    """Return ``POST /purge/{cached_url}`` of Fastly's API, which takes the URL without its scheme.

    Hard, not soft: what is merely stale may be handed out once more while it is fetched anew.
    """
    cached_url = public_url(terms.server_url, path).partition("://")[2]
    headers = {"Fastly-Key": terms.token, "Accept": "application/json"}
    return Request(method="POST", url=f"{cache.rstrip('/')}/purge/{cached_url}", headers=headers, later=_NO_ACCESS)


def _cloudflare(terms: PurgeTerms, cache: str, paths: Sequence[str]) -> Request:
    """Return ``POST /zones/{zone_id}/purge_cache`` of Cloudflare's API, version 4, by URLs."""
    body = json.dumps({"files": [public_url(terms.server_url, path) for path in paths]}).encode()
    headers = {**_bearer(terms), "Content-Type": "application/json"}
    return Request(method="POST", url=cache, headers=headers, body=body, later=_NO_ACCESS, is_success=_is_success)


def _is_success(said: bytes) -> bool:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return True
    return not isinstance(answer, dict) or answer.get("success") is not False


def fill_template(template: str, server_url: str, path: str) -> str:
    """Return an address with the public ``{url}`` or the ``{path}`` of a document in it.

    In a query, and wherever it is a whole URL, it is one value, so its own delimiters are percent-encoded again.
    """
    url, at = public_url(server_url, path), quote(path)
    before, mark, query = template.partition("?")
    before = before.replace("{url}", quote(url, safe="")).replace("{path}", at)
    return before + mark + query.replace("{url}", quote(url, safe="")).replace("{path}", quote(at, safe=""))


def _bearer(terms: PurgeTerms) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {terms.token}"} if terms.token else {}


def _as_public(terms: PurgeTerms) -> Mapping[str, str]:
    """Name the public host: caches that tell hosts apart hold the documents under that one."""
    return {**_bearer(terms), "Host": urlsplit(terms.server_url).netloc}
