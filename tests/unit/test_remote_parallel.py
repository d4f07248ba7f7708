from __future__ import annotations

import threading
import time

import pytest

from feedsvc.remote.parallel import THREADS, in_parallel


def test_what_comes_back_is_in_the_order_of_the_items() -> None:
    assert list(in_parallel(lambda number: -number, range(200))) == [-number for number in range(200)]


def test_a_failure_is_the_end_of_it_whichever_threads_are_at_work() -> None:
    begun: list[int] = []
    all_at_work = threading.Barrier(THREADS)

    def work(number: int) -> int:
        begun.append(number)
        if number < THREADS:
            all_at_work.wait(10)
        time.sleep(0.001 * number)
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        list(in_parallel(work, range(THREADS * 4)))
    assert sorted(begun) == list(range(THREADS))


def test_what_was_begun_ends_before_a_failure_is_told() -> None:
    ended = threading.Event()
    begun = threading.Event()

    def work(number: int) -> None:
        if number:
            begun.set()
            ended.wait(0.05)
            ended.set()
        else:
            begun.wait(10)
            raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        list(in_parallel(work, range(2)))
    assert ended.is_set()
