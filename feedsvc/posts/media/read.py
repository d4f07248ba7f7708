"""What front matter shows and plays: a post's pictures and its enclosures."""

from __future__ import annotations

from typing import NamedTuple

from feedsvc.model import Enclosure
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.media import enclosures, images
from feedsvc.posts.media.bundles import Bundle
from feedsvc.posts.media.files import MediaSource
from feedsvc.posts.media.images import Pictures
from feedsvc.posts.sitefiles import SiteFiles

_FILES = frozenset(enclosures.KEYS)
_KEYS = images.KEYS | _FILES


class PostMedia(NamedTuple):
    """Pictures and enclosures of a post."""

    pictures: Pictures = Pictures()
    enclosures: tuple[Enclosure, ...] = ()


_NONE = PostMedia()


def read_media(fields: Fields, site_url: str, files: SiteFiles, bundle: Bundle | None = None) -> PostMedia:
    """Return what front matter names; ``files`` are those that the site serves below ``site_url``.

    ``bundle`` is the post's own directory, if it has one.
    """
    if fields.lacks(_KEYS):
        return _NONE
    source = MediaSource(site_url=site_url, files=files, bundle=bundle)
    pictures = Pictures() if fields.lacks(images.KEYS) else images.read_pictures(fields, source)
    return PostMedia(pictures, () if fields.lacks(_FILES) else enclosures.read_enclosures(fields, source))
