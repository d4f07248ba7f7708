"""The difference between a file and its mended self, as `git apply` and `patch -p1` take it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

_NO_NEWLINE = b"\\ No newline at end of file\n"


def diff_of(path: str, old: bytes, new: bytes) -> bytes:
    """Return a unified diff of bytes; empty where nothing differs. Line feeds end lines, as for those programs."""
    before, after = _name(f"a/{path}"), _name(f"b/{path}")
    return b"".join(_ended(difflib.diff_bytes(difflib.unified_diff, _lines(old), _lines(new), before, after)))


def _lines(data: bytes) -> list[bytes]:
    *lines, last = data.split(b"\n")
    return [*(line + b"\n" for line in lines), *([last] if last else [])]


def _ended(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE


def _name(path: str) -> bytes:
    """Return a file's name as a diff's head has it: a tab ends one that holds blanks."""
    return path.encode("utf-8", "surrogateescape") + (b"\t" if " " in path else b"")
