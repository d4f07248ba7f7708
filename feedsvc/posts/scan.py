"""The posts directory becomes SourceFiles: what is there, unread. The only listing of that directory."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from feedsvc.collector import uncollected
from feedsvc.errors import ScanError
from feedsvc.model import PostError, SourceFile
from feedsvc.posts.generators.leafbundles import holds_index, is_index, with_bundles
from feedsvc.posts.places import Places
from feedsvc.posts.reading import NOT_REGULAR, is_beneath, read_source

__all__ = ["ScanResult", "read_source", "scan_posts"]

_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What the directory holds; ``errors`` are the entries that cannot be posts, sorted by path.

    The ``files`` are in the order of the listing, which is much the same from one to the next where little changes.
    ``within`` are the paths that were looked at, with all below them; None: everything was.
    """

    files: tuple[SourceFile, ...]
    errors: tuple[PostError, ...]
    within: tuple[str, ...] | None = None


def scan_posts(
    directory: Path,
    patterns: Sequence[str],
    within: Collection[str] | None = None,
    *,
    exclude: Sequence[str] = (),
    bundles: bool = False,
) -> ScanResult:
    """List the regular files below ``directory`` whose relative path one of ``patterns`` names.

    With ``within`` only these paths are looked at, and what is below those that are directories; one that is not
    there is no error. Their number is what it costs, not that of the posts.

    ``exclude`` is left out, with all below it (:class:`~feedsvc.posts.places.Places`); so are names that begin with
    a dot. Directories in which no such path can be are not listed. A link to a file inside is followed; a link to a
    directory inside is not, since its target is listed anyway; one that leads outside or nowhere is an error.

    With ``bundles`` a directory below it that has an ``index.md`` is one post, as in Hugo: nothing else in it is.

    Raises ScanError when the directory is missing, is no directory, cannot be listed or was
    taken away meanwhile, or when a directory below it cannot be listed: then nothing is known of
    the posts in it, and they must not be taken for deleted.
    """
    root = _root(directory)
    walk = _Walk(root, Places(patterns, exclude), bundles=bundles)
    looked_at = None if within is None else tuple(sorted(_outermost(with_bundles(within) if bundles else within)))
    with uncollected():
        walk.run(looked_at)
        files = tuple(walk.files)
    after = _identity(directory)
    if after != (root.device, root.inode):
        reason = "the posts directory was taken away while it was listed"
        raise ScanError(str(directory), reason, "check that its disk is mounted")
    return ScanResult(
        files=files,
        errors=tuple(sorted(walk.errors, key=lambda error: error.path)),
        within=looked_at,
    )


def _outermost(paths: Collection[str]) -> frozenset[str]:
    """Leave out the paths that another one is a directory of, so that nothing is listed twice."""
    given = frozenset(paths)
    return frozenset(path for path in given if not any(str(above) in given for above in PurePosixPath(path).parents))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Root:
    path: str
    real: str
    device: int
    inode: int


def _root(directory: Path) -> _Root:
    try:
        real = os.path.realpath(directory, strict=True)
        status = os.stat(real)  # noqa: PTH116 - a Path is not needed for one call
    except OSError as error:
        raise _unlistable(directory, error) from error
    if not stat.S_ISDIR(status.st_mode):
        raise ScanError(str(directory), "this is not a directory", "set [posts] dir to the directory of the posts")
    return _Root(path=str(directory), real=real, device=status.st_dev, inode=status.st_ino)


def _identity(directory: Path) -> tuple[int, int] | None:
    try:
        status = directory.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _unlistable(directory: Path | str, error: OSError) -> ScanError:
    if isinstance(error, FileNotFoundError):
        return ScanError(
            str(directory), "there is no such directory", "set [posts] dir, or check that its disk is mounted"
        )
    if isinstance(error, PermissionError):
        return ScanError(str(directory), "the directory may not be listed", "give feedsvc's user the right to read it")
    reason = (error.strerror or type(error).__name__).lower()
    return ScanError(str(directory), f"the directory cannot be listed ({reason})", "check the disk, then build again")


@dataclass(frozen=True, slots=True)
class _Named:
    """What ``os.scandir`` would tell of a path, one that is not there included."""

    path: str

    def is_symlink(self) -> bool:
        return os.path.islink(self.path)  # noqa: PTH114 - as of a DirEntry

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        return stat.S_ISDIR(self._mode(follow_symlinks=follow_symlinks))

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        return stat.S_ISREG(self._mode(follow_symlinks=follow_symlinks))

    def _mode(self, *, follow_symlinks: bool) -> int:
        try:
            return self.stat(follow_symlinks=follow_symlinks).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return 0

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        return os.stat(self.path, follow_symlinks=follow_symlinks)  # noqa: PTH116 - as of a DirEntry


