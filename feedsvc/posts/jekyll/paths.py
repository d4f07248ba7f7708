"""What a document's place in a Jekyll site says: its collection, its categories, whether it is a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from feedsvc.posts.frontmatter.matter import Value

POSTS, DRAFTS = "_posts", "_drafts"


class Home(NamedTuple):
    """Where the posts directory is, as seen from the directory of the collections; with ``/``.

    It is ``inside`` of that, or that is ``below`` it; both are empty where they are one, or where there is no site.
    """

    inside: str = ""
    below: str = ""

    def lead(self, path: str) -> str:
        """Return a path of the posts directory as one of the directory of the collections."""
        if self.below:
            return path.removeprefix(f"{self.below}/")
        return f"{self.inside}/{path}" if self.inside else path


class SitePath(NamedTuple):
    """A document's place.

    ``relative`` is its path below the directory of the collections, as Jekyll's ``Document#relative_path``, or as far
    as it is known; ``collection`` is the label, ``posts`` for drafts too. ``home`` is as :func:`locate` was told.
    """

    relative: str
    home: Home
    collection: str = "posts"
    draft: bool = False
    categories: tuple[str, ...] = ()

    def clean(self, path: str) -> str:
        """Return what ``:path`` stands for, of the document's path below the posts directory without its extension.

        That is ``Document#cleaned_relative_path``: without the directory of the collection.
        """
        return self.home.lead(path).replace(f"_{self.collection}", "", 1)


NOWHERE = Home()


def locate(path: str, home: Home = NOWHERE, collections: Iterable[str] = ()) -> SitePath:
    """Find the place of the document at ``path``, relative to the posts directory, with ``/``.

    Directories above ``_posts`` or ``_drafts`` are categories, as in Jekyll, whose regular expression takes the first
    ``_posts`` there is, be it the end of a name. ``collections`` are the labels of the others.
    """
    relative = home.lead(path)
    directory, slash, name = relative.rpartition("/")
    if "_" not in directory:
        return SitePath(relative, home)
    above = relative if POSTS in name else directory + slash
    return SitePath(relative, home, *_read_directories(above, tuple(collections)))


# Posts share directories.
@lru_cache(maxsize=4096)
def _read_directories(path: str, collections: tuple[str, ...]) -> tuple[str, bool, tuple[str, ...]]:
    """Return collection, draft and categories by the directories of ``path``, of which its last part is none."""
    directories = path.split("/")[:-1]
    label = directories[0].removeprefix("_") if directories[0].startswith("_") else ""
    if label in collections and label not in ("posts", "drafts"):
        return label, False, ()
    special = next((each for each in directories if each in (POSTS, DRAFTS)), "")
    if not special or path.startswith(special):
        return "posts", special == DRAFTS, ()
    above = path.partition(POSTS if POSTS in path else special)[0].split("/")
    return "posts", special == DRAFTS, tuple(each for each in above if each)


def collection_permalinks(values: Mapping[str, Value]) -> dict[str, str]:
    """Return the template of the permalinks of each collection but posts (``Collection#url_template``), by its label.

    ``values`` are those of the site's configuration.
    """
    collections = values.get("collections")
    if isinstance(collections, list):
        collections = {label: None for label in collections if isinstance(label, str)}
    found: dict[str, str] = {}
    for label, metadata in collections.items() if isinstance(collections, dict) else ():
        own = metadata.get("permalink") if isinstance(metadata, dict) else None
        found[label] = own if isinstance(own, str) else "/:collection/:path" + _suffix(values.get("permalink"))
    found.pop("posts", None)
    return found


def _suffix(style: Value) -> str:
    """Return how a page's address ends by the site's own permalink (``Utils.add_permalink_suffix``)."""
    if style == "pretty" or (isinstance(style, str) and style.endswith("/")):
        return "/"
    if not isinstance(style, str) or style in ("date", "ordinal", "none") or style.endswith(":output_ext"):
        return ":output_ext"
    return ""
