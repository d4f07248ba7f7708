"""The style sheet and the script of all pages, each put together from its parts, at addresses that name their bytes."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from feedsvc.web.pages.page import Page, make_page

_PARTS = {"css": ("style", "text/css; charset=utf-8"), "js": ("script", "text/javascript; charset=utf-8")}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def read_asset(extension: str) -> str:
    """Return the text of the style sheet (``css``) or the script (``js``): its parts in order of their names."""
    folder = files("feedsvc.web").joinpath("static", _PARTS[extension][0])
    parts = sorted(folder.iterdir(), key=lambda part: part.name)
    return "\n".join(part.read_text(encoding="utf-8") for part in parts if part.name.endswith(f".{extension}"))


@cache
def asset_path(extension: str) -> str:
    """Return the URL path of an asset, whose name changes with its bytes."""
    mark = hashlib.sha256(read_asset(extension).encode()).hexdigest()[:12]
    return f"/-/{_PARTS[extension][0]}.{mark}.{extension}"


@cache
def _make(extension: str, cache_control: str) -> Page:
    return make_page(read_asset(extension), content_type=_PARTS[extension][1], cache_control=cache_control)


def find_asset(path: str, *, max_age: int) -> Page:
    """Return the asset at a path, or the one of today where the path names that of another version.

    A page of that version may still be in a cache; what it gets may be kept for ``max_age`` seconds only.
    """
    extension = path.rpartition(".")[2]
    return _make(extension, _FOR_EVER if path == asset_path(extension) else f"public, max-age={max_age}")
