"""Requests to a store that may hang: nobody waits for long, and nobody asks for the same thing twice at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from feedsvc.errors import BodyUnavailableError, ObjectStoreError
from feedsvc.remote.fetching import Fetcher


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Give what a hanging request waits for; it is let go at the end, however the test ends."""
    event = threading.Event()
    yield event
    event.set()


def test_who_asks_for_what_is_being_fetched_gets_the_same_answer(gate: threading.Event) -> None:
    asked: list[int] = []

    def fetch() -> bytes:
        asked.append(1)
        gate.wait(20)
        return b"body"

    fetcher = Fetcher(patience=20)
    both = threading.Barrier(4)

    def ask(_: int) -> bytes:
        both.wait()
        return fetcher.run("a", fetch)

    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(ask, range(4))
        while not asked:
            pass
        gate.set()
        assert list(answers) == [b"body"] * 4
    # Whoever came after the first was done asks again, and none of them did while it was under way.
    assert len(asked) <= 4


def test_a_store_that_hangs_is_waited_for_once_and_then_not_for_a_while(gate: threading.Event) -> None:
    time = [0.0]
    fetcher = Fetcher(patience=0.05, pause=2.0, monotonic=lambda: time[0])
    with pytest.raises(BodyUnavailableError, match="takes too long"):
        fetcher.run("a", lambda: gate.wait(20))
    with pytest.raises(BodyUnavailableError, match="cannot be reached"):
        fetcher.run("b", lambda: pytest.fail("asked"))
    time[0] = 2.0
    assert fetcher.run("b", lambda: b"b") == b"b"


def test_a_store_that_fails_is_left_alone_for_a_while() -> None:
    time = [0.0]
    fetcher = Fetcher(pause=2.0, monotonic=lambda: time[0])

    def fail() -> bytes:
        raise ObjectStoreError("s3://b/a", "connection refused")

    with pytest.raises(BodyUnavailableError, match="connection refused"):
        fetcher.run("a", fail)
    with pytest.raises(BodyUnavailableError, match="cannot be reached"):
        fetcher.run("b", lambda: pytest.fail("asked"))


def test_an_object_that_is_damaged_holds_up_no_other() -> None:
    time = [0.0]
    fetcher = Fetcher(pause=2.0, monotonic=lambda: time[0])

    def damaged() -> bytes:
        raise BodyUnavailableError("a", "is damaged")

    for _ in range(2):
        with pytest.raises(BodyUnavailableError):
            fetcher.run("a", damaged)
    assert fetcher.run("b", lambda: b"b") == b"b"
    time[0] = 2.0
    assert fetcher.run("a", lambda: b"a") == b"a"


def test_nothing_is_asked_of_a_store_that_its_follower_does_not_reach() -> None:
    with pytest.raises(BodyUnavailableError, match="cannot be reached"):
        Fetcher(lambda: True).run("a", lambda: pytest.fail("asked"))
