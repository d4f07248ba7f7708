"""Follow a store: see its newest edition, have what was served before ready, and then take it over, whole.

What is followed is the head. An edition is taken over by replacing ``manifest.json`` in the cache, which the workers
follow as that of a published tree. Before that, those bodies are fetched whose forerunners are here: so what this
replica served once it goes on serving, whenever the store goes away. Fails anything, the edition before stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from feedsvc.errors import (
    BodyUnavailableError,
    ManifestError,
    NotModifiedError,
    ObjectStoreError,
    StoreError,
    UnfitStoreError,
)
from feedsvc.objects.store import Objects
from feedsvc.publish.bodies import read_plain
from feedsvc.publish.disk import Disk
from feedsvc.publish.manifest import EMPTY, MANIFEST, Manifest, make_etag, parse_manifest
from feedsvc.remote.cache import KEPT, DiskCache
from feedsvc.remote.head import Head, dump_head, parse_head
from feedsvc.remote.layout import HEAD, blob_name
from feedsvc.remote.note import NOTE, ReplicaNote, write_note
from feedsvc.remote.prefetch import fetch_blob, prefetch
from feedsvc.remote.sitefacts import SiteFacts, parse_site
from feedsvc.remote.trimming import Trimmer

logger = logging.getLogger(__name__)

_OWN_HEAD = "head.json"
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An edition as it was taken over."""

    head: Head
    manifest: Manifest
    site: SiteFacts


class Follower:
    """Follows one store into ``cache``, of at most ``limit`` bytes. For one thread at a time.

    ``now`` is the clock. What was followed before is taken up again from the disk, without a request.
    """

    def __init__(self, objects: Objects, cache: DiskCache, *, limit: int, now: Callable[[], datetime]) -> None:
        self._objects, self._cache, self._now = objects, cache, now
        self._trimmer = Trimmer(cache.directory / KEPT, limit)
        self._tag = ""
        self._named: frozenset[str] = frozenset()
        self._behind = EMPTY
        self.followed = self._take_up()
        self._note = ReplicaNote()
        self._tell(self._describe(self._note), first=True)

    @property
    def site(self) -> SiteFacts | None:
        """What the edition that is served says of the site; None before the first."""
        return self.followed.site if self.followed else None

    def look(self) -> None:
        """Look at the store once; whatever is wrong there is logged, noted, and tried again by the next look."""
        note = self._note
        try:
            self._see()
        except (UnfitStoreError, BodyUnavailableError, StoreError) as error:
            note = self._fail(note, str(error), None)
        except ObjectStoreError as error:
            note = self._fail(note, str(error), note.away_since or self._now())
        else:
            note = replace(note, away_since=None, error="")
        note = replace(self._describe(note), cached=self._trimmer.trim(self._named))
        self._tell(note)

    def _see(self) -> None:
        try:
            stored = self._objects.get(HEAD, unless=self._tag)
        except NotModifiedError:
            self._catch_up()
            return
        if stored is None:
            raise UnfitStoreError(self._objects.place(HEAD), "is not there: nothing is published yet")
        try:
            head = parse_head(stored.data, self._objects.place(HEAD))
            site = parse_site(head.site, self._objects.place(HEAD)) if head.manifest else None
        except ObjectStoreError as error:
            raise UnfitStoreError(error.address, error.reason) from error
        if site is None:
            raise UnfitStoreError(self._objects.place(HEAD), "names no edition: nothing is published yet")
        if self._is_older(head):
            raise UnfitStoreError(self._objects.place(HEAD), f"is older than the edition {head.snapshot or 'here'} was")
        self._take_over(head, site)
        self._tag = stored.tag

    def _is_older(self, head: Head) -> bool:
        """Say whether a former holder of the lease wrote it, which a cache on the way may still have."""
        if self.followed is None or head.term >= self.followed.head.term:
            return False
        ours = self.followed.head.published
        # A store that was emptied begins with the first term again, and with a later edition.
        return ours is None or head.published is None or head.published <= ours

    def _take_over(self, head: Head, site: SiteFacts) -> None:
        before = self.followed.manifest if self.followed else EMPTY
        if self.followed and self.followed.head.manifest == head.manifest:
            manifest = before
        else:
            data = self._fetch_manifest(head)
            manifest = self._parse(data, head)
            prefetch(self._objects, self._cache, before, manifest)
            _replace_file(self._cache.directory / MANIFEST, data, self._now())
            logger.info("the edition is now %s", manifest.snapshot)
            self._behind = before
        _replace_file(self._cache.directory / _OWN_HEAD, dump_head(head), self._now())
        self._set(Followed(head=head, manifest=manifest, site=site))

    def _fetch_manifest(self, head: Head) -> bytes:
        data = self._cache.get(head.manifest) or fetch_blob(self._objects, self._cache, head.manifest)
        if data is None:
            raise UnfitStoreError(self._objects.place(blob_name(head.manifest)), "is not there, and the head names it")
        return data

    def _parse(self, data: bytes, head: Head) -> Manifest:
        place = self._objects.place(blob_name(head.manifest))
        manifest = parse_manifest(data, Path(place))
        if manifest.snapshot != head.snapshot:
            raise UnfitStoreError(place, f"is of the edition {manifest.snapshot!r}, not {head.snapshot!r}")
        return manifest

    def _catch_up(self) -> None:
        """Fetch what changed of documents that somebody asked for while the edition was taken over."""
        if self.followed and self._behind is not EMPTY:
            prefetch(self._objects, self._cache, self._behind, self.followed.manifest)
            self._behind = EMPTY

    def _take_up(self) -> Followed | None:
        """Return what was followed when the process ended; None where it is not whole."""
        place = self._cache.directory / _OWN_HEAD
        head_data = read_plain(place, _MOST_BYTES)
        data = read_plain(self._cache.directory / MANIFEST, _MOST_BYTES)
        if head_data is None or data is None:
            return None
        with suppress(ObjectStoreError, ManifestError):
            head = parse_head(head_data, str(place))
            site = parse_site(head.site, str(place))
            # Cut off between the two, the manifest is of the next edition: whole, but it has to be asked for again.
            head = replace(head, manifest=make_etag(data))
            manifest = parse_manifest(data, place.with_name(MANIFEST))
            followed = Followed(head=replace(head, snapshot=manifest.snapshot), manifest=manifest, site=site)
            self._set(followed)
            return followed
        return None

    def _set(self, followed: Followed) -> None:
        self.followed = followed
        self._named = frozenset(v.etag for each in followed.manifest.representations.values() for v in each.variants)

    def _describe(self, note: ReplicaNote) -> ReplicaNote:
        head = self.followed.head if self.followed else None
        return replace(note, edition=head.snapshot, published=head.published) if head else note

    def _fail(self, note: ReplicaNote, error: str, away_since: datetime | None) -> ReplicaNote:
        if error != note.error:
            logger.warning("no newer edition: %s", error)
        return replace(note, away_since=away_since, error=error, failures=note.failures + 1)

    def _tell(self, note: ReplicaNote, *, first: bool = False) -> None:
        if note.away_since is None and self._note.away_since is not None:
            logger.info("the store is reached again")
        if first or note != self._note:
            self._cache.directory.mkdir(parents=True, exist_ok=True)
            write_note(self._cache.directory / NOTE, note)
        self._note = note


def _replace_file(place: Path, data: bytes, now: datetime) -> None:
    disk, draft = Disk(), place.with_name(f".{place.name}.draft")
    disk.make_directory(place.parent)
    disk.write(draft, data, int(now.timestamp()))
    disk.sync([draft])
    disk.replace(draft, place)
