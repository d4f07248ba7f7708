"""Posts that documents are to carry are finished first: here and now, or while something else is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

from feedsvc.model import Unfinished

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.records import Finished

Finish = Callable[[Sequence[Unfinished]], "Iterator[Sequence[Finished]]"]
"""Finishes posts, some at a time; raises SourceChangedError when a file is not what it was."""

# Posts to look up in one query.
_AT_ONCE = 500


def prepare_entries(index: Index, paths: Sequence[str], finish: Finish) -> None:
    """Finish those of the posts that nobody did yet, and keep them: others carry them too, or the same feed again."""
    for finished in finish(_unfinished(index, paths)):
        index.finish(finished)


def _unfinished(index: Index, paths: Sequence[str]) -> list[Unfinished]:
    places = range(0, len(paths), _AT_ONCE)
    return [post for place in places for post in index.posts.unfinished(paths[place : place + _AT_ONCE])]


class ContentAhead:
    """Does what :func:`prepare_entries` does while the caller does other things, for some posts at a time.

    What is made is taken from other processes by a thread, since they wait where nobody takes it; the index is used
    by the caller alone.
    """

    def __init__(self, index: Index, finish: Finish) -> None:
        self._index, self._finish = index, finish
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="content")
        self._made: Future[list[Sequence[Finished]]] | None = None
        self._unwanted = Event()

    def begin(self, paths: Sequence[str]) -> None:
        """Begin to finish those of these posts that nobody did yet; :meth:`keep` ends it."""
        self._made = self._thread.submit(self._make, _unfinished(self._index, paths))

    def _make(self, unfinished: Sequence[Unfinished]) -> list[Sequence[Finished]]:
        made = []
        for some in self._finish(unfinished):
            made.append(some)
            if self._unwanted.is_set():
                break
        return made

    def keep(self) -> None:
        """Wait for what was begun, and keep it in the index. Raises what ``finish`` does."""
        made, self._made = self._made, None
        for some in made.result() if made else ():
            self._index.finish(some)

    def close(self) -> None:
        """Leave what was begun and not kept."""
        self._unwanted.set()
        self._thread.shutdown(cancel_futures=True)
