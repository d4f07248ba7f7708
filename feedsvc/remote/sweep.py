"""What no edition needs any more goes after a grace period: somebody may be on his way to it.

``.feedsvc/retired.json`` names it before anything that would be forgotten is written or left: also the blobs that are
about to be sent, so that nothing is left behind of an edition that was never committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feedsvc.errors import ObjectStoreError
from feedsvc.objects.store import Objects
from feedsvc.remote.layout import HEAD, LEASE, RETIRED
from feedsvc.remote.parallel import in_parallel
from feedsvc.remote.task import Task

VERSION = 1
# Named by hand or by mistake, these would stop everybody.
_NEVER = frozenset((HEAD, LEASE, RETIRED, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """The objects that are needed no more, each with when it was retired, in seconds since the epoch; as read."""

    names: Mapping[str, float] = field(default_factory=dict)
    tag: str = ""

    @property
    def first(self) -> float | None:
        """When the first was."""
        return min(self.names.values(), default=None)


def find_due(retired: Mapping[str, float], needed: Callable[[str], bool], now: datetime, grace: timedelta) -> list[str]:
    """Return what may go: retired for as long as the grace period, and not needed again. Pure."""
    latest = now.timestamp() - grace.total_seconds()
    return sorted(
        name for name, since in retired.items() if since <= latest and name not in _NEVER and not needed(name)
    )


def read_retired(objects: Objects) -> Retired:
    """Read the list; raises :class:`ObjectStoreError` where there is something else."""
    stored = objects.get(RETIRED)
    if stored is None:
        return Retired()
    try:
        document = json.loads(stored.data)
        names = {str(name): float(since) for name, since in document["retired"].items()}
        version = document["version"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ObjectStoreError(objects.place(RETIRED), f"is no list of what is to go ({error})", _HINT) from error
    if version != VERSION:
        raise ObjectStoreError(objects.place(RETIRED), f"is of version {version!r}, not {VERSION}", _HINT)
    return Retired(names=names, tag=stored.tag)


_HINT = "delete it; what it named then stays until all is compared"


def retire(task: Task, names: Collection[str], retired: Retired | None = None) -> Retired:
    """Name what will be needed no more, as of now; nothing is requested where there is nothing to name."""
    if not names:
        return retired or Retired()
    retired = retired or read_retired(task.objects)
    return _write(task, {**retired.names, **dict.fromkeys(names, task.now.timestamp())}, retired)


def sweep(task: Task, needed: Callable[[str], bool], retired: Retired | None = None) -> tuple[Retired, int]:
    """Remove what is due, and say how much that was."""
    retired = retired or read_retired(task.objects)
    due = find_due(retired.names, needed, task.now, task.terms.grace)
    removed = sum(1 for _ in in_parallel(task.objects.delete, due, task.check))
    latest = task.now.timestamp() - task.terms.grace.total_seconds()
    left = {name: since for name, since in retired.names.items() if since > latest}
    return (_write(task, left, retired) if left != retired.names else retired), removed


def _write(task: Task, names: Mapping[str, float], before: Retired) -> Retired:
    task.check()
    data = json.dumps({"version": VERSION, "retired": dict(sorted(names.items()))}, ensure_ascii=False, indent=0)
    tag = task.objects.put(RETIRED, data.encode(), {"Content-Type": "application/json"}, expect=before.tag or False)
    return Retired(names=names, tag=tag)
