"""A browser that a person points at a feed: it is told by what it says of itself (Fetch Metadata), and gets a page.

Why no cache can mix up the two answers of one address (RFC 9110, 12.5.5; RFC 9111, 4.1):

- The page is ``private, no-store``: nothing keeps it, so nothing can hand it to a reader, which is what would be
  fatal. Its Vary says what it hangs on all the same.
- The feed itself stays as it is, without a Vary on these fields: a cache may hand a stored feed to a browser, which
  shows it by its style sheet. To say more would split what caches hold of a feed by the headers of every reader.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from werkzeug.http import parse_accept_header

from feedsvc.web.answers import Resource

IN_PLACE = "Accept-Encoding, Accept, Sec-Fetch-Dest, Sec-Fetch-Mode"
"""The Vary of a page in the place of a feed; a feed's own is Accept-Encoding alone."""


def is_navigation(get_header: Callable[[str], str | None], media_type: str) -> bool:
    """Say whether a GET or HEAD of a feed of ``media_type`` is a person's, who is to see a page.

    The browser shows the answer in a tab (``Sec-Fetch-Dest: document``; neither a script nor another site can set
    it) and asks for text/html, not less than for the feed's own type where it names that.
    """
    if get_header("Sec-Fetch-Dest") != "document" or get_header("Sec-Fetch-Mode") != "navigate":
        return False
    weights: dict[str, float] = {}
    for name, weight in parse_accept_header(get_header("Accept") or ""):
        weights.setdefault(name.partition(";")[0].strip().lower(), weight)
    html = weights.get("text/html", 0.0)
    return html > 0 and html >= weights.get(media_type, 0.0)


def put_in_place(resource: Resource) -> Resource:
    """Return a page as it is answered at the address of a feed."""
    return replace(resource, cache_control="private, no-store", vary=IN_PLACE)
