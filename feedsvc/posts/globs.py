"""Patterns such as ``**/*.md`` over paths relative to the posts directory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence


def compile_patterns(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return an expression whose ``fullmatch`` accepts the paths that one of ``patterns`` names.

    ``*`` and ``?`` stay within a name, ``**/`` is any number of directories, none included,
    ``[a-z]`` and ``[!a-z]`` are one character. Case counts.
    """
    expressions = ["".join(_pieces(pattern.removeprefix("./"))) for pattern in patterns]
    return re.compile("|".join(expressions) or r"(?!)", re.DOTALL)


_PIECE = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


def _pieces(pattern: str) -> Iterator[str]:
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        if piece == "**/":
            yield "(?:[^/]+/)*"
        elif piece == "**":
            yield ".*"
        elif piece == "*":
            yield "[^/]*"
        elif piece == "?":
            yield "[^/]"
        elif len(piece) > 1:
            yield _character_class(piece[1:-1])
        else:
            yield re.escape(piece)


def _character_class(body: str) -> str:
    negated = body.startswith("!")
    inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", body[1:] if negated else body)
    try:
        re.compile(f"[{inner}]")
    except re.error:
        return re.escape(f"[{body}]")
    return f"(?!/)[{'^' if negated else ''}{inner}]"
