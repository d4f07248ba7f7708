"""What is out: the edition that subscribers and caches get when they fetch, whoever built it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.errors import ManifestError
from feedsvc.publish.journal import PAGES
from feedsvc.publish.manifest import MANIFEST, Manifest, parse_manifest
from feedsvc.remote.sent import Memory

if TYPE_CHECKING:
    from feedsvc.config import Settings


def read_published(settings: Settings) -> Manifest | None:
    """Return the edition that is out; None before there is one that can be read."""
    file = _manifest_file(settings)
    try:
        return parse_manifest(file.read_bytes(), file)
    except (OSError, ManifestError):
        return None


def mark_of_edition(settings: Settings) -> str:
    """Return what is another text once another edition is out; empty before the first. It costs one look at a file."""
    try:
        status = _manifest_file(settings).stat()
    except OSError:
        return ""
    return f"{settings.feeds_url} {status.st_ino} {status.st_mtime_ns} {status.st_size}"


def look_at_published(settings: Settings) -> object:
    """Return what is another thing once another edition, or page of an archive, is out; None before the first."""
    mark = mark_of_edition(settings)
    try:
        noted = pages_journal(settings).stat().st_size
    except OSError:
        noted = 0
    return (mark, noted) if mark else None


def pages_journal(settings: Settings) -> Path:
    """Return where it is noted which pages of archives changed."""
    return settings.state.dir / PAGES


def _manifest_file(settings: Settings) -> Path:
    """Return where it says what is out: with an object store, what was sent there, whole."""
    return Memory(settings.state.dir).manifest if settings.publish.target else settings.publish.dir / MANIFEST
