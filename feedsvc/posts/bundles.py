"""The media of a page whose directory is its own: Hugo's page resources, Zola's assets."""

from __future__ import annotations

import re

from feedsvc.posts import enclosures, images
from feedsvc.posts.fields import Fields
from feedsvc.posts.matter import Value
from feedsvc.posts.urls import web_url

_KEYS = (*sorted(images.KEYS), *enclosures.KEYS)
# What a mapping says of a file beside its address.
_WORDS = frozenset({"type", "media_type", "mime_type", "length", "size", "duration", "alt", "caption", "title"})
_NOT_BESIDE = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")


def resolve_resources(fields: Fields, url: str) -> None:
    """Let the media that a bundle names without a path of the site be found beside it, below its own ``url``."""
    for key in _KEYS:
        value = fields.value(key)
        if value:
            fields.replace(key, _beside(value, url))


def _beside(value: Value, url: str) -> Value:
    if isinstance(value, list):
        return [_beside(item, url) for item in value]
    if isinstance(value, dict):
        return {key: item if key in _WORDS else _beside(item, url) for key, item in value.items()}
    reference = (value or "").strip()
    # A word without an extension is a switch of a theme.
    if "." not in reference or _NOT_BESIDE.match(reference):
        return value
    return web_url(reference, url) or value
