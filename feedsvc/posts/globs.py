"""Patterns such as ``**/*.md`` over paths relative to the posts directory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# Names that begin so are no posts to Jekyll (EntryFilter's ``special?``), so they are to be named in full.
_SPECIAL = "_#~"
_NO_SPECIAL = f"(?![{_SPECIAL}])"
_ANY_DIRECTORIES = f"(?:{_NO_SPECIAL}[^/]+/)*"


def compile_patterns(patterns: Sequence[str], *, special: bool = False) -> re.Pattern[str]:
    """Return an expression whose ``fullmatch`` accepts the paths that one of ``patterns`` names.

    ``*`` and ``?`` stay within a name, ``**/`` is any number of directories, none included,
    ``[a-z]`` and ``[!a-z]`` are one character. Case counts. A name that begins with ``_``, ``#`` or
    ``~`` is matched by no wildcard at its beginning, as in shells one with a dot is not, unless ``special`` ones are
    wanted too.
    """
    compiled = _any_of("".join(_steps(pattern)) for pattern in patterns)
    return re.compile(compiled.pattern.replace(_NO_SPECIAL, ""), re.DOTALL) if special else compiled


def compile_directories(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return an expression whose ``fullmatch`` accepts directories, with ``/`` at the end, that may hold a match."""
    return _any_of(_beginnings(list(_steps(pattern))) for pattern in patterns)


def _any_of(expressions: Iterator[str]) -> re.Pattern[str]:
    return re.compile("|".join(expressions) or r"(?!)", re.DOTALL)


def _steps(pattern: str) -> Iterator[str]:
    """Yield an expression for each directory of a pattern, ``/`` included, and one for the name at its end."""
    *directories, name = pattern.removeprefix("./").split("/")
    for directory in directories:
        yield _ANY_DIRECTORIES if directory == "**" else _step(directory) + "/"
    yield f"{_ANY_DIRECTORIES}{_NO_SPECIAL}[^/]+" if name == "**" else _step(name)


def _step(name: str) -> str:
    return ("" if name[:1] not in "*?" else _NO_SPECIAL) + "".join(_pieces(name))


def _beginnings(steps: Sequence[str]) -> str:
    """Match some of the first of ``steps``; what may stand for several directories, to its end or in between."""
    *directories, name = steps
    expression = _ANY_DIRECTORIES if name.startswith(_ANY_DIRECTORIES) else ""
    for step in reversed(directories):
        expression = step + expression if step == _ANY_DIRECTORIES else f"(?:{step}{expression})?"
    return expression


_PIECE = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)


def _pieces(name: str) -> Iterator[str]:
    for match in _PIECE.finditer(name):
        piece = match[0]
        if piece[0] == "*":
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
