"""A journal of what archiving does, for whoever sends pages elsewhere: that never walks the tree to know it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from feedsvc.publish.disk import explained

PAGE, MOVED = "page", "moved"
"""The kinds of lines: a page was, or is about to be, written or removed; a document's moved pages were noted."""


def note(journal: Path | None, kind: str, paths: Iterable[str]) -> None:
    """Append a line for each URL path, durably; nothing where there is no journal. Raises :class:`StoreError`.

    A journal is begun by who reads it: one that is missing means that everything is to be compared.
    """
    lines = "".join(f"{kind}\t{path}\n" for path in paths).encode()
    if journal is None or not lines:
        return
    with explained(journal):
        try:
            descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        with open(descriptor, "wb", buffering=0, closefd=True) as file:  # noqa: PTH123 -- a descriptor, not a path
            file.write(lines)
            os.fsync(descriptor)
