"""Where archive pages went whose end moved, so that who holds an older link still finds the entries.

A file a document, in a folder of the state directory. As with histories nothing hangs on it: one that is gone, damaged
or behind costs a reader a 404, and the next page that moves makes it good.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from feedsvc.publish.disk import explained
from feedsvc.publish.history import history_file

MOVED = "archives"
"""The name of the folder in the state directory."""


def read_moved(directory: Path, document: str) -> Mapping[str, str]:
    """Return old name -> name of the pages of the document at a path; empty where nothing is known."""
    try:
        return parse_moved(history_file(directory, document).read_bytes(), document)
    except OSError:
        return {}


def parse_moved(data: bytes, document: str) -> Mapping[str, str]:
    """Read the bytes of such a file, likewise."""
    try:
        found = json.loads(data)
        moved = found["moved"].items() if found["path"] == document else ()
        return {old: new for old, new in moved if isinstance(new, str)}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def write_moved(directory: Path, document: str, moved: Mapping[str, str]) -> None:
    """Replace what is known of one document at once; not durable. Raises :class:`StoreError`."""
    file = history_file(directory, document)
    temporary = file.with_suffix(".tmp")  # one build at a time writes here, under its lock
    with explained(file):
        directory.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps({"path": document, "moved": moved}), encoding="utf-8")
        temporary.replace(file)
