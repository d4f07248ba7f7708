"""A journal of what archiving does, for whoever sends pages elsewhere, or tells caches: that never walks the tree."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from feedsvc.publish.disk import explained

PAGE, MOVED = "page", "moved"
"""The kinds of lines: a page was, or is about to be, written or removed; a document's moved pages were noted."""

PAGES = "changed-pages"
"""The name, in the state directory, of the journal for caches."""

_OUT = "out\t/\n"


def note(journals: Iterable[Path], kind: str, paths: Iterable[str]) -> None:
    """Append a line for each URL path to each journal, durably. Raises :class:`StoreError`.

    Nothing is noted where there is no file: it is begun by who wants it.
    """
    lines = "".join(f"{kind}\t{path}\n" for path in paths).encode()
    for journal in journals if lines else ():
        with _held(journal) as file:
            if file:
                with explained(journal):
                    _append(file, lines)


def keep_journal(journal: Path, *, kept: bool) -> None:
    """Begin a journal if there is none, or see that there is none. Raises :class:`StoreError`."""
    with explained(journal):
        if kept:
            journal.touch()
        else:
            journal.unlink(missing_ok=True)


def note_out(journal: Path) -> None:
    """Note that all that was noted so far is out, where everybody fetches it. Raises :class:`StoreError`.

    Until then it may be told to nobody: a line is there before its page is, so that no crash can lose it.
    """
    with _held(journal) as file, explained(journal):
        if file and not _is_out(file):
            _append(file, _OUT.encode())


@contextmanager
def taking(journal: Path) -> Iterator[tuple[str, ...]]:
    """Give the paths of the pages that changed, each once, and forget them at the end of the block, unless it raises.

    None while any of them is not out. Whoever wants to note something meanwhile waits. Raises :class:`StoreError`.
    """
    with _held(journal) as file:
        if file is None or not _is_out(file):
            yield ()
            return
        file.seek(0)
        lines = file.read().decode("utf-8", "replace").splitlines()
        yield tuple(dict.fromkeys(line.partition("\t")[2] for line in lines if line.startswith(f"{PAGE}\t/")))
        with explained(journal):
            file.truncate(0)


def _is_out(file: BinaryIO) -> bool:
    """Tell whether nothing was noted since the last note that all is out."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - len(_OUT)))
    return size == 0 or file.read() == _OUT.encode()


def _append(file: BinaryIO, lines: bytes) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1))
    # A crash may have cut the last line off.
    file.write((b"" if file.read() in (b"", b"\n") else b"\n") + lines)
    os.fsync(file.fileno())


@contextmanager
def _held(journal: Path) -> Iterator[BinaryIO | None]:
    """Open a journal to read and append, for us alone; None where there is none."""
    with ExitStack() as stack:
        file = None
        with explained(journal):
            try:
                descriptor = os.open(journal, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
            except FileNotFoundError:
                pass
            else:
                file = stack.enter_context(open(descriptor, "r+b", buffering=0))  # noqa: PTH123 -- a descriptor
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield file
