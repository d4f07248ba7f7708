"""What builds and the service said last, in small files of the state directory that nobody waits for a build to read.

``status.json`` tells of the last build, ``builds.jsonl`` of those before it, ``service.json`` of what is going on.
"""

from __future__ import annotations

from feedsvc.status.builds import BUILDS_FILE, Run, read_runs
from feedsvc.status.outcome import (
    STATUS_FILE,
    format_instant,
    read_last_build,
    read_status,
    write_next_run,
    write_status,
)
from feedsvc.status.service import SERVICE_FILE, Service, ServiceNote, read_service

__all__ = [
    "BUILDS_FILE",
    "SERVICE_FILE",
    "STATUS_FILE",
    "Run",
    "Service",
    "ServiceNote",
    "format_instant",
    "read_last_build",
    "read_runs",
    "read_service",
    "read_status",
    "write_next_run",
    "write_status",
]
