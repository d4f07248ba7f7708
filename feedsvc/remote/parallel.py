"""Requests of one kind, several at a time: a store is far away, and each answer takes its time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
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

    What ``work`` raises first is raised here; what was not begun then never is.
    """
    coming = iter(items)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="send") as pool:
        while batch := list(islice(coming, BATCH)):
            check()
            futures = [pool.submit(work, item) for item in batch]
            try:
                yield from [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
