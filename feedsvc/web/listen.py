"""Where to listen: an address as it is configured becomes one that can be bound, or an error that says why not."""

from __future__ import annotations

import errno
import os
import re
import socket

from feedsvc.errors import ServeError

_LISTEN = re.compile(r"(?:\[(?P<ipv6>[^\]]*)\]|(?P<host>[^:\[\]]*)):(?P<port>[0-9]{1,5})")

_HINTS = {
    errno.EADDRINUSE: "stop the other program, or choose another port in server.listen",
    errno.EACCES: "ports below 1024 need privileges; choose a higher one and put a proxy in front",
    errno.EADDRNOTAVAIL: "use an address of this machine in server.listen, or 0.0.0.0 for all of them",
}


def parse_listen(listen: str) -> tuple[str, int]:
    """Split ``host:port``, ``[ipv6]:port`` or ``:port`` (every interface); raises :class:`ServeError`."""
    match = _LISTEN.fullmatch(listen)
    if match is None or int(match["port"]) > 65535:
        raise ServeError(listen, "is not host:port", "write server.listen like 127.0.0.1:8000 or [::1]:8000")
    if match["ipv6"] is not None:
        return match["ipv6"] or "::", int(match["port"])
    return match["host"] or "0.0.0.0", int(match["port"])  # noqa: S104 -- the operator wrote no host: all of them


def claim_address(listen: str) -> tuple[str, int]:
    """Return the numeric host and the port to listen on, found to be free a moment ago; port 0 becomes a real one.

    Workers share the port, and the kernel would let another feedsvc share it too: without this look two
    would answer in turn with different editions. Raises :class:`ServeError`.
    """
    host, port = parse_listen(listen)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
            name = probe.getsockname()
            return str(name[0]), int(name[1])
    except socket.gaierror as error:
        raise ServeError(
            listen, f"the host is not known ({error.strerror})", "use an address of this machine"
        ) from error
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise ServeError(listen, reason, _HINTS.get(error.errno or 0, "")) from error
