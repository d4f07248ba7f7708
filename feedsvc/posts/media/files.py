"""What a picture, a sound or a film that front matter names really is: measured where the site has the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote

from feedsvc.posts.media.bundles import Bundle, find_beside
from feedsvc.posts.media.jpegs import reduce_jpeg
from feedsvc.posts.media.mp4 import handlers_of
from feedsvc.posts.media.types import is_open_mp4, type_by_content, type_by_name
from feedsvc.posts.sitefiles import Head, SiteFiles
from feedsvc.posts.urls import site_url_of

# A picture that claims more is a mistake or a bomb.
_MOST_PIXELS = 1_000_000
_ELSEWHERE = re.compile(r"//|[A-Za-z][A-Za-z0-9+.-]*:")
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: what stands for a file that was not fetched.
_LFS_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?size ([0-9]{1,15})\n"
)


class MediaSource(NamedTuple):
    """Where what front matter names is looked for: ``files`` are what the site serves below ``site_url``.

    What is in the post's own directory, its ``bundle``, comes first.
    """

    site_url: str
    files: SiteFiles
    bundle: Bundle | None = None


class Media(NamedTuple):
    """What a reference leads to.

    ``media_type`` is what the file's content tells where it is ``known``, ``named`` what its extension tells; both may
    be empty. ``length`` is bytes, ``width`` and ``height`` are pixels; each is 0 where nobody knows. ``missing`` is
    the path of a file of the site that is not there.
    """

    url: str
    named: str
    media_type: str = ""
    known: bool = False
    length: int = 0
    width: int = 0
    height: int = 0
    missing: str = ""


def look_up(reference: str, source: MediaSource) -> Media | None:
    """Return what a reference in front matter leads to; None where it is no address on the web.

    A reference without a host is one of the site, and so is one that begins with the site's own address; of the
    latter nobody says that the file must be here. One that a post's own directory has is that.
    """
    beside = find_beside(reference, source.bundle, source.site_url) if source.bundle else None
    if beside:
        head = source.files.beside.head(beside.path)
        if head is not None:
            read = partial(source.files.beside.part, beside.path)
            return _measured(beside.url, type_by_name(beside.url), head, read)
        if not source.files.is_open:
            return Media(url=beside.url, named=type_by_name(beside.url))
    url, named, path = _address(reference, source.site_url)
    if url is None:
        return None
    if not (source.files.is_open and path):
        return Media(url=url, named=named)
    head = source.files.head(path)
    if head is None:
        return Media(url=url, named=named, missing="" if _ELSEWHERE.match(reference) else path)
    return _measured(url, named, head, partial(source.files.part, path))


def _measured(url: str, named: str, head: Head, read: Callable[[int], bytes]) -> Media:
    pointer = _LFS_POINTER.match(head.data)
    if pointer:
        return Media(url=url, named=named, length=int(pointer[1]))
    media_type = type_by_content(head.data, named)
    if is_open_mp4(head.data):
        handlers = handlers_of(head.size, read)
        media_type = "video/mp4" if b"vide" in handlers else "audio/mp4" if b"soun" in handlers else media_type
    width, height = _dimensions(head.data) if media_type.startswith("image/") else (0, 0)
    if not width and media_type == "image/jpeg" and head.size > len(head.data):
        width, height = _dimensions(reduce_jpeg(head.data, read))
    return Media(url=url, named=named, media_type=media_type, known=True, length=head.size, width=width, height=height)


# Many posts show one picture.
@lru_cache(maxsize=1024)
def _address(reference: str, site_url: str) -> tuple[str | None, str, str]:
    """Return the URL of a reference, the media type that its extension tells, and its path on the site."""
    url = site_url_of(reference, site_url)
    return (None, "", "") if url is None else (url, type_by_name(url), path_on_site(url, site_url))


def path_on_site(url: str, site_url: str) -> str:
    """Return the path of a URL below the site's, percent-decoded and relative; empty where it is not there."""
    root = site_url.rstrip("/") + "/"
    return unquote(url[len(root) :].partition("#")[0].partition("?")[0]) if url.startswith(root) else ""


def _dimensions(head: bytes) -> tuple[int, int]:
    """Return width and height in pixels as a picture is shown, turned as its EXIF data say; zeros if unknown."""
    # Imported here: it brings the standard library's HTTP client, and most posts have no picture of the site's.
    import imagesize

    width, height = map(round, imagesize.get(BytesIO(head)))
    return (width, height) if 0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS else (0, 0)
