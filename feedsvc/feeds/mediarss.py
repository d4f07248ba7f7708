"""Media RSS (rssboard.org/media-rss): what an entry shows and plays, as attributes of its elements."""

from __future__ import annotations

from collections.abc import Sequence

from feedsvc.model import Enclosure, Image, Post

_MEDIUMS = ("audio", "image", "video")


def media_contents(post: Post, others: Sequence[Enclosure] = ()) -> tuple[dict[str, str], ...]:
    """Return the attributes of each ``media:content``: of the picture, then of ``others`` of the enclosures.

    They stand in the entry itself, not in a ``media:group``, which is for renditions of one thing.
    """
    picture = [_picture(post.image)] if post.image else []
    return (*picture, *map(_recording, others))


def media_thumbnail(post: Post) -> dict[str, str]:
    """Return the attributes of ``media:thumbnail``: of the picture where no smaller one is given; empty for none."""
    image = post.thumbnail or post.image
    return _written(url=image.href, **_measures(image)) if image else {}


def _picture(image: Image) -> dict[str, str]:
    sizes = _measures(image)
    return _written(url=image.href, medium="image", type=image.media_type, fileSize=_number(image.length), **sizes)


def _recording(enclosure: Enclosure) -> dict[str, str]:
    medium = enclosure.media_type.partition("/")[0]
    return _written(
        url=enclosure.href,
        medium=medium if medium in _MEDIUMS else "document",
        type=enclosure.media_type,
        fileSize=_number(enclosure.length),
        duration=_number(enclosure.duration),
    )


def _measures(image: Image) -> dict[str, str]:
    return {"width": _number(image.width), "height": _number(image.height)}


def _number(value: int) -> str:
    return str(value) if value else ""


def _written(**attributes: str) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if value}
