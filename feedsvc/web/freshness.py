"""How long a feed may be kept: ``max_age``, cut to the moment at which the feeds are known to change (RFC 9111, 5.2.2).

Pure: the clock and that moment are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A change that does not come when it is due (nobody builds, or a build fails) must not have all ask every second.
_GRACE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What the configuration grants to caches, in whole seconds; 0 leaves the two directives of RFC 5861 out."""

    max_age: int
    stale_while_revalidate: int = 0
    stale_if_error: int = 0

    def cache_control(self, now: datetime, next_change: datetime | None) -> str:
        """Return the Cache-Control of a feed that is next known to change at ``next_change``; None: it is not known.

        ``max-age`` ends with that change, but is a second at least. Where it is cut, nobody may go on with
        the old feed while asking for the new one: the change is certain, not merely possible.
        """
        left = _seconds_left(now, next_change, self.max_age)
        cut = left is not None
        directives = (
            ("max-age", self.max_age if left is None else max(left, 1)),
            ("stale-while-revalidate", 0 if cut else self.stale_while_revalidate),
            ("stale-if-error", self.stale_if_error),
        )
        granted = (f", {name}={seconds}" for name, seconds in directives if seconds or name == "max-age")
        return "public" + "".join(granted)

    def holds_until(self, now: datetime, next_change: datetime | None) -> datetime | None:
        """Return the last instant at which :meth:`cache_control` says what it says ``now``; None: it always will."""
        if next_change is None or now > next_change + _GRACE:
            return None
        left = _seconds_left(now, next_change, self.max_age)
        if left is None:
            return next_change - timedelta(seconds=self.max_age)
        return next_change - left * _SECOND if left > 1 else next_change + _GRACE


def _seconds_left(now: datetime, next_change: datetime | None, max_age: int) -> int | None:
    """Return the whole seconds until ``next_change``, 0 once it is due; None where ``max_age`` need not be cut."""
    if next_change is None or now > next_change + _GRACE:
        return None
    left = max((next_change - now) // _SECOND, 0)
    return left if left < max_age else None
