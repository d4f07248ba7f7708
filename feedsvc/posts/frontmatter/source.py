"""A post's text, and how an offset in it becomes the line and column an editor shows."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from feedsvc.model import Finding, PostError

UNPUBLISHABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document may carry: characters outside XML 1.0's Char production (2.2), and
DEL and the C1 controls, which XML discourages, validators warn of and YAML refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """One file's text with line feeds only, without byte order mark and unpublishable characters.

    ``path`` is relative to the posts directory. ``removed`` holds, ascending, the offsets in
    ``text`` before which a character was taken out; ``bare_returns`` the offsets of line
    feeds that were carriage returns alone. Offsets and columns count characters.
    ``utf8`` is ``text`` as the file has it, where it was not changed; else empty.
    """

    path: str
    text: str = field(repr=False)
    removed: tuple[int, ...] = field(default=(), repr=False)
    bare_returns: tuple[int, ...] = field(default=(), repr=False)
    findings: tuple[Finding, ...] = ()
    utf8: bytes = field(default=b"", repr=False, compare=False)

    def encoded_from(self, offset: int) -> bytes:
        """Return the text from ``offset`` on in UTF-8; what is before it is nearly always shorter."""
        if self.utf8 and 2 * offset < len(self.text):
            return self.utf8[len(self.text[:offset].encode()) :]
        return self.text[offset:].encode()

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of ``offset`` in the file, both counted from 1."""
        start = self.text.rfind("\n", 0, offset) + 1
        gone = bisect_right(self.removed, offset) - bisect_left(self.removed, start)
        return self.text.count("\n", 0, offset) + 1, offset - start + 1 + gone

    def finding(self, offset: int, reason: str, hint: str = "") -> Finding:
        """Return something to tell about the place at ``offset``."""
        line, column = self.place(offset)
        return Finding(path=self.path, reason=reason, hint=hint, line=line, column=column)

    def error(self, offset: int, reason: str, hint: str = "") -> PostError:
        """Return what keeps the post out, at ``offset``."""
        line, column = self.place(offset)
        return PostError(path=self.path, reason=reason, hint=hint, line=line, column=column)


def publishable(text: str) -> str:
    """Return ``text`` without the characters that no document may carry."""
    return UNPUBLISHABLE.sub("", text)


def code_point(character: str) -> str:
    """Return ``U+000C`` and the like."""
    return f"U+{ord(character):04X}"
