"""Where a feed opens in readers that many people use: links only, nothing of theirs is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

_ADDRESSES = {
    "feedly": ("Feedly", "https://feedly.com/i/subscription/feed%2F{}"),
    "inoreader": ("Inoreader", "https://www.inoreader.com/?add_feed={}"),
    "newsblur": ("NewsBlur", "https://www.newsblur.com/?url={}"),
    "theoldreader": ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url={}"),
    "feedbin": ("Feedbin", "https://feedbin.com/?subscribe={}"),
    "bazqux": ("BazQux", "https://bazqux.com/add?url={}"),
}
LOCAL = "local"


class ReaderLink(NamedTuple):
    """A reader's name, empty for the one on the visitor's machine, and where it takes up a feed."""

    name: str
    href: str


def reader_links(url: str, readers: Iterable[str]) -> tuple[ReaderLink, ...]:
    """Return a link to the feed at an absolute URL for each of the ``readers``, named as in ``[web] readers``."""
    return tuple(
        ReaderLink("", f"feed:{url}")
        if each == LOCAL
        else ReaderLink(_ADDRESSES[each][0], _ADDRESSES[each][1].format(quote(url, safe="")))
        for each in readers
    )
