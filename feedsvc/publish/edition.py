"""What the next edition holds: each path is rendered anew, kept as it is, or carried over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from feedsvc.errors import StoreError
from feedsvc.model import FeedDocument, FeedFacts, Moves, Representation, Variant
from feedsvc.publish.encodings import SUFFIXES, encode_variants
from feedsvc.publish.manifest import Manifest, file_names, make_etag, make_manifest, path_problem
from feedsvc.publish.recorder import HistoryRecorder
from feedsvc.publish.staging import Staging, check_places
from feedsvc.publish.tree import is_damaged


class Edition:
    """The next edition while its documents come in, one at a time; nothing is published before ``commit``."""

    def __init__(
        self,
        directory: Path,
        previous: Manifest,
        expected: Collection[str],
        now: datetime,
        recorder: HistoryRecorder | None = None,
    ) -> None:
        check_paths(directory, expected)
        self.previous = previous
        self.written: set[str] = set()
        self._directory = directory
        self._recorder = recorder
        self._expected = frozenset(expected)
        self.now = now.replace(microsecond=0)
        self._representations: dict[str, Representation] = {}
        self._facts: dict[tuple[str, str], FeedFacts] = {}

    def is_published(self, document: FeedDocument) -> bool:
        """Tell whether these bytes are published at every path of the document."""
        etag = make_etag(document.body)
        return all(self._stands(path, etag) for path in (document.location.path, *document.location.aliases))

    def add(
        self, document: FeedDocument, staging: Staging, encoded: tuple[tuple[str, bytes], ...] | None = None
    ) -> None:
        """Take a rendered document, and stage its files unless they are published already.

        ``encoded`` are its bodies as of ``encode_variants``, if they are known.
        Raises :class:`StoreError` for a path that the edition does not hold or already has.
        """
        paths = (document.location.path, *document.location.aliases)
        for path in paths:
            self._claim(path)
        if document.facts is not None:
            self._facts[document.spec.kind, document.spec.key] = document.facts
        etag = make_etag(document.body)
        if all(self._stands(path, etag) for path in paths):
            for path in paths:
                self._keep(path, document)
            return
        encoded = encoded or encode_variants(document.body)
        variants = tuple(Variant(coding=coding, etag=make_etag(data), size=len(data)) for coding, data in encoded)
        for path in paths:
            if self._stands(path, etag) and self.previous.representations[path].variants == variants:
                self._keep(path, document)
            else:
                self._stage(path, document, variants, encoded, staging)

    def complete(self, next_change: datetime | None = None, moves: Moves | None = None) -> Manifest:
        """Carry over every expected path that was not rendered, and return the whole edition with its ``moves``.

        Raises :class:`StoreError` when such a path was not published before either.
        """
        for path in sorted(self._expected - self._representations.keys()):
            if path not in self.previous.representations:
                raise StoreError(
                    str(self._directory / path[1:]), "was neither rendered nor published before", "please report this"
                )
            self._representations[path] = self.previous.representations[path]
        feeds = {**self.previous.feeds, **self._facts}
        there = {each.feed for each in self._representations.values()}
        facts = {feed: feeds[feed] for feed in there if feed in feeds}
        manifest = make_manifest(self._representations.values(), next_change, moves, facts)
        check_places(self._directory, self.previous, manifest, self.written)
        return manifest

    def _claim(self, path: str) -> None:
        if path not in self._expected:
            raise StoreError(str(self._directory / path[1:]), "was rendered but is not expected", "please report this")
        if path in self._representations:
            raise StoreError(
                str(self._directory / path[1:]),
                "is the address of two documents",
                "change feeds.paths or feeds.aliases so that each has its own",
            )

    def _stands(self, path: str, etag: str) -> bool:
        """Say whether these bytes are published at ``path`` with every file as it should be."""
        before = self.previous.representations.get(path)
        return (
            before is not None
            and before.variants[0].etag == etag
            and not is_damaged(self._directory, self.previous, path)
        )

    def _keep(self, path: str, document: FeedDocument) -> None:
        before = self.previous.representations[path]
        after = _represent(path, document, before.variants, before.last_modified)
        self._representations[path] = after

    def _stage(
        self,
        path: str,
        document: FeedDocument,
        variants: tuple[Variant, ...],
        encoded: tuple[tuple[str, bytes], ...],
        staging: Staging,
    ) -> None:
        after = _represent(path, document, variants, self._last_modified(path, variants[0].etag))
        mtime = int(after.last_modified.timestamp())
        for name, (_, data) in zip(file_names(after), encoded, strict=True):
            staging.add(name, data, mtime)
        self._representations[path] = after
        self.written.add(path)
        before = self.previous.representations.get(path)
        if self._recorder and before and not after.alias_of and before.variants[0].etag != variants[0].etag:
            self._recorder.note(before, after, document)

    def _last_modified(self, path: str, etag: str) -> datetime:
        """Return when the bytes at ``path`` last changed; it grows with each change, whatever the clock does."""
        before = self.previous.representations.get(path)
        if before is None:
            return self.now
        if before.variants[0].etag == etag:
            return before.last_modified
        return max(self.now, before.last_modified + timedelta(seconds=1))


def _represent(
    path: str, document: FeedDocument, variants: tuple[Variant, ...], last_modified: datetime
) -> Representation:
    canonical = document.location.path
    return Representation(
        path=path,
        media_type=document.media_type,
        last_modified=last_modified,
        entry_count=document.entry_count,
        variants=variants,
        feed=(document.spec.kind, document.spec.key),
        format=document.location.format,
        title=document.spec.title,
        alias_of="" if path == canonical else canonical,
    )


def check_paths(directory: Path, paths: Collection[str]) -> None:
    """Raise :class:`StoreError` for a path that cannot be a file, or two that cannot stand side by side."""
    taken: dict[str, str] = {}
    for path in sorted(paths):
        if problem := path_problem(path):
            raise StoreError(f"{directory}{path}", f"the path {problem}", _HINT)
        for suffix in SUFFIXES.values():
            if (other := taken.setdefault(path + suffix, path)) != path:
                raise StoreError(f"{directory}{path}{suffix}", f"would be a file of both {path} and {other}", _HINT)
    for path in sorted(paths):
        for folder in PurePosixPath(path).parents:
            if str(folder) in taken:
                raise StoreError(
                    f"{directory}{folder}", f"is a file of {taken[str(folder)]} and the folder of {path}", _HINT
                )


_HINT = "change feeds.paths or feeds.aliases"
