"""Requests of one kind, several at a time: a store is far away, and each answer takes its time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

THREADS = 8
BATCH = 64
"""Requests between two looks at whether the lease is still ours."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Item], Result], items: Iterable[Item], check: Callable[[], None] = lambda: None
) -> Iterator[Result]:
    """Yield what ``work`` returns for each item, in order; ``check`` is called before each batch and may raise.

    What ``work`` raises first is raised here; what was not begun then never is, so that a store which refuses, and is
    asked again and again for each item, is given up after the first.
    """
    coming, failed = iter(items), threading.Event()

    def begin(item: Item) -> Result:
        if failed.is_set():
            # Nobody sees this: it comes after the item that failed.
            raise CancelledError
        try:
            return work(item)
        except BaseException:
            failed.set()
            raise

    with ThreadPoolExecutor(THREADS, thread_name_prefix="send") as pool:
        while batch := list(islice(coming, BATCH)):
            check()
            futures = [pool.submit(begin, item) for item in batch]
            try:
                yield from [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
