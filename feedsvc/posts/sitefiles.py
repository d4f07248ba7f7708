"""Other files of the site that a post draws on: what Liquid includes, data, images. The only way to them.

Each answer is noted as a :class:`~feedsvc.model.Use`, so that the post is read again when one of them changes.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from feedsvc.model import Use
from feedsvc.posts.reading import open_inside, read_all

HEAD_BYTES = 65_536
"""How much of a file tells what it is: its type, and an image's dimensions."""

DRAWN_ON = ("_config.y*ml", "_config.toml", "_includes/**/*", "_data/**/*")
"""Where in a Jekyll site, unless it says otherwise, is what many posts draw on, as globs."""

_MOST_LISTED = 1_000_000
# Of files that posts share; each may be HEAD_BYTES.
_MOST_HEADS = 64
_BESIDE = "beside "


class Head(NamedTuple):
    """A file's ``size`` in bytes, and its first ``HEAD_BYTES``."""

    size: int
    data: bytes


class SiteFiles:
    """The files below a directory, as one post sees them; without a directory there are none.

    Paths are relative to it, with ``/``. None leads out of it, by ``..`` or by a link, and names that begin with a dot
    are not seen. ``posts`` is the posts directory, whose files are ``beside`` the post.
    """

    def __init__(self, root: Path | str | None = None, posts: Path | str | None = None) -> None:
        self._root = None if root is None else str(root)
        self._posts = None if posts is None else str(posts)
        self._prefix = ""
        self._uses: dict[tuple[str, str], str] = {}
        self._heads: dict[str, tuple[str, Head | None]] = {}

    def __reduce__(self) -> tuple[type[SiteFiles], tuple[str | None, str | None]]:
        """Go to another process without what was noted."""
        return SiteFiles, (self._root, self._posts)

    def fresh(self) -> SiteFiles:
        """Return the same files for another post, with nothing noted.

        Heads that were seen last are not looked at again: many posts show one picture. What changed meanwhile is noted
        as it was, so that the next build sees the difference.
        """
        files = SiteFiles(self._root, self._posts)
        files._heads = self._heads
        return files

    @property
    def beside(self) -> SiteFiles:
        """The files of the posts directory: other posts, and what lies beside this one. They are noted with these."""
        files = SiteFiles(self._posts)
        files._prefix, files._uses = _BESIDE, self._uses
        return files

    @property
    def is_open(self) -> bool:
        """Tell whether there is a directory to look into."""
        return self._root is not None

    @property
    def uses(self) -> tuple[Use, ...]:
        """What was asked for, sorted, each once."""
        return tuple(Use(*key, look) for key, look in sorted(self._uses.items())) if self._uses else ()

    def read(self, path: str, max_bytes: int) -> bytes | None:
        """Return what is in the file; None where there is none, or it is longer or may not be read."""
        if self._root is None or not _is_plain(path):
            return None
        look, _, data = _open(self._root, "file", path, max_bytes)
        self._note("file", path, look)
        return data

    def head(self, path: str) -> Head | None:
        """Return the size of a file, however large, and how it begins; None where there is none to be read."""
        if self._root is None:
            return None
        seen = self._heads.get(path)
        if seen is None:
            if not _is_plain(path):
                return None
            look, size, data = _open(self._root, "head", path, None)
            if len(self._heads) == _MOST_HEADS:
                self._heads.clear()
            self._heads[path] = seen = (look, None if data is None else Head(size, data))
        self._note("head", path, seen[0])
        return seen[1]

    def part(self, path: str, offset: int) -> bytes:
        """Return what is in the file from ``offset`` on, at most ``HEAD_BYTES``; nothing where there is none.

        It is noted by ``head``, which comes first.
        """
        if self._root is None or not _is_plain(path):
            return b""
        try:
            descriptor = open_inside(self._root, path)
        except OSError:
            return b""
        try:
            is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
            return os.pread(descriptor, HEAD_BYTES, offset) if is_file and 0 <= offset < 1 << 62 else b""
        except OSError:
            return b""
        finally:
            os.close(descriptor)

    def list(self, directory: str) -> tuple[str, ...]:
        """Return the paths of the files below a directory, sorted; "" is the site's own.

        A link to a file is listed, one to a directory is not. That the post draws on all of them is noted, too: it is
        read again when any of them looks otherwise, comes or goes.
        """
        if self._root is None or not (directory == "" or _is_plain(directory)):
            return ()
        looks = list(_walk(self._root, directory))
        self._note("tree", directory, _look_of_tree(looks))
        return tuple(path for path, _ in looks)

    def posts(self) -> tuple[str, ...]:
        """Return the paths of the files in directories named ``_posts``, wherever they are; as ``list`` does."""
        if self._root is None:
            return ()
        looks = list(_posts(self._root))
        self._note("posts", "", _look_of_tree(looks))
        return tuple(path for path, _ in looks)

    def _note(self, kind: str, name: str, look: str) -> None:
        self._uses.setdefault((self._prefix + kind, name), look)


