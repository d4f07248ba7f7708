"""The table ``[redirects]``: older URL paths and where what they named is now.

A key is one path, or a folder and all below it (``/categories/old/*``); a value is a path or a folder of this service,
or an absolute http(s) URL. What is checked here needs no other option; the rest is in ``checks``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from unicodedata import normalize
from urllib.parse import unquote

from feedsvc.config.places import CODING_SUFFIXES, OWN_PATHS, check_url_path, parse_url
from feedsvc.config.values import RefusedError, parse_text

HINT = 'write a line like "/old.xml" = "/atom.xml" or "/categories/old/*" = "/categories/new/*"'


def parse_redirects(value: object) -> Mapping[str, str]:
    """Return older path -> path or URL, percent-decoded, NFC and sorted; both end with ``/*`` for a folder.

    Raise RefusedError where one is no path, is taken or named twice, where only one of a line is a folder, or where a
    redirect would lead to another: a reader follows one hop, and a loop would never end.
    """
    if not isinstance(value, Mapping):
        raise RefusedError(f"{value!r} is not a table", HINT)
    redirects: dict[str, str] = {}
    for old, new in value.items():
        # A slash too many is taken off a request before it is looked up.
        path, target = _parse_path(parse_text(old)).rstrip("/") or "/", _parse_target(parse_text(new))
        if path in OWN_PATHS or path.startswith("/-/") or path.endswith(CODING_SUFFIXES):
            raise RefusedError(f"{path!r} is a path that the service keeps for itself", "choose another")
        if path.endswith("/*") != target.endswith("/*"):
            raise RefusedError(f"only one of {path!r} and {target!r} is a folder", 'end both with "/*", or neither')
        if path in redirects:
            raise RefusedError(f"{path!r} is named twice", "remove one")
        redirects[path] = target
    for path, target in redirects.items():
        if second := find_second_hop(target, redirects):
            raise RefusedError(f"{path!r} leads to {target!r}, which {second!r} redirects again", "lead it to the end")
    return MappingProxyType(dict(sorted(redirects.items())))


def find_second_hop(target: str, redirects: Iterable[str]) -> str:
    """Return the first of the older paths that a redirect to ``target`` would meet again, or ``""``.

    Folders must not even overlap: with none inside another, no chain of them has a second link.
    """
    folder = target.removesuffix("*") if target.endswith("/*") else ""
    for path in redirects:
        below = path.removesuffix("*") if path.endswith("/*") else ""
        if below and (target.startswith(below) or (folder and below.startswith(folder))):
            return path
        if path == target.rstrip("/"):
            return path
    return ""


def _parse_path(text: str) -> str:
    path = normalize("NFC", check_url_path(unquote(text), HINT))
    if "*" in path.removesuffix("/*"):
        raise RefusedError(f"{path!r} has a * that is not alone behind its last slash", HINT)
    return path


def _parse_target(text: str) -> str:
    if text.startswith("/"):
        return _parse_path(text)
    folder = text.endswith("/*")
    url = parse_url(text.removesuffix("*"))
    # parse_url takes off the slash at the end, which makes another address here.
    return url + ("/*" if folder else "/" if text.endswith("/") else "")


def find_idle(redirects: Iterable[str], published: Collection[str]) -> tuple[str, ...]:
    """Return the older paths, and folders but the top one, at which a feed is published: it answers there itself.

    It is no error: a post that brings a category back must not stop the build of all the others.
    """
    taken = {*published, *(f"{parent}/*" for path in published for parent in _parents(path))}
    return tuple(path for path in redirects if path in taken)


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
