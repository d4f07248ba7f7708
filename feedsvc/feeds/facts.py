"""What people are told of a feed beside its documents: its last entry, and how many came in each week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from feedsvc.feeds.selection import order_entries
from feedsvc.feeds.values import entry_title
from feedsvc.graphemes import shorten_line
from feedsvc.model import WEEKS, Entry, FeedFacts, FeedSpec

# Of a title that is longer, the beginning tells which entry it is.
_TITLE = 200


def tell_facts(spec: FeedSpec, entries: Sequence[Entry], counts: Mapping[int, int]) -> FeedFacts:
    """Return the facts of a feed; ``counts`` are of entries by the number of their week."""
    newest = max(counts, default=0)
    weeks = [counts.get(newest - back, 0) for back in range(WEEKS)] if counts else []
    while weeks and not weeks[-1]:
        weeks.pop()
    if not entries:
        return FeedFacts(spec.subtitle)
    entry = order_entries(entries)[0]
    return FeedFacts(
        subtitle=spec.subtitle,
        last_title=shorten_line(entry_title(entry), _TITLE),
        last_link=entry.post.alternate_link,
        last_published=entry.post.published.replace(microsecond=0),
        week=newest if weeks else 0,
        counts=tuple(weeks),
    )
