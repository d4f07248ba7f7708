"""Which entries a feed holds, and in which order it shows them.

Entries are chosen by when they went live and shown by when they say they were published: a post that is dated
last year but arrived a minute ago is chosen, so that no reader misses it, and stands among last year's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedsvc.model import Entry, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRules:
    """How much of its past a feed holds: ``window`` back from its newest, within the two counts of entries."""

    window: timedelta
    min_entries: int
    max_entries: int


def rank_key(standing: Standing) -> tuple[datetime, datetime, str]:
    """Return the key of the rank order, which is this key's descending order; total, as name keys are unique."""
    return (standing.live_at, standing.published, standing.name_key)


def select(ranked: Sequence[Standing], rules: SelectionRules) -> tuple[Standing, ...]:
    """Return the standings that the feed holds: a prefix of ``ranked``, which comes in rank order.

    It reaches to those that went live exactly ``window`` before the newest, is extended to ``min_entries`` where
    there are as many, and never passes ``max_entries``. The window is measured from the newest go-live time, so
    the answer needs no clock.
    """
    if not ranked:
        return ()
    newest = ranked[0].live_at
    within = bisect_right(ranked, rules.window, key=lambda standing: newest - standing.live_at)
    return tuple(ranked[: min(max(within, rules.min_entries), rules.max_entries)])


def is_overfull(ranked: Sequence[Standing], rules: SelectionRules) -> bool:
    """Tell whether ``max_entries`` leaves out one that went live within the window; ``ranked`` has one more, if any."""
    return len(ranked) > rules.max_entries and ranked[0].live_at - ranked[rules.max_entries].live_at <= rules.window


def order_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the entries as a document shows them: newest ``published`` first, equal instants by name, descending."""
    return tuple(sorted(entries, key=lambda entry: (entry.post.published, entry.post.name_key), reverse=True))
