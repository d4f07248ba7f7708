"""What the service is doing at the moment, as its scheduler tells it: whether it builds, and whether it watches."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from feedsvc.status.files import replace_json

SERVICE_FILE = "service.json"

Watching = Literal["on", "off", "waiting", "failed"]
"""How changes are seen: at once; at the times of the schedule only, by choice or because nothing else is possible;
``waiting`` is for a directory that is not there now."""


class Service(NamedTuple):
    """What the process ``pid`` is doing; ``reason`` says why watching failed.

    ``standby_of`` is the builder that has the lease of the object store and builds instead of this one.
    """

    pid: int
    building_since: datetime | None = None
    watching: Watching = "off"
    reason: str = ""
    standby_of: str = ""


class ServiceNote:
    """The file that tells it, written when something changed only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: Service | None = None

    def tell(self, service: Service) -> None:
        """Replace what was told before; a failure is a warning."""
        if service == self._told:
            return
        self._told = service
        since = service.building_since
        document = {
            "version": 1,
            "pid": service.pid,
            "building_since": since.isoformat(timespec="milliseconds") if since else None,
            "watching": service.watching,
            "reason": service.reason,
            "standby_of": service.standby_of,
        }
        replace_json(self._path, document, what="the state of the service")


def read_service(path: Path, pid: int | None = None) -> Service | None:
    """Return what the process ``pid``, or any, told last; None if it told nothing, or another one did."""
    try:
        told = json.loads(path.read_bytes())
        since = told["building_since"]
        service = Service(
            pid=told["pid"],
            building_since=datetime.fromisoformat(since) if since else None,
            watching=told["watching"],
            reason=told["reason"],
            standby_of=told.get("standby_of", ""),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return service if pid in (None, service.pid) else None
