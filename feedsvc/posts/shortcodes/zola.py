"""The shortcodes that Zola brings (``templates/src/builtins/shortcodes``), rendered simply."""

from __future__ import annotations

from urllib.parse import quote

from feedsvc.posts.shortcodes import embeds
from feedsvc.posts.shortcodes.expanding import Dialect
from feedsvc.posts.shortcodes.page import Page
from feedsvc.posts.shortcodes.pieces import Call, Html
from feedsvc.posts.shortcodes.zola_pieces import find_pieces


def _youtube(call: Call, _: Page) -> Html | None:
    playlist = call.arguments.get("playlist")
    if playlist:
        return embeds.frame(f"https://www.youtube-nocookie.com/embed/videoseries?list={quote(playlist)}", "YouTube")
    return embeds.youtube(call.arguments.get("id"))


def _vimeo(call: Call, _: Page) -> Html | None:
    return embeds.vimeo(call.arguments.get("id"))


def _streamable(call: Call, _: Page) -> Html | None:
    identifier = call.arguments.get("id")
    return embeds.link(f"https://streamable.com/{quote(identifier, safe='')}") if identifier else None


def _gist(call: Call, _: Page) -> Html | None:
    return embeds.gist(call.arguments.get("url"), call.arguments.get("file"))


DIALECT = Dialect(
    find_pieces, {"youtube": _youtube, "vimeo": _vimeo, "streamable": _streamable, "gist": _gist}, frozenset()
)
"""How Zola's posts are read."""
