"""A post's file is replaced whole by its mended bytes, or stays as it is."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DIRECTORY = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class NotReplacedError(OSError):
    """The file was left alone; the message says why."""


def replace_source(directory: Path, path: str, old: bytes, new: bytes) -> None:
    """Put ``new`` in the place of ``old`` at ``path`` below ``directory``: at once, on disk, with the file's mode.

    No link is followed on the way. Raises OSError, and NotReplacedError where a link stands there, or other bytes than
    ``old`` do; then nothing was changed.
    """
    with _folder(directory, path) as (folder, name):
        before = _look(folder, name, old)
        temporary = f".{os.getpid()}.feedsvc-mend"
        try:
            _write(folder, temporary, new, before)
            # What an editor saved since then is not overwritten.
            _look(folder, name, old, before)
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
        os.fsync(folder)


@contextmanager
def _folder(directory: Path, path: str) -> Iterator[tuple[int, str]]:
    """Open the folder of ``path`` without following a link below ``directory``."""
    *folders, name = path.split("/")
    at = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            try:
                below = os.open(folder, _DIRECTORY, dir_fd=at)
            except OSError as error:
                raise NotReplacedError("a link or no directory stands on the way to it") from error
            os.close(at)
            at = below
        yield at, name
    finally:
        os.close(at)


def _look(folder: int, name: str, expected: bytes, before: os.stat_result | None = None) -> os.stat_result:
    """Return what the file looks like, if it is a plain one that holds ``expected``, and still as ``before``."""
    if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        raise NotReplacedError("it is a link; mend the file that it leads to")
    with os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or file.read(len(expected) + 1) != expected:
            raise NotReplacedError("it changed meanwhile")
    if before and _identity(status) != _identity(before):
        raise NotReplacedError("it changed meanwhile")
    return status


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _write(folder: int, name: str, data: bytes, like: os.stat_result) -> None:
    with os.fdopen(os.open(name, _NEW, 0o600, dir_fd=folder), "wb") as file:
        file.write(data)
        file.flush()
        with suppress(PermissionError):
            os.chown(file.fileno(), like.st_uid, like.st_gid)
        os.fchmod(file.fileno(), stat.S_IMODE(like.st_mode))
        os.fsync(file.fileno())
