"""Quotations: ``kramdown/blockquote.rb``."""

from __future__ import annotations

from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.patterns import LAZY_LINES, QUOTE_START


def parse_blockquote(blocks: Blocks) -> bool:
    """Read a quotation, to the end of its last paragraph."""
    match = LAZY_LINES.match(blocks.source.text, blocks.source.pos)
    if match is None or blocks.is_too_deep:
        return False
    blocks.source.pos = match.end()
    quote = blocks.new("blockquote")
    blocks.tree.children.append(quote)
    blocks.within(quote, QUOTE_START.sub("", match[0]))
    return True
