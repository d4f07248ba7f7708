"""Content is made while the caller does something else, and nothing of it is kept until the caller says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from threading import Event, get_ident
from typing import Any

import pytest

from feedsvc.assembly import ContentAhead, Finish
from feedsvc.errors import SourceChangedError
from feedsvc.model import Entry, Post
from feedsvc.records import MadeContent


class FakePosts:
    """Posts of which all are pending; remembers what is kept, and by which thread."""

    def __init__(self, make_entry: Callable[..., Entry]) -> None:
        self.make_entry = make_entry
        self.kept: list[str] = []
        self.users: set[int] = set()

    def pending(self, paths: Sequence[str]) -> list[Post]:
        self.users.add(get_ident())
        post = self.make_entry().post
        return [replace(post, path=path, pending=True) for path in paths]

    def keep_contents(self, made: Sequence[MadeContent]) -> None:
        self.users.add(get_ident())
        self.kept += [each.path for each in made]


class FakeIndex:
    def __init__(self, make_entry: Callable[..., Entry]) -> None:
        self.posts = FakePosts(make_entry)


def make(posts: Sequence[Post]) -> Iterator[Sequence[MadeContent]]:
    for post in posts:
        yield [MadeContent(post.path, "", b"")]


@pytest.fixture
def begin(make_entry: Callable[..., Entry]) -> Callable[[Finish], tuple[ContentAhead, FakePosts]]:
    def made(finish: Finish) -> tuple[ContentAhead, FakePosts]:
        index: Any = FakeIndex(make_entry)
        return ContentAhead(index, finish), index.posts

    return made


Begin = Callable[[Finish], tuple[ContentAhead, FakePosts]]


def test_what_was_begun_is_kept_in_its_order_and_by_the_caller_alone(begin: Begin) -> None:
    ahead, posts = begin(make)
    paths = [f"{number}.md" for number in range(1234)]
    with closing(ahead):
        ahead.begin(paths)
        assert not posts.kept
        ahead.keep()
        assert posts.kept == paths
        ahead.keep()
        assert posts.kept == paths
    assert posts.users == {get_ident()}


def test_the_caller_goes_on_while_content_is_made(begin: Begin) -> None:
    goes_on = Event()

    def wait(posts: Sequence[Post]) -> Iterator[Sequence[MadeContent]]:
        assert goes_on.wait(20)
        yield from make(posts)

    ahead, posts = begin(wait)
    with closing(ahead):
        ahead.begin(["a.md"])
        goes_on.set()
        ahead.keep()
    assert posts.kept == ["a.md"]


def test_what_cannot_be_made_is_told_where_it_is_wanted(begin: Begin) -> None:
    def fail(posts: Sequence[Post]) -> Iterator[Sequence[MadeContent]]:
        yield from make(posts[:1])
        raise SourceChangedError(posts[1].path)

    ahead, posts = begin(fail)
    with closing(ahead):
        ahead.begin(["a.md", "b.md"])
        with pytest.raises(SourceChangedError, match=r"b\.md"):
            ahead.keep()
    assert not posts.kept


def test_nobody_makes_the_rest_of_what_is_not_wanted_any_more(begin: Begin) -> None:
    begun = Event()
    made: list[Sequence[MadeContent]] = []
    ended: list[bool] = []

    def count(posts: Sequence[Post]) -> Iterator[Sequence[MadeContent]]:
        try:
            for some in make(posts):
                made.append(some)
                begun.set()
                assert ahead._unwanted.wait(20)
                yield some
        finally:
            ended.append(True)

    ahead, posts = begin(count)
    ahead.begin([f"{number}.md" for number in range(100)])
    assert begun.wait(20)
    ahead.close()
    assert (len(made), ended, posts.kept) == (1, [True], [])
