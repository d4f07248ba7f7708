"""The links by which a page tells a browser or a feed reader where its feeds are (HTML, ``rel=alternate``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from urllib.parse import quote

from feedsvc.model import SITE, Representation

_NAMES = {"atom": "Atom", "rss": "RSS", "json": "JSON"}
_KINDS = (SITE[0], "category", "tag", "author", "language", "collection", "feed")


def list_links(documents: Iterable[Representation], base: str, formats: Sequence[str]) -> Iterator[str]:
    """Yield a ``<link>`` for each document that is no alias: the site's feed first, then by kind and title.

    Of a feed the documents come in the order of ``formats``: many readers take the first. ``base`` is the absolute URL
    that feeds are served below. Titles name their format where a feed has several.
    """

    def order(each: Representation) -> tuple[object, ...]:
        kind, key = each.feed
        return (_rank(_KINDS, kind), each.title.casefold(), kind, key, _rank(formats, each.format), each.path)

    listed = sorted((each for each in documents if not each.alias_of), key=order)
    for _, of_feed in groupby(listed, key=lambda each: each.feed):
        several = list(of_feed)
        for each in several:
            name = f" ({_NAMES.get(each.format, each.format)})" if len(several) > 1 else ""
            yield _link(each.media_type, f"{each.title}{name}", base.rstrip("/") + quote(each.path))


def _rank(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


def _link(media_type: str, title: str, href: str) -> str:
    # The type of a link is that of the format; how its text is encoded is said by the answer.
    kind = media_type.partition(";")[0].strip()
    return f'<link rel="alternate" type="{escape(kind)}" title="{escape(title)}" href="{escape(href)}">'
