"""SIGHUP answered in a thread: a handler runs between two instructions of the main one, whatever that holds."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue

logger = logging.getLogger(__name__)


class Hangups:
    """Calls ``answer`` after each SIGHUP, one call at a time; what it raises is logged. For the main thread."""

    def __init__(self, answer: Callable[[], None]) -> None:
        self._answer = answer
        # Of all that wakes a thread only this may be called by a handler that interrupts itself.
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="answer-hangups", daemon=True)

    def follow(self) -> None:
        """Begin."""
        self._thread.start()
        signal.signal(signal.SIGHUP, lambda *_: self._asked.put(item=True))

    def stop(self) -> None:
        """Ignore SIGHUP from now on, and wait for the answers that are under way."""
        if self._thread.is_alive():
            self._asked.put(item=False)
            self._thread.join()

    def _run(self) -> None:
        while self._asked.get():
            try:
                self._answer()
            except Exception:
                logger.exception("the configuration was not taken over, the one before stays")
