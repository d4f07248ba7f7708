"""The files that belong to a post: sound, film and whatever else `enclosure` names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedsvc.model import Enclosure
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.media.files import Media, MediaSource, look_up

MOST = 50
"""Enclosures of one post; each may be a file to look at."""

# The last three also name what a theme plays by itself, such as a page on a video site.
KEYS = ("enclosure", "enclosures", "audio", "video", "podcast")
"""The keys of front matter that may name a file."""

_ADDRESS = ("url", "href", "path", "src", "file", "audio", "mp3")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_DURATION = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{1,2})(?:\.[0-9]*)?|([0-9]{1,7})(?:\.[0-9]*)?")


def read_enclosures(fields: Fields, source: MediaSource) -> tuple[Enclosure, ...]:
    """Return what ``enclosure``, ``audio``, ``video`` and ``podcast`` name, each address once, in this order.

    Each is a URL, a mapping with ``url``, ``type``, ``length`` (bytes) and ``duration`` (seconds or ``h:mm:ss``), or
    a list of those. Length and type are the file's own where the site has it. A file that the site lacks is told and
    stays, since large ones are often kept elsewhere; of ``audio``, ``video`` and ``podcast`` only what is sound or
    film counts.
    """
    found: dict[str, Enclosure] = {}
    for key in KEYS:
        for item in _items(fields.value(key)):
            if len(found) == MOST:
                fields.warn(key, f"more than {MOST} files are named, and the others are left out")
                return tuple(found.values())
            enclosure = _read(fields, key, item, source)
            if enclosure:
                found.setdefault(enclosure.href, enclosure)
    return tuple(found.values())


def _items(value: Value) -> Iterator[Value]:
    if isinstance(value, list):
        yield from value
    elif value:
        yield value


def _read(fields: Fields, key: str, value: Value, source: MediaSource) -> Enclosure | None:
    extra = value if isinstance(value, dict) else {}
    reference = _text(value, *_ADDRESS)
    if not reference:
        return None
    declared = _declared_type(fields, key, extra)
    media = look_up(reference, source)
    if media is None:
        fields.warn(key, f"{reference[:60]} is not an address on the web, and is left out")
        return None
    media_type = media.media_type or declared or media.named
    if not key.startswith("enclosure") and not media_type.startswith(("audio/", "video/")):
        return None
    length, duration = _length(fields, key, extra), _duration(fields, key, extra)
    if media.missing:
        hint = "put it there, or write its whole address if it is kept elsewhere"
        fields.warn(key, f"the site has no file {media.missing[:200]}, so its size and type are not checked", hint)
    return _enclosure(media, media_type, length, duration)


def _enclosure(media: Media, media_type: str, length: int, duration: int) -> Enclosure:
    return Enclosure(
        href=media.url,
        media_type=media_type or "application/octet-stream",
        length=media.length or length,
        duration=duration,
    )


def _declared_type(fields: Fields, key: str, extra: dict[str, Value]) -> str:
    declared = _text(extra, "type", "media_type", "mime_type").lower()
    if declared and not _MEDIA_TYPE.fullmatch(declared):
        fields.warn(key, f"{declared[:60]} is not a media type", "write it like audio/mpeg")
        return ""
    return declared


def _length(fields: Fields, key: str, extra: dict[str, Value]) -> int:
    length = _text(extra, "length", "size")
    if re.fullmatch("[0-9]{1,15}", length):
        return int(length)
    if length:
        fields.warn(key, f"the length {length[:30]} is not a number of bytes", "write it in digits, or leave it out")
    return 0


def _duration(fields: Fields, key: str, extra: dict[str, Value]) -> int:
    """Return whole seconds."""
    duration = _text(extra, "duration")
    found = _DURATION.fullmatch(duration)
    if found:
        hours, minutes, seconds, alone = (int(part or 0) for part in found.groups())
        return alone or 3600 * hours + 60 * minutes + seconds
    if duration:
        fields.warn(key, f"{duration[:30]} is not a duration", "write seconds, or 1:02:03")
    return 0


def _text(value: Value, *names: str) -> str:
    """Return the text that ``value`` is, or that the first of ``names`` in it holds."""
    if isinstance(value, dict):
        return next((text for name in names if (text := _text(value.get(name)))), "")
    return value.strip() if isinstance(value, str) else ""
