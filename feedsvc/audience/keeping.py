"""The one writer of a service: takes what its workers counted and keeps it, every few seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from feedsvc.audience.salt import Salt
from feedsvc.audience.spool import FOLDER, Spool
from feedsvc.audience.store import FILE, AudienceStore, with_store
from feedsvc.errors import StoreError

logger = logging.getLogger(__name__)

TAKE_S = 10.0
"""Seconds between two looks; what workers wrote down meanwhile is safe from a crash."""


class Keeper:
    """Moves counts from the spool into the store, both in the ``state`` directory, for the days of ``today``."""

    def __init__(self, state: Path, salt: Salt, today: Callable[[], date], keep: timedelta) -> None:
        self._path = state / FILE
        self._spool = Spool(state / FOLDER)
        self._salt = salt
        self._today = today
        self._keep = keep
        self._forgotten: date | None = None
        self._failing = ""
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keep-audience", daemon=True)

    def start(self) -> None:
        """Begin, in a thread; before the first worker starts."""
        self._spool.clear_drafts()
        self._thread.start()

    def stop(self) -> None:
        """End, and take what the workers wrote last; once they have ended."""
        self._end.set()
        self._thread.join()
        self.take()

    def reconfigure(self, keep: timedelta) -> None:
        """Keep days for another time from now on."""
        self._keep, self._forgotten = keep, None

    def _run(self) -> None:
        while not self._end.wait(TAKE_S):
            self.take()

    def take(self) -> None:
        """Take what there is; a failure is logged once, and the files wait."""
        today = self._today()
        self._salt.advance(today)
        try:
            self._take_files(today)
        except (StoreError, OSError) as error:
            if str(error) != self._failing:
                logger.warning("the audience is counted but cannot be kept for now: %s", error)
            self._failing = str(error)
        else:
            self._failing = ""

    def _take_files(self, today: date) -> None:
        names = self._spool.names()
        if names or (self._forgotten != today and self._path.exists()):
            with_store(self._path, lambda store: self._take(store, names, today))
            self._forgotten = today
            self._spool.remove(names)

    def _take(self, store: AudienceStore, names: tuple[str, ...], today: date) -> None:
        fresh = [name for name in names if not store.was_taken(name)]
        store.add(increment for _, increment in self._spool.read(fresh))
        store.note_taken(names)
        if self._forgotten != today:
            store.forget(today, self._keep)
        store.commit()
