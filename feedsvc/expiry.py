"""How long a feed says that an entry was deleted: until it has gone on from there by the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from feedsvc.model import SITE
from feedsvc.records import to_microseconds

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.index.posts import FeedKey
    from feedsvc.ledger import Ledger


def expire_deleted(index: Index, ledger: Ledger, window_of: Callable[[FeedKey], timedelta]) -> None:
    """Forget what left a feed so long ago that the feed shows nothing of that time any more.

    That is its window, which ``window_of`` tells, before the feed's newest go-live time, or the site's where all of a
    feed is gone. It takes a newer post, no clock, to get there: what is forgotten changes no document that would not
    change anyway.
    """
    for feed in ledger.deleted.feeds():
        newest = index.posts.ranking(feed, limit=1) or index.posts.ranking(SITE, limit=1)
        # Nothing left before 1970, and the longest window reaches further than a database counts.
        until = (
            max(0, to_microseconds(newest[0].live_at) - window_of(feed) // timedelta(microseconds=1)) if newest else 0
        )
        ledger.deleted.expire(feed, until)
