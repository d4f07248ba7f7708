"""Some requests at a time go to peers, and what became of them is noted before any other is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from feedsvc.announce.queue import Queue
    from feedsvc.announce.request import Outcome

T = TypeVar("T")

# Peers are others' machines, or have better to do: so many requests at a time.
_AT_A_TIME = 4


def deliver(
    queue: Queue,
    parcels: Iterable[T],
    send: Callable[[T], Outcome],
    note: Callable[[T, Outcome], None],
    is_over: Callable[[], bool],
    *,
    group: int = _AT_A_TIME,
) -> None:
    """Send parcels, four at a time, until ``is_over``; each ``group`` of them is noted in one transaction.

    ``parcels`` are drawn a group at a time, when what became of those before is noted.
    """
    rest = iter(parcels)
    with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="announce") as pool:
        while not is_over() and (some := list(islice(rest, group))):
            for parcel, outcome in zip(some, pool.map(send, some), strict=True):
                note(parcel, outcome)
            queue.commit()
