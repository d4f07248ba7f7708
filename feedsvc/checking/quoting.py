"""Which texts may be put in quotes word for word, and how: only where nothing else can have been meant."""

from __future__ import annotations

import re

# In lower case, those whose value is a text, whatever it looks like.
_TEXT_KEYS = frozenset({"title", "subtitle", "linktitle", "excerpt", "description", "summary"})

# Two keys on one line, most likely.
_OTHER_KEY = re.compile(
    r"(?:^|\s)(?:title|date|layout|categor(?:y|ies)|tags?|authors?|excerpt|description|summary|image|permalink|slug"
    r"|lang(?:uage)?|draft|published|updated|last_modified_at):(?:\s|$)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\s#")
_LINE_BREAKS = re.compile("[\r\n\x85\u2028\u2029]")


def can_be_quoted(key: str, value: str) -> bool:
    """Say whether ``value``, the rest of a key's line without blanks at its ends, is sure to be meant word for word.

    It is not at a key that may have a list, and not where it may hold a comment, a second key, an escape code, or
    quotes that enclose all of it.
    """
    if key.lower() not in _TEXT_KEYS or any(each.search(value) for each in (_COMMENT, _OTHER_KEY, _LINE_BREAKS)):
        return False
    quote = value[0]
    if quote not in "'\"":
        return True
    if ("\\" if quote == '"' else "''") in value:
        return False
    pieces = value.split(quote)
    if not value.endswith(quote):
        # What the first quotation encloses, and what comes after it; those that follow may be apostrophes.
        return len(pieces) > 2 and _are_quotations(pieces[1:2], pieces[2:3], at_end=True)
    return len(pieces) % 2 == 1 and _are_quotations(pieces[1::2], pieces[2:-1:2])


def _are_quotations(inside: list[str], between: list[str], *, at_end: bool = False) -> bool:
    """Tell ``'one' and 'two'`` from ``'it's'`` and ``'he said 'yes''``, whose first and last quotes are YAML's."""
    if any(not piece or piece != piece.strip() for piece in inside):
        return False
    return all(piece and not _has_case(piece[0]) and (at_end or not piece[-1].isalnum()) for piece in between)


def _has_case(character: str) -> bool:
    """Say whether it may follow an apostrophe within a word, as no syllable of Hangul does."""
    return character.lower() != character.upper() or character.isdigit()


def put_in_quotes(value: str) -> str:
    """Return ``value`` as YAML's double-quoted scalar (YAML 1.1, 9.1.1), which reads back as ``value``."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
