"""Where the page of each feed of an edition is: in the folder of its documents, which no other feed's are in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import normalize
from urllib.parse import quote

from feedsvc.feeds.reading import PREFERRED
from feedsvc.model import SITE, Representation, Snapshot
from feedsvc.web.moves import CANONICAL_MAX_AGE, MOVED_MAX_AGE, Move

LATEST = "/latest/"
"""Where the site's own feed has its page if its documents are at the top, where the index is."""

FeedKey = tuple[str, str]

_IN_ORDER = ("atom", "rss", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlaces:
    """The feeds of an edition: the documents of each, aliases left out, Atom first; and pages by path and by feed."""

    documents: Mapping[FeedKey, tuple[Representation, ...]]
    feeds: Mapping[str, FeedKey]
    paths: Mapping[FeedKey, str]

    def find_move(self, snapshot: Snapshot, path: str) -> Move | None:
        """Return where the page is that somebody looks for at ``path``, another spelling or a moved category's."""
        folder = _folder(path)
        if folder in self.feeds and folder != path:
            return Move(location=quote(folder), max_age=CANONICAL_MAX_AGE)
        target = snapshot.moves.moved.get(f"{folder}*", "").removesuffix("*")
        return Move(location=quote(target), max_age=MOVED_MAX_AGE) if target in self.feeds else None


def is_gone(snapshot: Snapshot, path: str) -> bool:
    """Say whether a folder held documents of a feed that is no longer published."""
    folder = _folder(path)
    return folder != "/" and any(each.rpartition("/")[0] + "/" == folder for each in snapshot.moves.gone)


def find_places(representations: Iterable[Representation]) -> FeedPlaces:
    """Return where the pages of feeds are. A feed whose documents share their folder with another's has none."""
    grouped: dict[FeedKey, list[Representation]] = {}
    dwellers: dict[str, set[FeedKey]] = {}
    for each in representations:
        if each.format in PREFERRED and not each.alias_of:
            grouped.setdefault(each.feed, []).append(each)
            dwellers.setdefault(_folder_of(each), set()).add(each.feed)
    documents = {
        feed: tuple(sorted(each, key=lambda document: (_IN_ORDER.index(document.format), document.path)))
        for feed, each in sorted(grouped.items())
    }
    paths = {}
    for feed, listed in documents.items():
        folders = {_folder_of(each) for each in listed}
        folder = folders.pop()
        if feed == SITE and folder == "/":
            folder = LATEST
        if folder != "/" and not folders and dwellers.get(folder, {feed}) == {feed}:
            paths[feed] = folder
    return FeedPlaces(documents=documents, feeds={path: feed for feed, path in paths.items()}, paths=paths)


def _folder_of(representation: Representation) -> str:
    return representation.path.rpartition("/")[0] + "/"


def _folder(path: str) -> str:
    return normalize("NFC", path).rstrip("/") + "/"
