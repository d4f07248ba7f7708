"""Caches, then hubs, are told what was published: once by `feedsvc build`, and by a thread of `feedsvc serve`.

Caches come first: a subscriber that is told by a hub fetches at once, and must not get the old feed out of a cache.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feedsvc.announce.hub import announce
from feedsvc.announcing import Send, announce_published
from feedsvc.errors import FeedsvcError, LockHeldError
from feedsvc.published import look_at_published
from feedsvc.purging import purge_published

if TYPE_CHECKING:
    from feedsvc.config import Settings

_log = logging.getLogger(__name__)

# How often to look whether there is a new edition: one look at one file, and with caches at two.
_LOOK_S = 0.2
# After the start: a hub that is told at once would ask for a feed before there is a worker to answer.
_BEGIN_S = 2.0
# `feedsvc build` does not wait longer for caches and hubs; the next build, or the service, goes on.
_PATIENCE_OF_BUILD_S = 10.0
# Hubs do not wait longer than this for caches that do not answer.
_PATIENCE_WITH_CACHES = timedelta(seconds=30)


def tell_published(settings: Settings, clock: Callable[[], datetime]) -> None:
    """Tell caches and then hubs what they were not told yet; hubs whatever the caches say.

    Takes ``[publish] settle`` and ten seconds at most; what is left is told by the next build, or the service. Raises
    StoreError where what was told cannot be noted.
    """
    settled = time.monotonic() + settings.settle.total_seconds()
    half, end = settled + _PATIENCE_OF_BUILD_S / 2, settled + _PATIENCE_OF_BUILD_S
    announce_published(settings, clock, is_over=lambda: True)  # noted merely, so that they settle meanwhile
    try:
        due, until = _purge(settings, clock, lambda: time.monotonic() > half)
        while due is not None and until is not None and time.monotonic() <= half:
            _sleep_until(due, clock, half)
            due, until = _purge(settings, clock, lambda: time.monotonic() > half)
    finally:
        due = announce_published(settings, clock, is_over=lambda: time.monotonic() > end)
        if due is not None and due - clock() <= settings.settle:
            _sleep_until(due, clock, end)
            announce_published(settings, clock, is_over=lambda: time.monotonic() > end)


def _sleep_until(due: datetime, clock: Callable[[], datetime], end: float) -> None:
    """Sleep until ``due`` or just past ``end``, of the monotonic clock, whichever is first."""
    time.sleep(max(0.01, min((due - clock()).total_seconds(), end - time.monotonic() + 0.01)))


def _purge(
    settings: Settings, clock: Callable[[], datetime], is_over: Callable[[], bool]
) -> tuple[datetime | None, datetime | None]:
    """Tell caches; return when there is more to tell, and until when hubs are to wait, if ever."""
    if not settings.purge.to:
        return None, None
    try:
        return purge_published(settings, clock, is_over=is_over, patience=_PATIENCE_WITH_CACHES)
    except LockHeldError:
        # Another process does it, and is soon done.
        soon = clock() + timedelta(seconds=_LOOK_S)
        return soon, soon


class Announcer:
    """A thread that tells caches and hubs of each new edition, and again what failed, until stopped.

    It goes by the published tree, so it tells what builds of other processes published, too.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], send: Send = announce) -> None:
        self._settings, self._clock, self._send = settings, clock, send
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announce", daemon=True)
        self._seen: object = None
        self._due: datetime | None = None
        self._complaint = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def reconfigure(self, settings: Settings) -> None:
        """Go by other settings from now on."""
        self._settings, self._seen = settings, None

    def stop(self) -> None:
        """Wait for the requests that are under way, and begin no others; what is left is told after the next start."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        self._stopped.wait(_BEGIN_S)
        while not self._stopped.wait(_LOOK_S):
            try:
                self._look()
            except FeedsvcError as error:
                if str(error) != self._complaint:
                    self._complaint = str(error)
                    _log.error("caches and hubs are not told: %s", error)
            except Exception:  # noqa: BLE001 (logged whole)
                # A bug must not end the thread, nor be told five times a second.
                _log.exception("caches and hubs are not told, by a bug in feedsvc")
                self._stopped.wait(60)

    def _look(self) -> None:
        settings = self._settings
        if not (settings.websub.hubs or settings.purge.to):
            return
        seen = look_at_published(settings)
        if seen is None or (seen == self._seen and (self._due is None or self._clock() < self._due)):
            return
        due = until = None
        try:
            due, until = _purge(settings, self._clock, self._stopped.is_set)
        finally:
            # While caches are to be told first, hubs are merely noted, so that the edition settles for them, too.
            is_over = self._stopped.is_set if until is None else lambda: True
            told = announce_published(settings, self._clock, send=self._send, is_over=is_over)
        dues = [due, until or told]
        self._due = min((each for each in dues if each is not None), default=None)
        self._seen, self._complaint = seen, ""
