"""The few file operations that publishing needs, each durable or atomic, each with a message when it fails.

Every operation goes through :meth:`Disk.before`, so that a test can end the world between any two.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from feedsvc.errors import StoreError

_HINTS = {
    errno.ENOSPC: "free some space and build again",
    errno.EDQUOT: "free some space and build again",
    errno.EACCES: "let the user who runs feedsvc write there",
    errno.EPERM: "let the user who runs feedsvc write there",
    errno.EROFS: "mount it writable, or set publish.dir to another place",
    errno.ENAMETOOLONG: "shorten the category or tag that names it",
    errno.EISDIR: "a folder stands where a file belongs; move it away",
    errno.ENOTEMPTY: "a folder stands where a file belongs; move it away",
    errno.ENOTDIR: "a file stands where a folder belongs; move it away",
    errno.EEXIST: "a file stands where a folder belongs; move it away",
}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the block into a :class:`StoreError` about ``path``, with what to do."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(str(path), reason, _HINTS.get(error.errno or 0, "")) from error


def resolve(directory: Path) -> Path:
    """Return the folder itself where ``directory`` is a link to one; done once, so that it cannot change midway."""
    with explained(directory):
        try:
            return directory.resolve()
        except RuntimeError as error:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from error


class Disk:
    """The file system as publishing uses it. All methods raise :class:`StoreError`."""

    def before(self, operation: str, path: Path) -> None:
        """Run before each operation; does nothing here, and is what tests override."""

    def write(self, path: Path, data: bytes, mtime: int) -> None:
        """Write a new file of mode 0644 less the umask, last modified at ``mtime`` (seconds); not yet durable.

        The time is what a plain web server over the same tree sends as Last-Modified.
        """
        self.before("write", path)
        with explained(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o644)
            with open(descriptor, "wb", buffering=0, closefd=True) as file:  # noqa: PTH123 -- a descriptor, not a path
                view = memoryview(data)
                while view:
                    view = view[file.write(view) or 0 :]
                os.utime(descriptor, (mtime, mtime))

    def make_directory(self, path: Path) -> None:
        """Make ``path`` and what is missing above it; a folder that is there is fine."""
        self.before("make_directory", path)
        with explained(path):
            path.mkdir(mode=0o755, parents=True, exist_ok=True)

    def sync(self, paths: Iterable[Path]) -> None:
        """Make files or folders durable.

        Called once for many: the first fsync commits what the others wrote, so the rest cost next to nothing.
        """
        for path in paths:
            self.before("sync", path)
            with explained(path):
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """Rename ``source`` to ``target`` atomically; ``target`` may exist, and a link there is replaced itself."""
        self.before("replace", target)
        with explained(target):
            source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file, or a link itself; one that is gone, or a folder by now, is fine."""
        self.before("remove", path)
        if not is_plain_directory(path):
            with explained(path):
                path.unlink(missing_ok=True)

    def prune(self, path: Path) -> bool:
        """Remove a folder if it is empty; return whether it was."""
        self.before("prune", path)
        try:
            path.rmdir()
        except FileNotFoundError:
            return True
        except OSError:  # not empty, or not ours to remove: it stays
            return False
        return True

    def remove_tree(self, path: Path) -> None:
        """Remove a folder with all it holds, links themselves and not what they name."""
        self.before("remove_tree", path)
        with explained(path):
            if path.is_symlink():
                path.unlink()
            elif path.exists():
                import shutil  # slow to import: it brings in every codec, and most builds remove no tree

                shutil.rmtree(path)


def is_plain_directory(path: Path) -> bool | None:
    """Say whether ``path`` is a folder and no link to one; None when nothing is there.

    Raises :class:`StoreError` when that cannot be known.
    """
    with explained(path):
        try:
            return stat.S_ISDIR(path.lstat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return None
