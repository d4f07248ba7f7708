"""Which parsers to try for a line, in kramdown's order, by what it begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feedsvc.posts.kramdown import definition_lists, definitions, html_blocks, leaves, lists, tables
from feedsvc.posts.kramdown.blocks import BlockParser
from feedsvc.posts.kramdown.extensions import parse_block_extensions
from feedsvc.posts.kramdown.quotations import parse_blockquote

_FIRST = re.compile(r" {0,3}([^ \t])")

_ALWAYS = (tables.parse_table,)
_PARAGRAPH = (leaves.parse_paragraph,)


def _order(before: Sequence[BlockParser], after: Sequence[BlockParser] = ()) -> tuple[BlockParser, ...]:
    return (*before, leaves.parse_setext_header, *_ALWAYS, *after, *_PARAGRAPH)


_MATH = (leaves.parse_setext_header, leaves.parse_block_math, *_ALWAYS, *_PARAGRAPH)
_BY_CHARACTER: dict[str, tuple[BlockParser, ...]] = {
    "~": _order((leaves.parse_fenced_code,)),
    "`": _order((leaves.parse_fenced_code,)),
    ">": (parse_blockquote, *_order(())),
    "#": _order((leaves.parse_atx_header,)),
    "*": _order((leaves.parse_rule, lists.parse_list), (definitions.parse_abbreviation_definition,)),
    "-": _order((leaves.parse_rule, lists.parse_list)),
    "_": _order((leaves.parse_rule,)),
    "+": _order((lists.parse_list,)),
    ":": _order((definition_lists.parse_definition_list,)),
    "<": _order((html_blocks.parse_block_html,)),
    "[": _order((), (definitions.parse_footnote_definition, definitions.parse_link_definition)),
    "{": _order((), (parse_block_extensions,)),
    "^": _order((), (leaves.parse_eob,)),
    "$": _MATH,
    "\\": _MATH,
    **dict.fromkeys("0123456789", _order((lists.parse_list,))),
}
_OTHERS = _order(())
_CODE = (leaves.parse_code,)


def parsers_at(text: str, pos: int) -> tuple[BlockParser, ...]:
    """Return the parsers that may read the line at ``pos``, which is not blank."""
    first = _FIRST.match(text, pos)
    if first is None:
        return _CODE
    return _BY_CHARACTER.get(first[1], _OTHERS)
