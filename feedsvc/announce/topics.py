"""Which topics an edition has, and who is told of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from feedsvc.model import LIST, Representation


def topic_of(representation: Representation, server_url: str) -> str:
    """Return the URL that a feed document names itself by (its ``rel="self"``); that of what an alias repeats.

    Subscribers subscribe to that address, and hubs know no other (WebSub, 4).
    """
    return server_url.rstrip("/") + quote(representation.alias_of or representation.path)


def list_topics(representations: Iterable[Representation], server_url: str) -> Mapping[str, str]:
    """Return topic -> etag of its bytes, of each feed document: not of aliases, nor of lists of feeds."""
    return {
        topic_of(each, server_url): each.variants[0].etag
        for each in representations
        if not each.alias_of and each.feed[0] != LIST
    }
