"""The plan of the archives: where pages end, told before the documents are rendered that lead to the newest of them.

Planning needs positions and ids only, no text, and only where something changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from feedsvc.feeds.archive import page_path, recut_pages
from feedsvc.model import FeedLocation, FeedSpec

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.index.archives import FeedKey, Position

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
                self._leave(feed, documents, self._archives.pages_between(feed))
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
        names = self._archives.pages_between(feed)
        self._leave(feed, documents, names)
        self._archives.put_shown(feed, shown=shown)
        if shown:
            self._work.keep(list_paths(documents, names))

    def _locations(self, spec: FeedSpec) -> Iterator[FeedLocation]:
        return (each for each in spec.locations if each.format in self._formats)

    def _documents(self, spec: FeedSpec) -> tuple[str, ...]:
        return tuple(location.path for location in self._locations(spec))

    def _cut(self, feed: FeedKey, documents: Sequence[str], dirty: Sequence[Position]) -> None:
        archives = self._archives
        before: dict[str, Position] = {}
        after: set[str] = set()
        for stretch in recut_pages(
            dirty,
            start_of=partial(archives.start_of, feed),
            is_end=lambda page: archives.is_end(feed, page.last, page.name),
            entries_after=lambda position: (entry[:2] for entry in archives.entries(feed, position)),
        ):
            before.update(archives.pages_between(feed, stretch.after, stretch.until))
            archives.drop_between(feed, stretch.after, stretch.until)
            for page in stretch.pages:
                archives.add_page(feed, page.name, page.last, closed=page.closed)
            after.update(page.name for page in stretch.pages)
        left = {name: last for name, last in before.items() if name not in after}
        self._leave(feed, documents, left)
        self._work.keep(list_paths(documents, after))
        if archives.is_shown(feed):
            self._work.move(feed, left, after)

    def _leave(self, feed: FeedKey, documents: Sequence[str], names: Iterable[str]) -> None:
        if self._archives.is_shown(feed):
            self._work.leave(list_paths(documents, names))


def list_paths(documents: Sequence[str], names: Iterable[str]) -> list[str]:
    """Return the paths of the pages with these names, for each of a feed's documents."""
    return [page_path(document, name) for name in sorted(names) for document in documents]
