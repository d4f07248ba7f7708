"""Which of the paths that events name a build must look at."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection
from dataclasses import dataclass

from feedsvc.posts.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevant:
    """Paths relative to the posts directory: ``posts`` may be posts, ``directories`` are or were directories.

    ``everything``: the posts directory itself was changed.
    """

    posts: frozenset[str]
    directories: frozenset[str]
    everything: bool


class Relevance:
    """Keeps the paths that a listing of the posts directory would take, and the directories on the way to them.

    Dropped are names that begin with a dot (git's, and editors' temporary files), and what is no place of posts.
    """

    def __init__(self, root: str, places: Places, is_directory: Callable[[str], bool]) -> None:
        self._below = root.rstrip("/") + "/"
        self._places = places
        self._is_directory = is_directory

    def sift(self, paths: Collection[str], watched: Collection[str]) -> Relevant:
        """Sift absolute paths; ``watched`` are the relative ones of directories that were there before."""
        posts, directories, everything = set(), set(), False
        for path in paths:
            relative = path.removeprefix(self._below)
            if relative == path:
                everything = everything or path + "/" == self._below
            elif not _is_hidden(relative) and self._places.leads_to(relative):
                if relative in watched or (self._is_directory(path) and self._places.enters(relative)):
                    directories.add(relative)
                elif self._places.takes(relative):
                    posts.add(relative)
        return Relevant(posts=frozenset(posts), directories=frozenset(directories), everything=everything)


def _is_hidden(relative: str) -> bool:
    return any(part.startswith(".") for part in relative.split("/"))


def is_directory(path: str) -> bool:
    """Tell whether there is a directory, not a link to one, at a path."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
