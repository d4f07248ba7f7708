"""The media of a page whose directory is its own: Hugo's page resources, Zola's assets."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple
from urllib.parse import unquote

from feedsvc.posts.urls import site_url_of, web_url

_OF_SITE = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")


class Bundle(NamedTuple):
    """A page that stands at ``url``; ``directory`` is its own, relative to the posts directory."""

    url: str
    directory: str


class Beside(NamedTuple):
    """A file of a bundle: its ``url``, and its ``path`` below the posts directory."""

    url: str
    path: str


def find_beside(reference: str, bundle: Bundle, site_url: str) -> Beside | None:
    """Return the file of ``bundle`` that a reference in front matter may name; None where it names no such file.

    Relative to the page are references without a path of the site; those that have one may lead to it as well. A word
    without an extension is a switch of a theme.
    """
    if "." not in reference:
        return None
    if _OF_SITE.match(reference):
        url = site_url_of(reference, site_url)
        below = bundle.url.rstrip("/") + "/"
        relative = url[len(below) :] if url and url.startswith(below) else ""
    else:
        url, relative = web_url(reference, bundle.url), reference
    path = posixpath.normpath(unquote(relative.partition("#")[0].partition("?")[0])) if relative else ""
    return None if not url or not path or path.startswith(("..", "/")) else Beside(url, f"{bundle.directory}/{path}")
