"""A post's image and its enclosure."""

from __future__ import annotations

import re

from feedsvc.model import Enclosure
from feedsvc.posts.fields import Fields
from feedsvc.posts.matter import Value
from feedsvc.posts.urls import site_url_of

MEDIA_TYPES = {
    ".aac": "audio/aac",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".ogv": "video/ogg",
    ".webm": "video/webm",
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".epub": "application/epub+zip",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
"""Media types by extension. The standard library's table depends on the machine, and so would a feed's bytes."""

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_EXTENSION = re.compile(r"\.[a-z0-9]+$")


def media_type_of(url: str) -> str:
    """Guess a media type from the extension of ``url``'s path."""
    path = re.split("[?#]", url, maxsplit=1)[0].lower()
    extension = _EXTENSION.search(path)
    return MEDIA_TYPES.get(extension[0] if extension else "", "application/octet-stream")


def read_image(fields: Fields, site_url: str) -> str:
    """Return the absolute URL of ``image`` or ``feature_image`` (a text, or a mapping), or an empty string."""
    key = fields.first("image", "feature_image")
    reference = _reference(fields.value(key), ("path", "url", "src", "feature")) if key else ""
    if not reference:
        return ""
    url = site_url_of(reference, site_url)
    if url is None:
        fields.warn(key, f"{reference[:60]} is not an address on the web, and is left out")
    return url or ""


def read_enclosure(fields: Fields, site_url: str) -> Enclosure | None:
    """Return ``enclosure`` or ``audio``: a URL, or a mapping with ``url``, ``type`` and ``length`` (bytes)."""
    key = fields.first("enclosure", "audio")
    value = fields.value(key) if key else None
    reference = _reference(value, ("url", "href", "path", "src"))
    if not reference:
        return None
    url = site_url_of(reference, site_url)
    if url is None:
        fields.warn(key, f"{reference[:60]} is not an address on the web, and is left out")
        return None
    extra = value if isinstance(value, dict) else {}
    declared = _reference(extra, ("type", "media_type", "mime_type")).lower()
    if declared and not _MEDIA_TYPE.fullmatch(declared):
        fields.warn(key, f"{declared[:60]} is not a media type", "write it like audio/mpeg")
        declared = ""
    return Enclosure(href=url, media_type=declared or media_type_of(url), length=_length(fields, key, extra))


def _length(fields: Fields, key: str, value: dict[str, Value]) -> int:
    length = _reference(value, ("length", "size"))
    if re.fullmatch("[0-9]{1,15}", length):
        return int(length)
    if length:
        fields.warn(key, f"the length {length[:30]} is not a number of bytes", "write it in digits, or leave it out")
    return 0


def _reference(value: Value, names: tuple[str, ...]) -> str:
    """Return the text that ``value`` is, or that the first of ``names`` in it holds."""
    if isinstance(value, dict):
        return next((_reference(value[name], ()) for name in names if value.get(name)), "")
    return value.strip() if isinstance(value, str) else ""
