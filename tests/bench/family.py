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


class Account:
    """What a family used, by looking at it again and again.

    The kernel adds a child's CPU to its parent's when the parent waits for it. Not every parent does: the fork server
    of multiprocessing outlives who started it, and what its workers used is in nobody's rusage. So what each process
    itself had used is kept from the last look at it.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._own: dict[tuple[int, str], int] = {}

    def look(self) -> Usage:
        """Add up what the family used since it began and holds now."""
        waited = pages = 0
        for member in family(self._pid):
            try:
                fields = Path(f"/proc/{member}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            # proc(5): fields 14 to 17 are utime, stime and those of children waited for; 22 starttime, 24 rss.
            own, children = (int(fields[at]) + int(fields[at + 1]) for at in (11, 13))
            self._own[member, fields[19]] = own
            waited += own + children
            pages += int(fields[21])
        return Usage(cpu_s=max(waited, sum(self._own.values())) / TICKS, resident=pages * PAGE)


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
