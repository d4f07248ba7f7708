"""A file's text exactly as it stands, so that what is written back differs in the mended place alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

BOM = "\ufeff"
_BREAK = re.compile(r"\r\n|\r|\n")
# The library's own would take the mark off.
_CODECS = {"utf-8-sig": "utf-8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """A text with its marks, line ends and forbidden characters, and the codec that gives its bytes again.

    Lines count from 1 and end at a line feed, a carriage return, or both, as in
    :class:`~feedsvc.posts.frontmatter.source.SourceText`.
    """

    text: str = field(repr=False)
    codec: str

    def encode(self, text: str) -> bytes:
        """Return another text in the same encoding; raises UnicodeError."""
        return text.encode(self.codec)


def read_exact(data: bytes, encodings: Sequence[str]) -> Exact | None:
    """Decode ``data`` by the first of ``encodings`` that accepts it; None where it does not give the bytes again."""
    for encoding in encodings:
        codec = _CODECS.get(encoding, encoding)
        try:
            text = data.decode(codec)
        except UnicodeError:
            continue
        try:
            return Exact(text=text, codec=codec) if text.encode(codec) == data else None
        except UnicodeError:
            return None
    return None


def line_at(text: str, number: int) -> str | None:
    """Return a line without its end, and without the marks that the text begins with; None where there is none."""
    span = span_of(text, number)
    return text[slice(*span)] if span else None


def span_of(text: str, number: int) -> tuple[int, int] | None:
    """Return where a line begins and ends, in characters, without its end and without marks before it."""
    start = len(text) - len(text.lstrip(BOM))
    for found, match in enumerate(_BREAK.finditer(text), start=1):
        if found == number:
            return start, match.start()
        start = match.end()
        if found + 1 == number:
            end = _BREAK.search(text, start)
            return start, end.start() if end else len(text)
    return (start, len(text)) if number == 1 else None


def put_line(text: str, first: int, last: int, line: str) -> str:
    """Return ``text`` with one line where lines ``first`` to ``last`` are; the last one's end stays."""
    beginning, end = span_of(text, first), span_of(text, last)
    return text[: beginning[0]] + line + text[end[1] :] if beginning and end else text
