"""The list of all feeds as a Feed Menu (draft-nottingham-feed-menu-01), which readers look for at its place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from feedsvc.feeds.catalog import own_title
from feedsvc.graphemes import shorten_line
from feedsvc.model import SITE, FeedSpec

MEDIA_TYPE = "application/json"
PATH = "/.well-known/feed-menu.json"

# The draft's limits, in characters.
_TITLE, _DESCRIPTION = 50, 140


def render_menu(title: str, specs: Sequence[FeedSpec], headings: Mapping[str, str]) -> bytes:
    """Return the menu of the feeds in their order: that of the site, then a menu for each other kind.

    ``headings`` are what these are called, by kind. Feeds in JSON Feed alone are left out, as menus know Atom and RSS.
    """
    items = list(_items(title, [spec for spec in specs if _links(spec)], headings))
    menu = {"feed-menu": shorten_line(title, _TITLE), "items": items}
    return json.dumps(menu, ensure_ascii=False, indent=1).encode() + b"\n"


def _items(title: str, specs: Sequence[FeedSpec], headings: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for kind, group in groupby(specs, key=lambda spec: spec.kind):
        feeds = [_feed(title, spec) for spec in group]
        if kind == SITE[0]:
            yield from feeds
        else:
            yield {"feed-menu": shorten_line(headings.get(kind, kind), _TITLE), "items": feeds}


def _feed(site_title: str, spec: FeedSpec) -> dict[str, object]:
    described = {"description": shorten_line(spec.subtitle, _DESCRIPTION)} if spec.subtitle else {}
    name = own_title(spec.title, site_title)
    return {"feed-title": shorten_line(name, _TITLE), **_links(spec), **described}


def _links(spec: FeedSpec) -> dict[str, str]:
    return {each.format: each.self_link for each in spec.locations if each.format in ("atom", "rss")}
