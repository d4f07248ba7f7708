"""A post's pictures, under the names that Jekyll's, Hugo's and Hexo's themes have for them."""

from __future__ import annotations

from typing import NamedTuple

from feedsvc.model import Image
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.media.files import Media, MediaSource, look_up

_NAMES = ("path", "url", "src", "feature", "image")
_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off"})
# Where pictures stand: a key of front matter, and the key within it.
_IN_HEADER = (("header", "image"), ("header", "overlay_image"))
_COVER, _TEASER, _SMALL = ("cover", ""), ("header", "teaser"), ("thumbnail", "")
_MAIN = (
    *(("image", ""), ("feature_image", ""), ("featured_image", ""), ("images", "")),
    *(_COVER, *_IN_HEADER, _TEASER, _SMALL),
)
KEYS = frozenset(key for key, _ in _MAIN)
"""The keys of front matter that may name a picture."""

_OF_OTHERS = frozenset(key for key, _ in (_SMALL, _TEASER, _COVER, *_IN_HEADER))


class Pictures(NamedTuple):
    """The picture of a post; a smaller one to stand for it, and a wider one above it, where those are others."""

    image: Image | None = None
    thumbnail: Image | None = None
    banner: Image | None = None


def read_pictures(fields: Fields, source: MediaSource) -> Pictures:
    """Return the pictures that front matter names: the first of each kind.

    The picture is ``image``, ``feature_image``, ``featured_image``, the first of ``images``, ``cover``, or the
    ``image``, ``overlay_image`` or ``teaser`` of ``header``; where all else is silent, ``thumbnail``. The smaller one
    is ``thumbnail`` or ``teaser``, the wider one ``cover`` or what ``header`` has. One that the site lacks, or that is
    no picture, is told and left out.
    """
    found: dict[str, Image | None] = {}

    def first(*places: tuple[str, str]) -> Image | None:
        for key, inner in places:
            value = fields.value(key)
            if inner:
                # A header in one word is no picture, but a theme's own.
                value = value.get(inner) if isinstance(value, dict) else None
            reference = _reference(value)
            if reference and reference not in found:
                found[reference] = _read(fields, key, reference, source)
            if image := found.get(reference):
                return image
        return None

    image = first(*_MAIN)
    if fields.lacks(_OF_OTHERS):
        return Pictures(image)
    thumbnail, banner = first(_SMALL, _TEASER), first(_COVER, *_IN_HEADER)
    return Pictures(image, thumbnail if thumbnail != image else None, banner if banner != image else None)


def _reference(value: Value) -> str:
    """Return the text that names a picture: the value, the first of a list, or what a mapping has for it."""
    if isinstance(value, list):
        return next(filter(None, map(_reference, value)), "")
    if isinstance(value, dict):
        return next((text for name in _NAMES if (text := _reference(value.get(name)))), "")
    text = value.strip() if value else ""
    return "" if text.lower() in _SWITCHES else text


def _read(fields: Fields, key: str, reference: str, source: MediaSource) -> Image | None:
    media = look_up(reference, source)
    if media is None:
        fields.warn(key, f"{reference[:60]} is not an address on the web, and is left out")
        return None
    if media.missing:
        hint = "put it there, or say in [posts] files where the site's files are"
        fields.warn(key, f"the site has no file {media.missing[:200]}, so the picture is left out", hint)
        return None
    if media.known and not media.media_type.startswith("image/"):
        fields.warn(key, f"what is in {reference[:60]} is no picture, and is left out", "save it as an image again")
        return None
    return _image(media)


def _image(media: Media) -> Image:
    media_type = media.media_type or (media.named if media.named.startswith("image/") else "")
    return Image(href=media.url, media_type=media_type, length=media.length, width=media.width, height=media.height)
