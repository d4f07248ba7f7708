"""Zola's shortcodes found in a body (``components/markdown/src/content.pest``), in one pass over it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedsvc.posts.shortcodes.arguments import read_zola
from feedsvc.posts.shortcodes.pieces import Piece

_OPENING = re.compile(
    r"\{(?P<mark>[{%])(?:(?P<shown>/\*)|-?\s*(?:(?P<name>[A-Za-z_]\w*(?:::\w+)*+)\s*\(|(?P<end>end)\s*-?%\}))"
)
_END = {"{": re.compile(r"\s*\)\s*-?\}\}"), "%": re.compile(r"\s*\)\s*-?%\}")}


def find_pieces(body: str) -> Iterator[Piece]:
    """Yield what is no Markdown in ``body``: ``{{ name(…) }}``, ``{% name(…) %}`` to ``{% end %}``, ``{{/* x */}}``."""
    at = 0
    begun: list[str] = []
    no_end: set[str] = set()
    while opening := _OPENING.search(body, at):
        start, mark = opening.start(), opening["mark"]
        at = start + 2
        close = "}}" if mark == "{" else "%}"
        if opening["shown"]:
            end = -1 if mark in no_end else body.find(f"*/{close}", opening.end())
            if end < 0:
                no_end.add(mark)
                continue
            at = end + 4
            yield Piece(start, at, text=f"{{{mark}{body[opening.end() : end]}{close}")
        elif opening["end"]:
            if begun and mark == "%":
                at = opening.end()
                yield Piece(start, at, begun.pop(), closing=True)
        else:
            arguments, end = read_zola(body, opening.end())
            if closed := _END[mark].match(body, end):
                at = closed.end()
                if mark == "%":
                    begun.append(opening["name"])
                yield Piece(start, at, opening["name"], arguments=arguments)
