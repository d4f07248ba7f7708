"""What a builder tells of its lease: when its belief in itself begins and ends, by this machine's clock."""

from __future__ import annotations

import logging

from feedsvc.remote.claim import Claim

_log = logging.getLogger(__name__)


class Belief:
    """Logs what changed since it was looked at last; ``address`` is the store's."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._term = 0
        self._since = self._until = 0.0
        self._other = ""

    @property
    def until(self) -> float | None:
        """When the belief ends that was told of last; None where none was, or its end was told, too."""
        return self._until if self._term else None

    def look(self, claim: Claim, now: float) -> bool:
        """Tell of a belief that ended, and of one that begins; return whether it did, or whether others hold now."""
        until, changed = claim.believed_until, False
        believes = until is not None and now < until
        if self._term and (not believes or now >= self._until):
            end = min(self._until, now)
            told = "%s: it held the lease: term %d, from %.3f to %.3f"
            _log.info(told, self._address, self._term, self._since, end)
            self._term, changed = 0, True
        if believes and until is not None:
            if not self._term:
                _log.info("%s: this builder holds the lease: term %d, since %.3f", self._address, claim.held, now)
                self._term, self._since, changed = claim.held, now, True
            self._until = until
        holder = claim.note.holder if claim.note else ""
        other = "" if believes or holder == claim.name else holder
        changed |= other not in ("", self._other)
        self._other = other
        return changed
