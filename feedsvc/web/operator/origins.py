"""Where a request comes from: from this machine, and from one of our own pages. Pure functions of header values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

_FORWARDING = frozenset(("forwarded", "via", "true-client-ip", "x-real-ip", "x-client-ip", "x-cluster-client-ip"))
_FORWARDING_BEGINNINGS = ("x-forwarded", "x-original-", "cf-", "fly-", "fastly-")


def is_local(*, peer: str, host: str, protocol: str, header_names: Iterable[str]) -> bool:
    """Say whether a request was made on this machine, by a program that named this machine.

    ``peer`` is the address of the connection. Behind a proxy on the same machine all of them are local ones, so no
    header may be there that a proxy adds, and it must be HTTP/1.1, which nginx does not speak to whom it forwards to
    unless told so (before 1.29.7). ``host`` must name the machine: a page of another site whose name was made to lead
    here (DNS rebinding) would send its own.
    """
    names = {name.lower() for name in header_names}
    if names & _FORWARDING or any(name.startswith(_FORWARDING_BEGINNINGS) for name in names):
        return False
    return protocol == "HTTP/1.1" and _is_loopback(peer) and _names_this_machine(host)


def _names_this_machine(host: str) -> bool:
    name = _name_of(host)
    return name == "localhost" or _is_loopback(name)


def _name_of(host: str) -> str:
    """Return the name or address in a Host header (RFC 9110, 7.2), empty if it is none."""
    try:
        split = urlsplit(f"//{host}")
        split.port  # noqa: B018 -- raises where there is something else
    except ValueError:
        return ""
    # What is no host alone, as in user@host, host/path or host?query, names none.
    return split.hostname or "" if split.netloc == host and "@" not in host else ""


def _is_loopback(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return (mapped or parsed).is_loopback


def is_own_form(get_header: Callable[[str], str | None], server_url: str) -> bool:
    """Say whether a POST comes from a form of ours, as browsers tell it (Fetch, 3.2; Fetch Metadata).

    A page can send neither of the two headers as it likes. ``server_url`` is where we are served, for a proxy that
    changes Host. A request without both comes from no browser of today.
    """
    site, origin = get_header("Sec-Fetch-Site"), get_header("Origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return True
    ours = {(get_header("Host") or "").lower(), urlsplit(server_url).netloc.lower()}
    scheme, _, netloc = origin.lower().partition("://")
    return scheme in ("http", "https") and netloc != "" and netloc in ours
