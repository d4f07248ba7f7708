"""Where a worker reads what it serves: the published tree and the state directory, or a store that is followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from feedsvc.publish.archive import StoredPage, read_page
from feedsvc.publish.history import History, read_history
from feedsvc.publish.moved import read_moved
from feedsvc.publish.snapshot import SnapshotFollower

if TYPE_CHECKING:
    from feedsvc.model import Representation
    from feedsvc.remote.note import ReplicaNote
    from feedsvc.web.workerconfig import ReplicaConfig, WorkerConfig

_INTERVAL_S = 0.25
# Of one request to the store: somebody waits for the answer.
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The newest edition and what is beside it, as :func:`feedsvc.web.app.create_app` takes them.

    ``read_replica`` tells how the store is followed; None where none is.
    """

    source: SnapshotFollower
    read_page: Callable[[str, Representation], StoredPage | None]
    find_history: Callable[[str], History] | None
    read_moved: Callable[[str], Mapping[str, str]]
    read_replica: Callable[[], ReplicaNote] | None = None


def open_reading(
    config: WorkerConfig, source: SnapshotFollower | None = None, *, interval: float = _INTERVAL_S
) -> Reading:
    """Return where a worker reads; ``source`` is made, to be asked every ``interval`` seconds, unless given."""
    if config.replica is not None:
        return _read_store(config, config.replica, interval)
    return Reading(
        source=source or SnapshotFollower(config.public, interval=interval, memory=config.memory),
        read_page=partial(read_page, config.public),
        find_history=partial(read_history, config.history) if config.history else None,
        read_moved=partial(read_moved, config.moved) if config.moved else lambda _: {},
    )


def is_read_alike(one: WorkerConfig, other: WorkerConfig) -> bool:
    """Tell whether :func:`open_reading` returns the same for both, so that what is open and held can be kept."""
    names = ("public", "memory", "history", "moved", "replica")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _read_store(config: WorkerConfig, replica: ReplicaConfig, interval: float) -> Reading:
    from feedsvc.objects.address import open_objects
    from feedsvc.remote.cache import DiskCache
    from feedsvc.remote.fetching import Fetcher
    from feedsvc.remote.note import NOTE, make_is_away, read_note
    from feedsvc.remote.reading import RemoteReader

    note = replica.cache / NOTE
    reader = RemoteReader(
        open_objects(replica.address, patience=_PATIENCE_S),
        DiskCache(replica.cache),
        Fetcher(make_is_away(note)),
        poll=replica.poll,
    )
    source = SnapshotFollower(config.public, interval=interval, memory=config.memory, find_body=reader.find_body)
    return Reading(
        source=source,
        read_page=reader.read_page,
        find_history=partial(reader.find_history, source),
        read_moved=reader.read_moved,
        read_replica=partial(read_note, note),
    )
