"""Content is made while the caller does something else, and nothing of it is kept until the caller says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from threading import Event, get_ident
from typing import Any

import pytest

from feedsvc.errors import SourceChangedError
from feedsvc.finishing import ContentAhead, Finish
from feedsvc.model import Unfinished
from feedsvc.records import Finished


class FakeIndex:
    """Posts of which all are unfinished; remembers what is kept, and by which thread."""

    def __init__(self) -> None:
        self.posts = self
        self.kept: list[str] = []
        self.users: set[int] = set()

    def unfinished(self, paths: Sequence[str]) -> list[Unfinished]:
        self.users.add(get_ident())
        return [Unfinished(path, "1", datetime(2024, 6, 12, tzinfo=UTC), brief=True) for path in paths]

    def finish(self, finished: Sequence[Finished]) -> None:
        self.users.add(get_ident())
        self.kept += [each.path for each in finished]


def make(posts: Sequence[Unfinished]) -> Iterator[Sequence[Finished]]:
    for post in posts:
        yield [Finished(post.path, b"", b"", "", ())]


def begin(finish: Finish) -> tuple[ContentAhead, FakeIndex]:
    index: Any = FakeIndex()
    return ContentAhead(index, finish), index


def test_what_was_begun_is_kept_in_its_order_and_by_the_caller_alone() -> None:
    ahead, index = begin(make)
    paths = [f"{number}.md" for number in range(1234)]
    with closing(ahead):
        ahead.begin(paths)
        assert not index.kept
        ahead.keep()
        assert index.kept == paths
        ahead.keep()
        assert index.kept == paths
    assert index.users == {get_ident()}


def test_the_caller_goes_on_while_content_is_made() -> None:
    goes_on = Event()

    def wait(posts: Sequence[Unfinished]) -> Iterator[Sequence[Finished]]:
        assert goes_on.wait(20)
        yield from make(posts)

    ahead, index = begin(wait)
    with closing(ahead):
        ahead.begin(["a.md"])
        goes_on.set()
        ahead.keep()
    assert index.kept == ["a.md"]


def test_what_cannot_be_made_is_told_where_it_is_wanted() -> None:
    def fail(posts: Sequence[Unfinished]) -> Iterator[Sequence[Finished]]:
        yield from make(posts[:1])
        raise SourceChangedError(posts[1].path)

    ahead, index = begin(fail)
    with closing(ahead):
        ahead.begin(["a.md", "b.md"])
        with pytest.raises(SourceChangedError, match=r"b\.md"):
            ahead.keep()
    assert not index.kept


def test_nobody_makes_the_rest_of_what_is_not_wanted_any_more() -> None:
    begun = Event()
    made: list[Sequence[Finished]] = []
    ended: list[bool] = []

    def count(posts: Sequence[Unfinished]) -> Iterator[Sequence[Finished]]:
        try:
            for some in make(posts):
                made.append(some)
                begun.set()
                assert ahead._unwanted.wait(20)
                yield some
        finally:
            ended.append(True)

    ahead, index = begin(count)
    ahead.begin([f"{number}.md" for number in range(100)])
    assert begun.wait(20)
    ahead.close()
    assert (len(made), ended, index.kept) == (1, [True], [])
