"""Frames: films of hosts that the owner trusts stay, others become links, and what counts readers goes."""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from functools import partial
from urllib.parse import urlsplit

from feedsvc.posts.html.pixels import is_pixel, is_tracker
from feedsvc.posts.html.tags import ATTRIBUTES, read_attributes, write_tag

FRAME_ATTRIBUTES = frozenset({"src", "title", "width", "height", "allowfullscreen"})
"""What a frame that stays may say; no script of a feed's reader gives it more than a browser gives any."""

_FRAME = re.compile(rf"<(?:iframe({ATTRIBUTES})>.*?</iframe>|embed({ATTRIBUTES})>)", re.DOTALL)
_LENGTH = re.compile(r"[0-9]{1,5}%?")


def settle_frames(markup: str, hosts: Collection[str]) -> str:
    """Return cleaned HTML with the frames of ``hosts``, and of hosts below them, and links for all others.

    Its URLs are absolute. A frame of such a host is fetched by https; without https another one is no link either.
    """
    return _FRAME.sub(partial(_settled, hosts=hosts), markup)


def _settled(match: re.Match[str], hosts: Collection[str]) -> str:
    is_frame = match[1] is not None
    attributes = read_attributes(match[1] if is_frame else match[2])
    url = attributes.get("src", "")
    if not url.startswith(("https://", "http://")) or is_pixel(attributes) or is_tracker(url):
        return ""
    if is_frame and _is_of(urlsplit(url).hostname or "", hosts):
        return write_tag("iframe", _reduced(attributes)) + "</iframe>"
    if not url.startswith("https://"):
        return ""
    return f'<a href="{html.escape(url)}">{html.escape(attributes.get("title") or url, quote=False)}</a>'


def _is_of(host: str, hosts: Collection[str]) -> bool:
    return any(host == each or host.endswith("." + each) for each in hosts)


def _reduced(attributes: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in attributes.items() if name in FRAME_ATTRIBUTES}
    kept["src"] = re.sub("^http:", "https:", kept["src"])
    return {name: value for name, value in kept.items() if name not in {"width", "height"} or _LENGTH.fullmatch(value)}
