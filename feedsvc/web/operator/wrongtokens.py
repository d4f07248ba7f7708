"""Wrong tokens are counted, and who sends many waits; a small table in each worker."""

from __future__ import annotations

import time
from collections.abc import Callable

PER_MINUTE = 5
"""Wrong tokens that one client may send to each worker."""

MOST_CLIENTS = 1000
"""Clients that are counted apart; those who come when all places are taken are counted together."""

_WINDOW_S = 60.0
_OTHERS = ""


class WrongTokens:
    """Counts of wrong tokens by client, over windows of one minute."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._counts: dict[str, int] = {}
        self._ends = monotonic() + _WINDOW_S

    def wait(self, client: str) -> int:
        """Return in how many seconds a client may send a token again; 0 for now."""
        now = self._monotonic()
        if now >= self._ends:
            self._counts, self._ends = {}, now + _WINDOW_S
        if self._counts.get(self._place(client), 0) < PER_MINUTE:
            return 0
        return max(1, round(self._ends - now))

    def note(self, client: str) -> None:
        """Count one wrong token."""
        place = self._place(client)
        self._counts[place] = self._counts.get(place, 0) + 1

    def _place(self, client: str) -> str:
        return client if client in self._counts or len(self._counts) < MOST_CLIENTS else _OTHERS
