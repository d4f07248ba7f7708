"""How an edition gets into place whole, whatever happens in between.

1. Changed files are written under ``.next/`` and made durable.
2. ``.next/manifest.json`` appears by a rename: THE COMMIT POINT. Until then the old edition is the
   published one and untouched; from then on the new one is, wherever its files are.
3. Files that the new edition lacks are removed, so that a document may become a folder and the reverse.
4. Each staged file is renamed into its place.
5. The manifest is renamed into its place, and ``.next`` is removed.

Steps 3 to 5 can be cut off anywhere and done again from the start: see :func:`recover`.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from feedsvc.errors import ManifestError, StoreError
from feedsvc.publish.disk import Disk, explained, is_plain_directory, resolve
from feedsvc.publish.manifest import MANIFEST, STAGING, Manifest, dump_manifest, file_names
from feedsvc.publish.tree import load_previous, read_manifest


class Staging:
    """Step 1: the files of the next edition, gathered beside the published tree."""

    def __init__(self, directory: Path, disk: Disk) -> None:
        self._top = directory / STAGING
        self._disk = disk
        self._files: list[Path] = []
        self._directories: set[Path] = set()

    def add(self, name: str, data: bytes, mtime: int) -> None:
        """Write one file, ``name`` relative to the top of the tree. Raises :class:`StoreError`."""
        path = self._top / name
        self._make(path.parent)
        self._disk.write(path, data, mtime)
        self._files.append(path)

    def commit(self, manifest: Manifest, mtime: int) -> None:
        """Make every file durable, then make ``manifest`` the published edition. Raises :class:`StoreError`."""
        self._make(self._top)
        draft = self._top / f"{MANIFEST}.tmp"
        self._disk.write(draft, dump_manifest(manifest), mtime)
        self._disk.sync([*self._files, draft, *sorted(self._directories), self._top.parent])
        self._disk.replace(draft, self._top / MANIFEST)
        self._disk.sync([self._top])

    def _make(self, directory: Path) -> None:
        if directory in self._directories:
            return
        self._disk.make_directory(directory)
        while directory != self._top.parent:
            self._directories.add(directory)
            directory = directory.parent


def check_places(directory: Path, old: Manifest, new: Manifest, paths: Collection[str]) -> None:
    """Raise :class:`StoreError` where a file of ``paths`` cannot be put into its place.

    Done before the commit, so that a folder or a link which somebody put there costs no edition.
    """
    leaving = _names(old) - _names(new)
    names = sorted(name for path in paths for name in file_names(new.representations[path]))
    for name in names:
        if is_plain_directory(directory / name) and not _leaves(directory, name, leaving):
            raise StoreError(str(directory / name), "is a folder where a feed belongs", _MOVE)
    for folder in sorted(_folders(names)):
        if is_plain_directory(directory / folder) is False and folder not in leaving:
            raise StoreError(str(directory / folder), "is a file or a link where a folder belongs", _MOVE)


_MOVE = "move it away and build again"


def _folders(names: Collection[str]) -> frozenset[str]:
    """Return every folder above the files, relative to the top of the tree."""
    return frozenset(parent.as_posix() for name in names for parent in PurePosixPath(name).parents) - {"."}


def _leaves(directory: Path, name: str, leaving: Collection[str]) -> bool:
    """Say whether a folder and all in it go away with the files that are about to be removed."""
    folders = _folders(leaving)
    for top, inner, files in os.walk(directory / name):
        here = Path(top).relative_to(directory)
        if not all((here / file).as_posix() in leaving for file in files):
            return False
        if not all(folder in folders for folder in (here.as_posix(), *((here / each).as_posix() for each in inner))):
            return False
    return True


def finish(directory: Path, old: Manifest, new: Manifest, disk: Disk) -> None:
    """Do steps 3 to 5 for the committed edition ``new``; what was done already is passed over.

    Raises :class:`StoreError`; the edition stays published, and the next build goes on from here.
    """
    touched = _remove_files(directory, _names(old) - _names(new), disk)
    touched |= _move_files(directory, _names(new), disk)
    # Before the old manifest goes: afterwards nobody would know what is still to be moved or removed.
    disk.sync(sorted(touched | {directory}))
    disk.replace(directory / STAGING / MANIFEST, directory / MANIFEST)
    disk.sync([directory])
    disk.remove_tree(directory / STAGING)


def discard(directory: Path, disk: Disk) -> None:
    """Clear what was staged; the manifest goes first, so that half an edition never looks committed."""
    top = directory / STAGING
    if is_plain_directory(top):
        disk.remove(top / MANIFEST)
    disk.remove_tree(top)


def recover(directory: Path, disk: Disk | None = None) -> bool:
    """Finish an edition that was committed but not put in place, or clear one that was not committed.

    To be called under the build lock before anything else. Returns whether an edition was finished.
    Raises :class:`StoreError` when the tree cannot be written.
    """
    disk = disk or Disk()
    directory = resolve(directory)
    try:
        new = read_manifest(directory / STAGING / MANIFEST)
    except ManifestError:
        new = None
    if new is None:
        discard(directory, disk)
        return False
    finish(directory, load_previous(directory), new, disk)
    return True


def _names(manifest: Manifest) -> frozenset[str]:
    return frozenset(name for each in manifest.representations.values() for name in file_names(each))


def _remove_files(directory: Path, names: Collection[str], disk: Disk) -> set[Path]:
    """Remove files and the folders they leave empty; return the folders whose lists of names changed."""
    for name in sorted(names):
        # A link among the folders leads elsewhere: what is there is not ours.
        if all(is_plain_directory(directory / folder) for folder in _folders([name])):
            disk.remove(directory / name)
    folders = _folders(names)
    for folder in sorted(folders, key=lambda folder: (-folder.count("/"), folder)):
        disk.prune(directory / folder)
    return {place for place in (directory / folder for folder in folders) if is_plain_directory(place)}


def _move_files(directory: Path, names: Collection[str], disk: Disk) -> set[Path]:
    """Rename what is staged and listed into place; return the folders whose lists of names changed."""
    top = directory / STAGING
    touched: set[Path] = set()
    with explained(top):
        staged = sorted(
            (Path(folder) / name).relative_to(top).as_posix() for folder, _, files in os.walk(top) for name in files
        )
    for name in staged:
        if name in names:
            place = directory / name
            if place.parent not in touched | {directory}:
                disk.make_directory(place.parent)
                touched.update(directory / folder for folder in _folders([name]))
            disk.replace(top / name, place)
    return touched
