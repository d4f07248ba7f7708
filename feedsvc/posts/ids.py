"""The id a post would be given today. The ledger decides; this proposes."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit

from feedsvc.posts.frontmatter.source import UNPUBLISHABLE
from feedsvc.posts.names import PostName
from feedsvc.posts.urls import page_url

ID_STYLES = ("permalink", "tag", "jekyll-feed")

_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_BEYOND_ASCII = re.compile("%[89A-Fa-f][0-9A-Fa-f]")
_PLAIN_SLUG = re.compile("[A-Za-z0-9_-]+")
_PATH_CHARACTERS = "-._~!$&'()*+,;=:@"
_SPECIFIC = "-._~!$&'()*+,;=:@/?"


class IdSources(NamedTuple):
    """What an id can be made of; a tuple, since each post makes one.

    ``url_path`` is the permalink below the site; ``timezone`` is the site's.
    """

    explicit: str
    alternate_link: str
    url_path: str
    site_url: str
    name: PostName
    slug: str
    date: datetime
    timezone: tzinfo


def propose_id(style: str, sources: IdSources) -> str:
    """Return an absolute IRI (RFC 4287, 4.2.6): the author's own if there is one, else in ``style``.

    An ``explicit`` id that is no absolute IRI becomes part of a ``tag:`` URI.
    """
    explicit = sources.explicit.strip()
    if explicit:
        return explicit if is_absolute_iri(explicit) else _tag(sources, explicit)
    if style == "tag":
        name = sources.name
        return _tag(sources, f"{name.directory}/{name.slug}" if name.directory else name.slug)
    if style == "jekyll-feed":
        return _jekyll_feed_id(sources)
    return sources.alternate_link


def is_absolute_iri(text: str) -> bool:
    """Say whether ``text`` can be an id as it stands: an absolute IRI (RFC 4287, 4.2.6; RFC 3987, 2.2)."""
    return _ABSOLUTE_IRI.fullmatch(text) is not None and UNPUBLISHABLE.search(text) is None


def _tag(sources: IdSources, specific: str) -> str:
    """Return a tag URI (RFC 4151): the site's host, the post's date, and what tells it from others of that day."""
    host = (urlsplit(sources.site_url).hostname or "localhost").lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    date = sources.date.astimezone(sources.timezone)
    return f"tag:{host},{date:%Y-%m-%d}:{quote(specific, safe=_SPECIFIC, errors='replace')}"


def _jekyll_feed_id(sources: IdSources) -> str:
    """Return ``post.id | absolute_url`` of jekyll-feed's template.

    ``Document#id`` is the URL's directory and the slug, so without any extension. The filter normalises URLs as
    Addressable does, so that a decomposed file name (NFD) makes a composed id (NFKC).
    """
    directory, slug = sources.url_path.rstrip("/").rpartition("/")[0], sources.slug
    if _PLAIN_SLUG.fullmatch(slug):
        folder = _composed_url(directory + "/", sources.site_url)
        return sources.alternate_link if folder is None else folder + slug
    return _composed_url(f"{directory}/{slug}", sources.site_url) or sources.alternate_link


# Posts share directories.
@lru_cache(maxsize=4096)
def _composed_url(path: str, site_url: str) -> str | None:
    """Return a page's URL with the segments of its path in NFKC, percent-encoded; None where there is no such URL."""
    url = page_url(path, site_url)
    if url is None or "%" not in url:
        return url
    end = next((at for at, character in enumerate(url) if character in "?#"), len(url))
    return "/".join(map(_composed, url[:end].split("/"))) + url[end:]


def _composed(segment: str) -> str:
    if not _BEYOND_ASCII.search(segment):
        return segment
    return quote(normalize("NFKC", unquote(segment)), safe=_PATH_CHARACTERS)
