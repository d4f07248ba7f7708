"""Every address that an edition answers, and a version of what it answers there. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from feedsvc.model import SITE, Moves, Representation

INDEX, LATEST = "/", "/latest/"
"""Where the pages for people are that show all feeds, and that of the site's own feed where that is at the top."""


def list_addresses(representations: Iterable[Representation], moves: Moves) -> Mapping[str, str]:
    """Return decoded path -> version, of documents, aliases, lists, pages for people, and what moved or is gone.

    A version is never had twice by different bytes, nor again by bytes that were there before: it has the time at
    which they changed. Each feed's page is in the folder of its documents, so it changes with them; a folder that is
    nobody's page costs a request to drop what is not there. Folders that moved, and pages of archives, are not listed.
    """
    listed: dict[str, str] = {}
    folders: dict[str, list[str]] = {INDEX: [], LATEST: []}
    for each in representations:
        version = f"{each.variants[0].etag} {each.last_modified.isoformat()}"
        listed[each.path] = version
        folders[INDEX].append(version)
        folders.setdefault(each.path.rpartition("/")[0] + "/", []).append(version)
        if each.feed == SITE:
            folders[LATEST].append(version)
    away = {path: f"to {target}" for path, target in moves.moved.items() if not path.endswith("*")}
    gone = dict.fromkeys(moves.gone, "gone")
    pages = {folder: _digest(versions) for folder, versions in folders.items() if versions}
    return {**gone, **away, **pages, **listed}


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:32]
