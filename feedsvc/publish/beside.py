"""A file of the published tree that is no document of a feed and in no edition, as the feeds' style sheet is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from feedsvc.publish.disk import Disk, resolve


def put_beside(directory: Path, path: str, data: bytes | None, now: datetime, disk: Disk | None = None) -> None:
    """Put a file at a URL path of the tree ``directory``, whole at any time; nothing is written if it is there.

    None for ``data`` takes it away. Feeds must not have a path there. Raises :class:`StoreError`.
    """
    disk = disk or Disk()
    disk.make_directory(directory)
    place = resolve(directory) / path[1:]
    if data is None:
        disk.remove(place)
        disk.prune(place.parent)
    elif _read(place) != data:
        draft = place.with_name(f"{place.name}.tmp")
        disk.make_directory(place.parent)
        disk.write(draft, data, int(now.timestamp()))
        disk.replace(draft, place)


def _read(place: Path) -> bytes | None:
    try:
        return None if place.is_symlink() else place.read_bytes()
    except OSError:
        return None
