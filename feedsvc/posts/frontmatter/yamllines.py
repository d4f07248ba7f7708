"""The YAML that nearly all posts have, lines of ``key: value``, read at a glance: a third of what libyaml takes.

What is not sure to be read as libyaml reads it is left to :mod:`~feedsvc.posts.frontmatter.yamldoc`, whose values and
places these are (``tests/property/test_yaml_lines.py``).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from feedsvc.posts.frontmatter.matter import MAX_NODES, Matter, Span, Value

if TYPE_CHECKING:
    from feedsvc.posts.frontmatter.source import SourceText

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
"""What is no text where it stands without quotes (YAML 1.1's null)."""

# So that there are fewer values than anybody has to count.
_MOST_CHARACTERS = 2 * MAX_NODES
# A plain scalar on one line (YAML 1.1, 9.1.3) without tabs, that begins with none of YAML's indicators: "#" follows
# no blank in it, and ":" is followed by none.
_PLAIN = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n\t:#]*(?:(?::(?=\S)|(?<=\S)\#)[^\n\t:#]*)*"
_QUOTED = r"'[^'\n]*'|\"[^\"\\\n]*\""
_ITEM = rf"-\x20+(?:{_PLAIN}|(?:{_QUOTED})\x20*)\n"
_ENTRY = re.compile(
    rf"""
    (?P<key>[A-Za-z_][A-Za-z0-9_-]{{0,99}}):
    (?: \x20+
        (?: (?P<plain>{_PLAIN})\n
          | (?P<quoted>{_QUOTED})\x20*\n
          # A block scalar (9.2) whose lines all begin in one column, with empty lines between them.
          | (?P<block>[>|]-?\n (?P<column>\x20+)[^\s][^\n]*\n (?:\n*(?P=column)[^\s][^\n]*\n)* )
        )
      | \x20*\n (?P<list>(?P<indent>\x20*){_ITEM}(?:(?P=indent){_ITEM})*)
    )
    \n*
    """,
    re.VERBOSE,
)
# What Span(…) comes to in the end, at half its price.
_new = tuple.__new__
# libyaml breaks lines at these two, which no editor does.
_LINE_SEPARATOR, _PARAGRAPH_SEPARATOR = "\u2028", "\u2029"


def read_lines(source: SourceText, start: int, end: int) -> Matter | None:
    """Read the YAML in ``source.text[start:end]``; None where a look at its lines does not tell what it says."""
    text = source.text
    # What is there as the file has it is known to hold no character that YAML refuses.
    if not source.utf8 or end - start > _MOST_CHARACTERS:
        return None
    if text.find(_LINE_SEPARATOR, start, end) >= 0 or text.find(_PARAGRAPH_SEPARATOR, start, end) >= 0:
        return None
    values: dict[str, Value] = {}
    spans: dict[str, Span] = {}
    at = start
    for entry in _ENTRY.finditer(text, start, end):
        key, plain, quoted, block, column, items, indent = entry.groups()
        if entry.start() != at or key in values:
            return None
        past = entry.end()
        if plain is not None:
            first, value = entry.start("plain"), plain.rstrip(" ")
            values[key], last = None if value in NULLS else value, first + len(value)
        elif quoted is not None:
            first, last = entry.span("quoted")
            values[key] = quoted[1:-1]
        elif block is not None:
            first, last = entry.start("block"), past
            values[key] = _block(block, len(column))
        else:
            first, last = entry.start("list") + len(indent), past
            values[key] = _items(items, len(indent))
        spans[key] = _new(Span, (at, first, last))
        at = past
    return Matter(values=values, spans=spans) if at == end else None


def _items(lines: str, indent: int) -> list[Value]:
    return [_item(line[indent + 1 :].strip(" ")) for line in lines.split("\n")[:-1]]


def _item(text: str) -> str | None:
    return text[1:-1] if text[0] in "'\"" else None if text in NULLS else text


def _block(text: str, indent: int) -> str:
    """Return what a block scalar says: one line end stays at its end, unless its header ends in a hyphen."""
    header, *lines = text.split("\n")[:-1]
    lines = [line[indent:] for line in lines]
    told = "\n".join(lines) if header[0] == "|" else _folded(lines)
    return told if header.endswith("-") else told + "\n"


def _folded(lines: list[str]) -> str:
    """Join lines with blanks, and paragraphs with as many line ends as there are empty lines between (9.2.4)."""
    if "" not in lines:
        return " ".join(lines)
    told = lines[0]
    for before, line in pairwise(lines):
        told += " " + line if before and line else line or "\n"
    return told
