"""Lines of access logs: nginx's and Apache's "combined", and Caddy's JSON. Pure: bytes to a hit, or None.

A line may hold anything, as clients write most of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, NamedTuple
from urllib.parse import unquote_to_bytes

Format = Literal["auto", "combined", "caddy"]

LONGEST_LINE = 65_536
"""Bytes; a longer one is none of a server's that limits headers, and is not read."""

_LARGEST = 10**12
_MONTHS = dict(
    zip(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), range(1, 13), strict=True)
)
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
# What stands behind the agent is the administrator's own.
_COMBINED = re.compile(
    r"(\S{1,64}) \S+ .{1,256}? \[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\] "
    + rf'"([A-Z]{{1,16}}) ([^" ]+)(?: HTTP/[\d.]+)?" (\d{{3}}) (\d{{1,12}}|-)(?: {_QUOTED} {_QUOTED}|\s*$)'
)
_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})|\\(.)")


class Hit(NamedTuple):
    """A request that was answered: ``path`` is decoded, ``at`` aware, ``size`` the bytes of the body."""

    client: str
    at: datetime
    method: str
    path: str
    status: int
    size: int
    agent: str


def parse_line(line: bytes, form: Format) -> Hit | None:
    """Return what a line says, with or without its end; None where it is not of that format."""
    if len(line) > LONGEST_LINE:
        return None
    if form == "auto":
        form = "caddy" if line.startswith(b"{") else "combined"
    return _PARSERS[form](line)


def _parse_combined(line: bytes) -> Hit | None:
    found = _COMBINED.match(line.decode("utf-8", "replace"))
    if found is None:
        return None
    client, day, month, year, hour, minute, second, zone, method, target, status, size, _, agent = found.groups()
    try:
        offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:]))
        clock = (int(hour), int(minute), int(second))
        at = datetime(int(year), _MONTHS[month], int(day), *clock, tzinfo=timezone(offset))
    except (ValueError, KeyError):
        return None
    return _make_hit(client, at, method, _unescape(target), int(status), size, _unescape(agent or ""))


def _parse_caddy(line: bytes) -> Hit | None:
    try:
        said = json.loads(line.decode("utf-8", "replace"))
        request = said["request"]
        at = _read_instant(said["ts"])
        client = str(request.get("client_ip") or request["remote_ip"])
        method, target = str(request["method"]), str(request["uri"])
        status, size = int(said["status"]), str(int(said["size"]))
        agents = (request.get("headers") or {}).get("User-Agent") or [""]
        return _make_hit(client[:64], at, method, target, status, size, str(agents[0]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, OSError, RecursionError):
        return None


def _read_instant(written: object) -> datetime:
    """Read seconds since the epoch, or one of the other ways that Caddy can be told to write them."""
    if isinstance(written, int | float):
        return datetime.fromtimestamp(written, UTC)
    at = datetime.fromisoformat(str(written).replace("/", "-"))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _make_hit(client: str, at: datetime, method: str, target: str, status: int, size: str, agent: str) -> Hit | None:
    path = target.partition("?")[0].partition("#")[0]
    decoded = unquote_to_bytes(path.encode("utf-8", "replace")).decode("utf-8", "replace")
    length = 0 if size == "-" else int(size)
    if not 0 <= length <= _LARGEST:
        return None
    return Hit(client, at, method, decoded, status, length, "" if agent == "-" else agent)


def _unescape(text: str) -> str:
    """Take back the escapes of bytes and quotes that nginx and Apache write."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
    try:
        return plain.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return plain


_PARSERS: Mapping[str, Callable[[bytes], Hit | None]] = {"combined": _parse_combined, "caddy": _parse_caddy}
