"""What the plugin jekyll-feed (0.17, ``feed.xml``) called its feeds, so that they go on under their names."""

from __future__ import annotations

from collections.abc import Iterable

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.jekyll.feed import OldFeed
from feedsvc.posts.jekyll.smartify import smartify, typography_of
from feedsvc.posts.terms import term_key

POSTS = OldFeed(path="", kind="collection", label="posts")
"""The posts, where other collections have feeds too."""


def feed_tables(title: str, feeds: Iterable[OldFeed], kramdown: Value = None) -> dict[str, dict[str, object]]:
    """Return kind -> label -> options of the feed's own table: its title. ``title`` is the site's, as configured.

    ``kramdown`` are the site's settings for it, which shape quotes. Of two spellings of one term the first counts. A
    feed of a tag had the site's title alone, and so has that of the posts.
    """
    tables: dict[str, dict[str, object]] = {}
    seen: set[tuple[str, str]] = set()
    feeds = list(feeds)
    if any(feed.kind == "collection" for feed in feeds):
        feeds.append(POSTS)
    for feed in feeds:
        place = (feed.kind, term_key(feed.label))
        if feed.kind != "site" and title and place not in seen:
            seen.add(place)
            tables.setdefault(feed.kind, {})[feed.label] = {"title": as_smartified(_title(title, feed), kramdown)}
    return tables


def as_smartified(title: str, kramdown: Value) -> str:
    """Return a feed's title as the plugin writes it, as plain text."""
    return plain_text(smartify(title, typography_of(kramdown)))


def _title(title: str, feed: OldFeed) -> str:
    # Ruby's capitalize, as Python's, makes all letters but the first small.
    return title if feed.kind == "tag" or feed == POSTS else f"{title} | {feed.label.capitalize()}"
