"""Hugo's leaf bundles: a directory with an ``index.md`` is one page, and all else in it belongs to that page."""

from __future__ import annotations

import os
import re
from collections.abc import Collection

_INDEX = re.compile(r"index(?:\.[A-Za-z0-9-]+)?\.(?:md|markdown|html|htm)", re.IGNORECASE)


def is_index(name: str) -> bool:
    """Say whether a file of this name makes its directory a bundle; in several languages there are several."""
    return _INDEX.fullmatch(name) is not None


def with_bundles(paths: Collection[str]) -> frozenset[str]:
    """Return ``paths``, with the directory of each that makes a bundle of it, or did: all that is there may change."""
    return frozenset(
        path.rpartition("/")[0] if "/" in path and is_index(path.rpartition("/")[2]) else path for path in paths
    )


def holds_index(directory: str) -> bool:
    """Say whether the directory at a path is a bundle, without raising where it is none at all."""
    try:
        with os.scandir(directory) as entries:
            return any(is_index(entry.name) for entry in entries)
    except OSError:
        return False
