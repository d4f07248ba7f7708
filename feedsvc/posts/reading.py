"""A SourceFile's bytes, never more than asked for and never from outside the posts directory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from feedsvc.model import PostError, SourceFile

NOT_REGULAR = ("this is not a regular file", "put the post into a file")
"""What is wrong with a pipe, a socket or a device among posts, and what to do about it."""

_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPEN_DIRECTORY = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


def read_source(directory: Path, file: SourceFile, max_bytes: int) -> bytes | PostError | None:
    """Read ``file``; None if it is no longer there.

    What cannot be read, or is longer than ``max_bytes``, is a PostError. A link that took a
    file's or a directory's place since the scan is not followed out of ``directory``.
    """
    try:
        descriptor = open_inside(str(directory), file.path)
    except _LeadsOutError:
        reason = "this link leads outside the posts directory"
        return PostError(path=file.path, reason=reason, hint="copy what it leads to in its place")
    except OSError as error:
        return _unreadable(file.path, error)
    return _read(descriptor, file.path, max_bytes)


def is_beneath(path: str, root: str) -> bool:
    """Say whether ``path`` is inside ``root``; both are real paths."""
    return path.startswith(root.rstrip("/") + "/")


def _open_beneath(root: str, path: str) -> int:
    """Open ``path`` below ``root`` without following any link on the way; the caller closes it."""
    *directories, name = path.split("/")
    if not directories:
        return os.open(f"{root}/{name}", _OPEN_FILE)
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in directories:
            below = os.open(part, _OPEN_DIRECTORY, dir_fd=at)
            os.close(at)
            at = below
        return os.open(name, _OPEN_FILE, dir_fd=at)
    finally:
        os.close(at)


class _LeadsOutError(OSError):
    """A link on the way leads out of the directory."""


def open_inside(directory: str, path: str) -> int:
    """Open ``path`` below ``directory``, by links that stay inside too; the caller closes it. Raises OSError."""
    try:
        return _open_beneath(directory, path)
    except OSError as error:
        if error.errno != errno.ELOOP and error.errno != errno.ENOTDIR:
            raise
    return _open_link(directory, path)


def _open_link(directory: str, path: str) -> int:
    """Open what a link on the way leads to, if that stays inside."""
    root = os.path.realpath(directory)
    target = os.path.realpath(f"{root}/{path}", strict=True)
    if not is_beneath(target, root):
        raise _LeadsOutError
    return _open_beneath(root, target[len(root.rstrip("/")) + 1 :])


def _read(descriptor: int, path: str, max_bytes: int) -> bytes | PostError:
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            reason, hint = NOT_REGULAR
            return PostError(path=path, reason=reason, hint=hint)
        if status.st_size > max_bytes:
            return _too_large(path, status.st_size, max_bytes)
        data = read_all(descriptor, status.st_size, max_bytes + 1)
    except OSError as error:
        return _refused(path, error)
    finally:
        os.close(descriptor)
    return _too_large(path, len(data), max_bytes) if len(data) > max_bytes else data


def read_all(descriptor: int, size: int, limit: int) -> bytes:
    """Read to the end, or ``limit`` bytes, of a file that had ``size`` of them a moment ago."""
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    chunks = [data]
    while data and (limit := limit - len(data)) > 0:
        data = os.read(descriptor, min(limit, 1 << 20))
        chunks.append(data)
    return b"".join(chunks)


def _too_large(path: str, size: int, max_bytes: int) -> PostError:
    return PostError(
        path=path,
        reason=f"the file has {size:,} bytes or more, and at most {max_bytes:,} are read",
        hint="shorten it, or raise [posts] max_bytes",
    )


def _unreadable(path: str, error: OSError) -> PostError | None:
    return None if isinstance(error, FileNotFoundError | NotADirectoryError) else _refused(path, error)


def _refused(path: str, error: OSError) -> PostError:
    if isinstance(error, PermissionError):
        return PostError(path=path, reason="the file may not be read", hint="give feedsvc's user the right to read it")
    reason = (error.strerror or type(error).__name__).lower()
    return PostError(path=path, reason=f"the file cannot be read ({reason})", hint="check its rights and its disk")