_Entry = os.DirEntry[str] | _Named
# What SourceFile(…) comes to in the end, at half its price.
_new = tuple.__new__


@contextmanager
def _listing(directory: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """List a directory by its descriptor: each look at a file begins there, and not at the root of the file system.

    A seventh of the time of a scan of 100,000 files. An entry's ``path`` is then its name alone.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with os.scandir(descriptor) as entries:
            yield entries
    finally:
        os.close(descriptor)


class _Walk:
    """One walk through the tree; a stack rather than recursion, since depth is the authors'."""

    def __init__(self, root: _Root, places: Places, *, bundles: bool) -> None:
        self.files: list[SourceFile] = []
        self.errors: list[PostError] = []
        self._root, self._places, self._bundles = root, places, bundles
        self._takes = places.takes
        self._pending: list[str] = []

    def run(self, within: Collection[str] | None) -> None:
        if within is None:
            self._pending.append("")
        for path in within or ():
            self._look_at(path)
        while self._pending:
            self._list(self._pending.pop())

    def _list(self, prefix: str) -> None:
        where = f"{self._root.path}/{prefix}" if prefix else self._root.path
        try:
            with _listing(where) as entries:
                for entry in self._of_bundle(list(entries)) if self._bundles and prefix else entries:
                    name = entry.name
                    if name[0] != ".":
                        self._entry(entry, prefix + name)
        except (FileNotFoundError, NotADirectoryError) as error:
            if not prefix:
                raise _unlistable(where, error) from error
        except OSError as error:
            raise _unlistable(where, error) from error

    def _of_bundle(self, entries: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """Leave out what belongs to the page that a directory is."""
        indexes = [entry for entry in entries if is_index(entry.name)]
        return indexes or entries

    def _look_at(self, path: str) -> None:
        """Take one path as a listing of the directory above it would, if one of the whole tree gets there."""
        *above, name = path.split("/")
        if any(not part for part in above) or name[:1] in ("", ".") or not self._places.leads_to(path):
            return
        where = self._root.path
        for part in above:
            where += f"/{part}"
            if not _Named(where).is_dir(follow_symlinks=False) or (self._bundles and holds_index(where)):
                return
        entry = _Named(f"{where}/{name}")
        if os.path.lexists(entry.path):
            self._entry(entry, path)

    def _entry(self, entry: _Entry, path: str) -> None:
        # Told by the listing itself; a plain file, as nearly all are, needs but this one question.
        if entry.is_file(follow_symlinks=False):
            if self._takes(path):
                self._file(entry, path)
        elif entry.is_symlink():
            self._link(entry, path)
        elif entry.is_dir(follow_symlinks=False):
            if self._places.enters(path):
                self._pending.append(path + "/")
        elif self._places.takes(path):
            self._file(entry, path)

    def _file(self, entry: _Entry, path: str, follow: bool = False) -> None:  # noqa: FBT001, FBT002 (for each file)
        # The first question is the cheaper one, and settles it for nearly all names.
        if not path.isprintable() and _UNSPEAKABLE.search(path):
            self._error(path, "the file's name is not UTF-8, or holds control characters", "rename the file")
            return
        try:
            status = entry.stat(follow_symlinks=follow)
        except FileNotFoundError:
            return
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            self._error(path, f"the file cannot be looked at ({reason})", "check its rights and its disk")
            return
        if not stat.S_ISREG(status.st_mode):
            self._error(path, *NOT_REGULAR)
            return
        looks = (path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        self.files.append(_new(SourceFile, looks))

    def _link(self, entry: _Entry, path: str) -> None:
        try:
            target = os.path.realpath(f"{self._root.path}/{path}", strict=True)
            is_directory = entry.is_dir()
        except OSError:
            self._error(path, "this link leads nowhere", "delete it, or mend what it leads to")
            return
        matches = self._places.takes(path)
        if target == self._root.real:
            return  # a link to the posts directory itself: what it leads to is scanned anyway
        if not is_beneath(target, self._root.real):
            if matches or (is_directory and self._places.enters(path)):
                self._error(path, "this link leads outside the posts directory", "copy what it leads to in its place")
        elif matches and not is_directory:
            self._file(entry, path, True)  # noqa: FBT003 (see there)

    def _error(self, path: str, reason: str, hint: str) -> None:
        shown = _UNSPEAKABLE.sub(lambda match: f"\\x{os.fsencode(match[0])[0]:02x}", path)
        self.errors.append(PostError(path=shown, reason=reason, hint=hint))
