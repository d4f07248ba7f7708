"""The published tree, read: which edition it holds, and which files are not as the manifest says.

While an edition is being put in place, ``.next/manifest.json`` is there; from the moment of its
rename it IS the edition, and its files are found in ``.next`` or, once moved, in their places.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

from feedsvc.errors import ManifestError
from feedsvc.publish.manifest import EMPTY, MANIFEST, STAGING, Manifest, file_names, parse_manifest

logger = logging.getLogger(__name__)


def read_manifest(path: Path) -> Manifest | None:
    """Read one manifest file; None when there is none. Raises :class:`ManifestError` when it cannot be read."""
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ManifestError(str(path), f"cannot be read ({(error.strerror or '').lower()})") from error
    return parse_manifest(data, path)


def load_manifest(directory: Path) -> Manifest:
    """Return the edition that is published below ``directory``, also while it is being put in place.

    Raises :class:`ManifestError` when nothing is published or the manifest is damaged.
    """
    place = directory / MANIFEST
    # Between the two reads an edition may be finished: then the first is gone and the second is the one.
    manifest = _committed(directory) or read_manifest(place)
    if manifest is None:
        raise ManifestError(str(place), "is not there: nothing is published yet", "run feedsvc build")
    return manifest


def _committed(directory: Path) -> Manifest | None:
    """Return the edition on its way; None when there is none, or it is damaged and will be thrown away."""
    try:
        return read_manifest(directory / STAGING / MANIFEST)
    except ManifestError as error:
        logger.warning("an edition on its way is damaged and ignored: %s", error)
        return None


def load_previous(directory: Path) -> Manifest:
    """Return the edition in place for a build to go on from; an empty one when there is none.

    A damaged manifest counts as none, and is logged: all documents are then written anew.
    """
    try:
        return read_manifest(directory / MANIFEST) or EMPTY
    except ManifestError as error:
        logger.warning("every document will be written again: %s", error)
        return EMPTY


def find_damaged(directory: Path, manifest: Manifest) -> frozenset[str]:
    """Return the paths of ``manifest`` with a file that is missing, of a wrong size, or no plain file.

    One ``lstat`` for each file; nothing is read. Call it when no edition is on its way.
    """
    return frozenset(path for path in manifest.representations if is_damaged(directory, manifest, path))


def is_damaged(directory: Path, manifest: Manifest, path: str) -> bool:
    """Say whether a file of one representation is missing, no plain file, of a wrong size, or written to since."""
    representation = manifest.representations[path]
    written = int(representation.last_modified.timestamp())
    for name, variant in zip(file_names(representation), representation.variants, strict=True):
        try:
            # Of a string: a Path for each of many files costs three times as much.
            status = os.lstat(f"{directory}/{name}")
        except OSError:
            return True
        if not stat.S_ISREG(status.st_mode) or status.st_size != variant.size or int(status.st_mtime) != written:
            return True
    return False