def _open(root: str, kind: str, path: str, max_bytes: int | None) -> tuple[str, int, bytes | None]:
    """Return look, size and content of a file, its beginning only without ``max_bytes``; None where it cannot be."""
    try:
        descriptor = open_inside(root, path)
    except OSError:
        return look_again(Path(root), kind, path), 0, None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return "", status.st_size, None
        return _look(status), status.st_size, _read(descriptor, status.st_size, max_bytes)
    finally:
        os.close(descriptor)


def _read(descriptor: int, size: int, max_bytes: int | None) -> bytes | None:
    try:
        if max_bytes is None:
            return os.read(descriptor, HEAD_BYTES)
        return read_all(descriptor, size, max_bytes) if size <= max_bytes else None
    except OSError:
        return None


def look_again(root: Path | None, kind: str, name: str, posts: Path | None = None) -> str:
    """Return how a used file or tree looks now, to be compared with the ``look`` of its Use.

    ``root`` and ``posts`` are the directories that :class:`SiteFiles` was given.
    """
    if kind.startswith(_BESIDE):
        root, kind = posts, kind.removeprefix(_BESIDE)
    if root is None:
        return ""
    if kind == "posts":
        return _look_of_tree(_posts(str(root)))
    if kind == "tree":
        return _look_of_tree(_walk(str(root), name))
    try:
        status = os.stat(f"{root}/{name}")  # noqa: PTH116 (for each image of each post)
    except OSError:
        return ""
    return _look(status) if stat.S_ISREG(status.st_mode) else ""


def _is_plain(path: str) -> bool:
    if not path.isascii():
        try:
            path.encode()
        except UnicodeEncodeError:  # half of a surrogate pair, as JSON can hold: no database keeps it
            return False
    return "\0" not in path and all(part and part[0] != "." for part in path.split("/"))


def _look(status: os.stat_result) -> str:
    return f"{status.st_size}-{status.st_mtime_ns}"


def _look_of_tree(looks: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for path, look in looks:
        digest.update(f"{path}\0{look}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _posts(root: str) -> Iterator[tuple[str, str]]:
    return (
        each for each in _walk(root, "") if "_posts" in each[0].split("/")[:-1] and not each[0].startswith("_site/")
    )


def _real(root: str, directory: str) -> str:
    real = os.path.realpath(root)
    return f"{real}/{directory}" if directory else real


def _walk(root: str, directory: str) -> Iterator[tuple[str, str]]:
    """Yield each file below ``directory``, sorted by path, with its look."""
    found: list[tuple[str, str]] = []
    # A link on the way might lead out of the site.
    pending = [directory] if os.path.realpath(f"{root}/{directory}") == _real(root, directory) else []
    while pending and len(found) < _MOST_LISTED:
        prefix = f"{place}/" if (place := pending.pop()) else ""
        try:
            with os.scandir(f"{root}/{place}") as entries:
                for entry in entries:
                    if entry.name[0] == ".":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(prefix + entry.name)
                    elif entry.is_file():
                        found.append((prefix + entry.name, _look(entry.stat())))
        except OSError:
            continue  # a directory that went away meanwhile holds nothing
    yield from sorted(found)
