"""Publish one edition: what changed is written, what did not is left alone, and it appears at once."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.errors import StoreError
from feedsvc.model import FeedDocument, Moves
from feedsvc.publish.disk import Disk, resolve
from feedsvc.publish.edition import Edition
from feedsvc.publish.manifest import Manifest
from feedsvc.publish.recorder import HistoryRecorder
from feedsvc.publish.staging import Staging, discard, finish, recover
from feedsvc.publish.tree import find_damaged, load_manifest, load_previous

__all__ = ["Publication", "find_damaged", "load_manifest", "load_previous", "publish_snapshot", "recover"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What publishing did: the edition's id, decoded URL paths in order, and how many stayed as they were."""

    snapshot: str
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def publish_snapshot(
    directory: Path,
    documents: Iterable[FeedDocument],
    expected: Collection[str],
    now: datetime,
    *,
    next_change: datetime | None = None,
    moves: Moves | None = None,
    disk: Disk | None = None,
    history: Path | None = None,
) -> Publication:
    """Publish the edition that holds exactly the paths ``expected``, aliases included.

    ``documents`` are those of the feeds that may have changed; they are taken one at a time.
    Every other expected path is carried over from the edition before. A document with the
    bytes that are published keeps its files, its validators and its date. When nothing differs,
    nothing at all is written. ``next_change``, in whole seconds of UTC, and ``moves``, the addresses that are
    answered without a document, are published with it. ``history`` is the folder that remembers what changed
    documents held before; None: nobody remembers. To be called under the build lock; ``now`` is aware.

    Raises :class:`StoreError` when something cannot be written, or when the paths contradict
    one another; the edition before stays as it is, unless the message is about putting an
    edition into place that was committed: that one is served then. What ``documents`` itself raises
    passes through.
    """
    disk = disk or Disk()
    directory = resolve(directory)
    disk.make_directory(directory)
    recover(directory, disk)
    recorder = HistoryRecorder(history, directory) if history else None
    edition = Edition(directory, load_previous(directory), expected, now.astimezone(UTC), recorder)
    manifest = _commit(directory, documents, edition, next_change, moves, disk)
    if manifest is not None:
        finish(directory, edition.previous, manifest, disk)
    after = manifest or edition.previous
    removed = tuple(sorted(edition.previous.representations.keys() - after.representations.keys()))
    if recorder:
        recorder.record()
        recorder.forget(removed)
    return Publication(
        snapshot=after.snapshot,
        written=tuple(sorted(edition.written)),
        removed=removed,
        unchanged=len(after.representations) - len(edition.written),
    )


def _commit(
    directory: Path,
    documents: Iterable[FeedDocument],
    edition: Edition,
    next_change: datetime | None,
    moves: Moves | None,
    disk: Disk,
) -> Manifest | None:
    """Stage what changed and commit it; return the new edition, or None when nothing differs."""
    staging = Staging(directory, disk)
    try:
        # Imported here: a build with nothing changed has nothing to encode.
        from feedsvc.publish.ahead import encode_ahead

        for document, encoded in encode_ahead(documents, edition.is_published):
            edition.add(document, staging, encoded)
        manifest = edition.complete(next_change, moves)
        if manifest == edition.previous and not edition.written:
            return None
        staging.commit(manifest, int(edition.now.timestamp()))
    except BaseException:
        # Whatever it was, the edition before stays. A second failure must not hide the first:
        # what cannot be cleared now is cleared by the next build.
        with contextlib.suppress(StoreError):
            discard(directory, disk)
        raise
    return manifest
