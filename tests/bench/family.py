"""What a process and all that it started use, as Linux tells it below /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """CPU seconds, user and system, of a process with its descendants, ended ones too; resident bytes of those alive.

    The bytes are a sum of resident sets: pages that processes share count for each of them.
    """

    cpu_s: float
    resident: int


def usage(pid: int) -> Usage:
    """Add up what the family used since it began and holds now; nothing of a process that is gone."""
    ticks = pages = 0
    for member in family(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # utime, stime and those of the children that were waited for: proc(5), fields 14 to 17; then rss, field 24.
        ticks += sum(int(field) for field in fields[11:15])
        pages += int(fields[21])
    return Usage(cpu_s=ticks / TICKS, resident=pages * PAGE)


def family(pid: int) -> Iterator[int]:
    """Return the process and its descendants that are alive."""
    yield pid
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return
    for thread in threads:
        try:
            children = (thread / "children").read_text(encoding="utf-8").split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield from family(int(child))
