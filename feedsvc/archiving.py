"""Archives: planned before the documents that lead to them, written once the edition is live.

Planning needs positions and ids only, no text. Writing reads one page at a time, and the next build goes on where this
one was cut off.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from feedsvc.assembly import catalog_feeds, read_entry, read_labels
from feedsvc.feeds.archive import page_path, parse_page_path, recut_pages
from feedsvc.feeds.catalog import document_paths
from feedsvc.feeds.render import RenderRules, render_page
from feedsvc.model import FeedLocation, FeedSpec
from feedsvc.publish.archive import ArchiveTree
from feedsvc.report import Progress, count

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.index import Index
    from feedsvc.index.archives import FeedKey, PlannedPage, Position

_log = logging.getLogger(__name__)

# A feed without pages is cut from its beginning, whichever position is said to have changed.
_ANYWHERE: Position = (0, "")


class ArchivePlan:
    """The plan of the archives in some formats, kept in the index; without formats nothing is in it."""

    def __init__(self, index: Index, formats: Collection[str]) -> None:
        self._archives, self._work, self._formats = index.archives, index.archive_work, formats

    def update(self, specs: Iterable[FeedSpec], *, tree_is_known: bool) -> None:
        """Cut the pages anew where entries changed since; have all written again if the tree may be another one."""
        if not tree_is_known:
            self._archives.mark_stale()
            self._work.put_known(known=False)
        dirty, known = self._work.take_dirty(), self._archives.feeds()
        wanted = {(spec.kind, spec.key): documents for spec in specs if (documents := self._documents(spec))}
        for feed, documents in known.items():
            if wanted.get(feed) != documents:
                self._leave(feed, documents, self._archives.names_between(feed, None, None))
                self._archives.drop_feed(feed)
        for feed, documents in wanted.items():
            if known.get(feed) != documents:
                self._archives.add_feed(feed, documents)
                dirty[feed] = [_ANYWHERE]
            if feed in dirty:
                self._cut(feed, documents, dirty[feed])

    def lead(self, spec: FeedSpec) -> Mapping[str, str]:
        """Return the URL of the newest page of a feed's archive, by format."""
        newest = self._archives.newest((spec.kind, spec.key))
        return {each.format: page_path(each.self_link, newest) for each in self._locations(spec)} if newest else {}

    def note_complete(self, spec: FeedSpec, complete: bool) -> None:  # noqa: FBT001 (a callback's argument)
        """Take note whether a feed's documents hold all its entries: then nothing leads to its archive."""
        feed, documents = (spec.kind, spec.key), self._documents(spec)
        shown = bool(documents) and not complete
        if shown == self._archives.is_shown(feed):
            return
        names = self._archives.names_between(feed, None, None)
        self._leave(feed, documents, names)
        self._archives.put_shown(feed, shown=shown)
        if shown:
            self._work.keep(_paths(documents, names))

    def _locations(self, spec: FeedSpec) -> Iterator[FeedLocation]:
        return (each for each in spec.locations if each.format in self._formats)

    def _documents(self, spec: FeedSpec) -> tuple[str, ...]:
        return tuple(location.path for location in self._locations(spec))

    def _cut(self, feed: FeedKey, documents: Sequence[str], dirty: Sequence[Position]) -> None:
        archives = self._archives
        before: set[str] = set()
        after: set[str] = set()
        for stretch in recut_pages(
            dirty,
            start_of=partial(archives.start_of, feed),
            is_end=lambda page: archives.is_end(feed, page.last, page.name),
            entries_after=lambda position: (entry[:2] for entry in archives.entries(feed, position)),
        ):
            before.update(archives.names_between(feed, stretch.after, stretch.until))
            archives.drop_between(feed, stretch.after, stretch.until)
            for page in stretch.pages:
                archives.add_page(feed, page.name, page.last, closed=page.closed)
            after.update(page.name for page in stretch.pages)
        self._leave(feed, documents, before - after)
        self._work.keep(_paths(documents, after))

    def _leave(self, feed: FeedKey, documents: Sequence[str], names: Iterable[str]) -> None:
        if self._archives.is_shown(feed):
            self._work.leave(_paths(documents, names))


def _paths(documents: Sequence[str], names: Iterable[str]) -> list[str]:
    return [page_path(document, name) for name in sorted(names) for document in documents]


def write_archives(settings: Settings, index: Index, site_id: str, now: datetime, progress: Progress) -> None:
    """Write the pages that the plan says are not written, then remove those that are not planned.

    What is written is committed to the index in batches. ``site_id`` is what the feeds' own ids begin with, ``now``
    is aware, and ``progress`` is told each page. Raises DocumentError and StoreError.
    """
    specs = catalog_feeds(settings, index, site_id)
    tree = ArchiveTree(settings.publish.dir, int(now.timestamp()))
    try:
        written = _write_stale(settings, index, specs, tree, progress)
        removed = _remove_unplanned(index, specs, tree)
    finally:
        tree.close()
    index.archive_work.put_known(known=True)
    index.commit()
    if written or removed:
        _log.info("archives: %s written, %d removed", count(written, "page"), removed)


def _write_stale(
    settings: Settings, index: Index, specs: Sequence[FeedSpec], tree: ArchiveTree, progress: Progress
) -> int:
    stale, labels = index.archives.stale_feeds(), read_labels(index)
    rules = RenderRules(content=settings.feeds.content, max_bytes=settings.feeds.max_bytes)
    total, done, written = sum(stale.values()), 0, 0
    ready: list[PlannedPage] = []
    for spec in (spec for spec in specs if (spec.kind, spec.key) in stale):
        for page in index.archives.stale_pages((spec.kind, spec.key)):
            progress("archives", done, total)
            entries = [read_entry(index, path, labels) for path in index.archives.paths_of(page)]
            for location in _page_locations(spec, page, settings.feeds.archives):
                tree.add(location.path, render_page(spec, location, entries, rules).body)
            done += 1
            ready.append(page)
            if len(ready) == _BATCH:
                written += _put_in_place(index, tree, ready)
    return written + _put_in_place(index, tree, ready)


_BATCH = 64


def _put_in_place(index: Index, tree: ArchiveTree, ready: list[PlannedPage]) -> int:
    written = tree.flush()
    for page in ready:
        index.archives.note_written(page)
    ready.clear()
    index.commit()
    return written


def _page_locations(spec: FeedSpec, page: PlannedPage, formats: Collection[str]) -> Iterator[FeedLocation]:
    for each in spec.locations:
        if each.format in formats:
            yield FeedLocation(
                format=each.format,
                path=page_path(each.path, page.name),
                self_link=page_path(each.self_link, page.name),
                prev_archive=page_path(each.self_link, page.previous) if page.previous else "",
                current=each.self_link,
            )


def _remove_unplanned(index: Index, specs: Sequence[FeedSpec], tree: ArchiveTree) -> int:
    leaving = index.archive_work.leaving()
    if not index.archive_work.is_known():
        leaving += _find_unplanned(index, specs, tree)
    for path in leaving:
        tree.remove(path)
    index.archive_work.keep(leaving)
    return len(leaving)


def _find_unplanned(index: Index, specs: Sequence[FeedSpec], tree: ArchiveTree) -> list[str]:
    """Return the paths of all pages in the tree that are in no plan; somebody lost the index, or the tree."""
    planned = {
        path
        for feed, documents in index.archives.feeds().items()
        if index.archives.is_shown(feed)
        for path in _paths(documents, index.archives.names_between(feed, None, None))
    }
    others = planned | set(document_paths(specs))
    return list(tree.pages(lambda path: parse_page_path(path) is not None and path not in others))
