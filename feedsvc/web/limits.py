"""429 for a client that fetches one feed whole again and again, and for nobody else (RFC 6585, 4).

Each worker counts for itself: with several of them a client gets at most that many times what is allowed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from feedsvc.model import Snapshot
from feedsvc.web.responses import respond_text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_KEYS = 10_000
"""Pairs of client and feed that are counted at a time; some 2 MB. Who comes when all are taken is not limited."""

_WINDOW_S = 60
_LONGEST_PATH = 1000

Networks = Sequence[IPv4Network | IPv6Network]


def parse_networks(written: Iterable[str]) -> Networks:
    """Return addresses and networks (``10.0.0.0/8``) as networks; raises ValueError for others."""
    return tuple(ip_network(each, strict=False) for each in written)


def find_client(remote: str, forwarded_for: str, trusted: Networks) -> str:
    """Return whom a request comes from: an IPv4 address, or the /64 of an IPv6 one, which is one customer's.

    X-Forwarded-For is read from its end, where our own proxies write, for as long as who wrote it is ``trusted``;
    what a client itself wrote there is never believed.
    """
    client = _plain(remote)
    for hop in reversed(forwarded_for.split(",") if forwarded_for else ()):
        told = _plain(hop.strip()) if _is_trusted(client, trusted) else ""
        if not told:
            break
        client = told
    return client


def _plain(written: str) -> str:
    try:
        address = ip_address(written.strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(address)
    return str(address)


def _is_trusted(client: str, trusted: Networks) -> bool:
    return bool(client) and any(ip_address(client) in network for network in trusted)


def group_client(client: str) -> str:
    """Return the client by which is counted: an IPv6 one by its first 64 bits."""
    return ":".join(IPv6Address(client).exploded.split(":")[:4]) if ":" in client else client


class UnconditionalLimit:
    """Counts of GETs without a validator, by client and feed, over windows of one minute."""

    def __init__(self, per_minute: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._counts: dict[tuple[str, str], int] = {}
        self._ends = monotonic() + _WINDOW_S

    def count(self, client: str, path: str) -> int:
        """Count one; return 0, or in how many seconds the client may come again."""
        now = self._monotonic()
        if now >= self._ends:
            self._counts = {}
            self._ends = now + _WINDOW_S
        key = (client, path)
        if key not in self._counts and len(self._counts) >= MOST_KEYS:
            return 0
        self._counts[key] = count = self._counts.get(key, 0) + 1
        return 0 if count <= self._per_minute else max(1, round(self._ends - now))


def limit_unconditional(
    inner: WSGIApplication,
    limit: UnconditionalLimit,
    trusted: Networks,
    snapshot_source: Callable[[], Snapshot | None],
    note_refusal: Callable[[], None] = lambda: None,
) -> WSGIApplication:
    """Wrap an application so that it is not asked by whom ``limit`` refuses; the outermost layer, put there only if on.

    A poll with a validator costs two look-ups here, whoever sends it and however often: it is what we want.
    """

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ or environ["REQUEST_METHOD"] != "GET":
            return inner(environ, start_response)
        wait = _count(environ)
        if not wait:
            return inner(environ, start_response)
        note_refusal()
        refusal = respond_text(
            429,
            "Too many fetches of this feed; please send If-None-Match with the ETag you got.",
            ("Retry-After", str(wait)),
        )
        return refusal(environ, start_response)

    def _count(environ: WSGIEnvironment) -> int:
        path = environ.get("PATH_INFO", "")
        # PEP 3333: the bytes of the path as Latin-1.
        snapshot = snapshot_source() if len(path) <= _LONGEST_PATH else None
        decoded = path.encode("latin-1").decode("utf-8", "replace")
        if snapshot is None or decoded not in snapshot.representations:
            return 0
        client = find_client(environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
        return limit.count(group_client(client), decoded)

    return serve
