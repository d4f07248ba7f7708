"""Requests to the store on behalf of somebody who waits: one at a time for each object, and never waited for long.

A worker answers in one thread, so a store that hangs must not hold up the polls that need nothing of it: whoever asks
waits ``patience`` at most while the request goes on, and after a failure nobody waits at all for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from feedsvc.errors import BodyUnavailableError, ObjectStoreError

_PATIENCE_S, _PAUSE_S = 2.0, 2.0
_AT_A_TIME = 4
# Objects that are not what they should be, remembered until they are asked for again.
_MOST_REFUSED = 1000

T = TypeVar("T")


class Fetcher:
    """Runs requests. ``is_away`` tells what the follower of the store knows. Safe to use from many threads."""

    def __init__(
        self,
        is_away: Callable[[], bool] = lambda: False,
        *,
        patience: float = _PATIENCE_S,
        pause: float = _PAUSE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_away = is_away
        self._patience, self._pause = patience, pause
        self._monotonic = monotonic
        self._threads = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="fetch")
        self._lock = threading.Lock()
        self._running: dict[str, Future[Any]] = {}
        self._refused: dict[str, float] = {}
        self._quiet_until = monotonic()

    def run(self, address: str, fetch: Callable[[], T]) -> T:
        """Return what ``fetch`` does, which reads the object at ``address``, or what one under way for it will.

        Raises :class:`BodyUnavailableError` where that fails, takes too long, or failed a moment ago.
        """
        future = self._begin(address, fetch)
        try:
            result: T = future.result(self._patience)
        except ObjectStoreError as error:
            self._rest()
            raise BodyUnavailableError(address, error.reason) from error
        except BodyUnavailableError:
            self._refuse(address)
            raise
        except TimeoutError as error:
            self._rest()
            raise BodyUnavailableError(address, "the store takes too long") from error
        return result

    def _begin(self, address: str, fetch: Callable[[], T]) -> Future[Any]:
        with self._lock:
            now = self._monotonic()
            if self._is_away() or now < self._quiet_until:
                raise BodyUnavailableError(address, "the store cannot be reached")
            if now < self._refused.get(address, now):
                raise BodyUnavailableError(address, "is not what it should be")
            future = self._running.get(address)
            if future is None:
                future = self._running[address] = self._threads.submit(fetch)
                begun = True
            else:
                begun = False
        if begun:  # not under the lock: one that is done already calls back at once
            future.add_done_callback(lambda _: self._end(address))
        return future

    def _end(self, address: str) -> None:
        with self._lock:
            self._running.pop(address, None)

    def _rest(self) -> None:
        self._quiet_until = self._monotonic() + self._pause

    def _refuse(self, address: str) -> None:
        with self._lock:
            if len(self._refused) >= _MOST_REFUSED:
                self._refused.clear()
            self._refused[address] = self._monotonic() + self._pause
