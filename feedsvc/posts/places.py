"""Where posts may be below the posts directory: which directories are entered, and which files are taken."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from feedsvc.posts.globs import compile_directories, compile_patterns

# Jekyll's ``Configuration::DEFAULT_EXCLUDES``; packages bring packages, so the first of them wherever it is.
_NEVER = re.compile(r"(?:.*/)?node_modules|vendor/(?:bundle|cache|gems|ruby)", re.DOTALL)


class Places:
    """Judges paths relative to the posts directory, with ``/``: what ``patterns`` name and ``exclude`` does not.

    ``exclude`` is read as Jekyll reads its own (``EntryFilter#glob_include?``): a path that begins with one of its
    items is left out, as is one that matches one as a glob, whose ``*`` does not stop at ``/``. So is what begins
    with a dot, ``node_modules``, and the directories of ``vendor`` in which Bundler keeps packages.
    """

    def __init__(self, patterns: Sequence[str], exclude: Sequence[str] = ()) -> None:
        self._names = compile_patterns(patterns).fullmatch
        self._may_hold = compile_directories(patterns).fullmatch
        self._prefixes = tuple(exclude)
        globs = [item.replace("[^", "[!") for item in exclude if any(character in item for character in "*?[")]
        self._globs = re.compile("|".join(map(fnmatch.translate, globs))).match if globs else None
        # Most sites exclude nothing, and a scan asks for every file.
        self._excludes = bool(exclude)

    def takes(self, path: str) -> bool:
        """Say whether a file may be a post, if the directories above it are entered."""
        return self._names(path) is not None and not (self._excludes and self._is_excluded(path))

    def enters(self, directory: str) -> bool:
        """Say whether posts may be below a directory, if those above it are entered."""
        if self._may_hold(directory + "/") is None or directory.rpartition("/")[2].startswith("."):
            return False
        # "public/" is a prefix of what is in it; it is not to be listed at all.
        return (
            not self._is_excluded(directory + "/")
            and not self._is_excluded(directory)
            and not _NEVER.fullmatch(directory)
        )

    def leads_to(self, path: str) -> bool:
        """Say whether all directories above ``path`` are entered."""
        end = path.find("/")
        while end >= 0:
            if not self.enters(path[:end]):
                return False
            end = path.find("/", end + 1)
        return True

    def _is_excluded(self, path: str) -> bool:
        return path.startswith(self._prefixes) or (self._globs is not None and self._globs(path) is not None)
