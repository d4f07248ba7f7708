"""Archives are written once the edition is live, a page at a time; the next build goes on where one was cut off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedsvc.archiveplan import list_paths
from feedsvc.assembly import catalog_feeds, read_entry, read_labels
from feedsvc.feedrules import render_rules
from feedsvc.feeds.archive import page_path, parse_page_path
from feedsvc.feeds.catalog import document_paths
from feedsvc.feeds.held import Held, WrittenEntries
from feedsvc.feeds.render import render_page
from feedsvc.finishing import ContentAhead, Finish
from feedsvc.model import Entry, FeedLocation, FeedSpec
from feedsvc.publish.archive import ArchiveTree, find_pages
from feedsvc.publish.journal import MOVED as MOVED_PAGES
from feedsvc.publish.journal import note
from feedsvc.publish.moved import MOVED, write_moved
from feedsvc.report import Progress, count

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.index import Index
    from feedsvc.index.archives import PlannedPage

_log = logging.getLogger(__name__)

# Pages between two times that files are made durable and the index is committed.
_BATCH = 64
# Pages whose posts are made together: enough to be worth several processes.
_PREPARED = 32
# Of content that is held at a time, some 16 MB; a category of one post in forty reaches back as far.
_MOST_CHARACTERS = 8_000_000
# Likewise as it is written, which takes six times the memory: twice as many would spare one in twelve.
_MOST_WRITTEN = 4_000_000


def write_archives(
    settings: Settings,
    index: Index,
    site_id: str,
    now: datetime,
    finish: Finish,
    progress: Progress,
    interrupted: Callable[[], bool],
    journals: Sequence[Path] = (),
) -> None:
    """Write the pages that the plan says are not written, then remove those that are not planned.

    Where it is ``interrupted`` between two pages, the others stay due.

    What is written is committed to the index in batches. ``site_id`` is what the feeds' own ids begin with, ``now``
    is aware, ``finish`` finishes posts, and ``progress`` is told each page.
    ``journals`` are told of whatever changes (see :mod:`feedsvc.publish.journal`). Raises DocumentError, StoreError and
    what ``finish`` raises.
    """
    specs = catalog_feeds(settings, index, site_id)
    tree = ArchiveTree(settings.publish.dir, int(now.timestamp()), journals=journals)
    try:
        moved = index.archive_work.feeds_that_moved() | index.archives.stale_feeds().keys()
        written = _write_stale(settings, index, specs, tree, finish, progress, interrupted)
        if index.archives.stale_feeds():
            return
        _tell_moved(settings, index, [spec for spec in specs if (spec.kind, spec.key) in moved], journals)
        removed = _remove_unplanned(index, specs, tree, settings.publish.dir)
    finally:
        tree.close()
    index.archive_work.put_known(known=True)
    index.commit()
    if written or removed:
        _log.info("archives: %s written, %d removed", count(written, "page"), removed)


def _write_stale(
    settings: Settings,
    index: Index,
    specs: Sequence[FeedSpec],
    tree: ArchiveTree,
    finish: Finish,
    progress: Progress,
    interrupted: Callable[[], bool],
) -> int:
    by_feed = {(spec.kind, spec.key): spec for spec in specs}
    total, written = sum(index.archives.stale_feeds().values()), 0
    entries, written_entries = _Entries(index), WrittenEntries[Any](_MOST_WRITTEN)
    ready: list[PlannedPage] = []
    for done, (page, paths) in enumerate(_prepared(index, finish)):
        progress("archives", done, total)
        spec, shown = by_feed[page.feed], [entries.read(path) for path in paths]
        rules = render_rules(settings, page.feed)
        for location in _page_locations(spec, page, settings.feeds.archives):
            tree.add(location.path, render_page(spec, location, shown, rules, written_entries).body)
        ready.append(page)
        if len(ready) == _BATCH:
            written += _put_in_place(index, tree, ready)
        if interrupted():
            break
    return written + _put_in_place(index, tree, ready)


def _prepared(index: Index, finish: Finish) -> Iterator[tuple[PlannedPage, list[str]]]:
    """Yield the pages that are to be written with the paths of their posts, the content of which is there.

    While some are written the posts of the next are made: one process writes, and the others need not wait for it.
    """
    pages = index.archives.stale_pages()
    with closing(ContentAhead(index, finish)) as ahead:
        coming = _begin_next(index, pages, ahead)
        while coming:
            ahead.keep()
            some, coming = coming, _begin_next(index, pages, ahead)
            yield from some


def _begin_next(index: Index, pages: Iterator[PlannedPage], ahead: ContentAhead) -> list[tuple[PlannedPage, list[str]]]:
    some = [(page, index.archives.paths_of(page)) for page in islice(pages, _PREPARED)]
    ahead.begin(list(dict.fromkeys(path for _, paths in some for path in paths)))
    return some


class _Entries:
    """Entries that were read last: pages of several feeds come in the order of time, so a post is read once."""

    def __init__(self, index: Index) -> None:
        self._index, self._labels = index, read_labels(index)
        self._held: Held[str, Entry] = Held(_MOST_CHARACTERS)

    def read(self, path: str) -> Entry:
        """Return a live post as an entry."""
        entry = self._held.get(path)
        if entry is None:
            entry = read_entry(self._index, path, self._labels)
            self._held.put(path, entry, len(entry.post.content))
        return entry


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


def _tell_moved(settings: Settings, index: Index, specs: Iterable[FeedSpec], journals: Sequence[Path]) -> None:
    """Let workers know which pages hold now what others held whose names are gone."""
    for spec in specs:
        feed = (spec.kind, spec.key)
        ends = index.archive_work.take_moved(feed)
        moved = {name: index.archives.page_at(feed, last) for name, last in ends.items()}
        for location in spec.locations if moved else ():
            if location.format in settings.feeds.archives:
                note(journals, MOVED_PAGES, [location.path])
                write_moved(settings.state.dir / MOVED, location.path, moved)


def _remove_unplanned(index: Index, specs: Sequence[FeedSpec], tree: ArchiveTree, directory: Path) -> int:
    leaving = index.archive_work.leaving()
    if not index.archive_work.is_known():
        leaving += _find_unplanned(index, specs, directory)
    for path in leaving:
        tree.remove(path)
    index.archive_work.keep(leaving)
    return len(leaving)


def _find_unplanned(index: Index, specs: Sequence[FeedSpec], directory: Path) -> list[str]:
    """Return the paths of all pages in the tree that are in no plan; somebody lost the index, or the tree."""
    planned = {
        path
        for feed, documents in index.archives.feeds().items()
        if index.archives.is_shown(feed)
        for path in list_paths(documents, index.archives.pages_between(feed))
    }
    others = planned | set(document_paths(specs))
    return list(find_pages(directory, lambda path: parse_page_path(path) is not None and path not in others))
