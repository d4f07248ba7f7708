"""Blocks that hold no blocks: paragraphs, headers, code, rules, math."""

from __future__ import annotations

import re
from functools import lru_cache

from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.patterns import (
    ATX,
    ATX_GFM,
    CODE,
    EOB,
    FENCE,
    FENCE_GFM,
    HEADER_ID,
    INDENTED,
    MATH_BLOCK,
    MATH_END,
    PARAGRAPH,
    PARAGRAPH_GFM,
    RULE,
    SETEXT,
)
from feedsvc.posts.kramdown.tree import Element

_WHITE = " \t\r\n\f\v\0"
_MOST_FENCES = 20
_LONGEST_FENCE = 500
_INFO = re.compile(r"[ \t\r\n\f\v]*?(([^ \t\r\n\f\v]+?)(?:\?[^ \t\r\n\f\v]*)?)?[ \t\r\f\v]*\n")
_CONTINUED_CODE = re.compile(r"\n( {0,3}[^ \t\r\n\f\v])")
_CLOSING_HASHES = re.compile(r"(?<!\\)#+\Z")
_CLOSING_HASHES_GFM = re.compile(r"[\t ]#+\Z")


def parse_paragraph(blocks: Blocks) -> bool:
    """Read lines up to what ends a paragraph; after another one they belong to it."""
    source = blocks.source
    options = blocks.document.options
    lines = PARAGRAPH_GFM if options.is_gfm and "paragraph_end" in options.gfm_quirks else PARAGRAPH
    match = lines.match(source.text, source.pos)
    if match is None:
        return False
    start, source.pos = source.pos, match.end()
    text, last = match[0].rstrip(_WHITE), blocks.last
    if last is not None and last.type == "p":
        joiner = "  \n" if source.text[max(0, start - 3) : start] == "  \n" else "\n"
        last.children.append(Element("raw_text", joiner + text))
    else:
        paragraph = blocks.new("p")
        paragraph.children.append(Element("raw_text", text.lstrip(_WHITE)))
        blocks.tree.children.append(paragraph)
    return True


def parse_setext_header(blocks: Blocks) -> bool:
    """Read a header that is underlined with ``===`` or ``---``."""
    match = SETEXT.match(blocks.source.text, blocks.source.pos)
    if match is None or not blocks.is_after_boundary:
        return False
    text, own_id = _contents(match["contents"])
    return _add_header(blocks, match, 2 if match["level"] == "-" else 1, text, own_id)


def parse_atx_header(blocks: Blocks) -> bool:
    """Read a header that begins with ``#``."""
    source, options = blocks.source, blocks.document.options
    match = (ATX_GFM if options.is_gfm else ATX).match(source.text, source.pos)
    quirk = options.is_gfm and "paragraph_end" in options.gfm_quirks
    if match is None or not (quirk or blocks.is_after_boundary):
        return False
    text, own_id = _contents(match["contents"])
    closed = (_CLOSING_HASHES_GFM if quirk else _CLOSING_HASHES).sub("", text)
    text = closed.rstrip(_WHITE) if closed != text else text
    return _add_header(blocks, match, len(match["level"]), text, own_id)


def _contents(text: str) -> tuple[str, str]:
    text = text.rstrip(_WHITE)
    match = HEADER_ID.search(text) if text.endswith("}") else None
    return (text[: match.start()].rstrip(_WHITE), match[1]) if match else (text, "")


def _add_header(blocks: Blocks, match: re.Match[str], level: int, text: str, own_id: str) -> bool:
    if not text:
        return False
    blocks.source.pos = match.end()
    header = blocks.new("header")
    header.level, header.raw_text = level, text
    header.children.append(Element("raw_text", text))
    if own_id:
        header.attr["id"] = own_id
    blocks.tree.children.append(header)
    return True


def parse_code(blocks: Blocks) -> bool:
    """Read an indented code block."""
    match = CODE.match(blocks.source.text, blocks.source.pos)
    if match is None or not match[0]:
        return False
    blocks.source.pos = match.end()
    data = INDENTED.sub("", _CONTINUED_CODE.sub(r" \1", match[0]))
    blocks.tree.children.append(blocks.new("codeblock", data))
    return True


def parse_fenced_code(blocks: Blocks) -> bool:
    """Read code between fences; without the closing one it is none."""
    source = blocks.source
    is_gfm = blocks.document.options.is_gfm
    opening = (FENCE_GFM if is_gfm else FENCE).match(source.text, source.pos)
    if opening is None or len(opening[1]) > _LONGEST_FENCE:
        return False
    # As in kramdown, a fence that is too long may be a shorter one with the rest for a language.
    for length in range(len(opening[1]), 2, -1)[:_MOST_FENCES]:
        info = _INFO.match(source.text, opening.start(1) + length)
        closing = source.search(_closing(opening[1][:length], is_gfm), info.end()) if info else None
        if info is not None and closing is not None:
            code = blocks.new("codeblock", source.text[info.end() : closing.start()])
            if info[1]:
                code.attr["class"] = f"language-{info[2]}"
            blocks.tree.children.append(code)
            source.pos = closing.end()
            return True
    return False


@lru_cache(maxsize=64)
def _closing(fence: str, indented: bool) -> re.Pattern[str]:  # noqa: FBT001
    optional = " {0,3}" if indented else ""
    return re.compile(rf"^{optional}{fence}{fence[0]}*[ \t\r\n\f\v]*?\n", re.MULTILINE)


def parse_rule(blocks: Blocks) -> bool:
    """Read a horizontal rule."""
    match = RULE.match(blocks.source.text, blocks.source.pos)
    if match is None:
        return False
    blocks.source.pos = match.end()
    blocks.tree.children.append(blocks.new("hr"))
    return True


def parse_block_math(blocks: Blocks) -> bool:
    r"""Read a formula that stands alone; a backslash before it makes it one of a paragraph."""
    source = blocks.source
    opening = MATH_BLOCK.match(source.text, source.pos)
    end = source.find("$$", opening.end()) if opening else -1
    if opening is None or end < 0 or not blocks.is_after_boundary:
        return False
    line_end = MATH_END.match(source.text, end + 2)
    if opening[1]:
        if line_end:
            source.pos = opening.start(1) + 1
        return False
    start, source.pos = source.pos, line_end.end() if line_end else end + 2
    if blocks.is_before_boundary:
        math = blocks.new("math", source.text[opening.end() : end].strip(_WHITE))
        math.category = "block"
        blocks.tree.children.append(math)
        return True
    source.pos = start
    return False


def parse_eob(blocks: Blocks) -> bool:
    """Read a line of ``^`` alone, which ends a block and shows nothing."""
    match = EOB.match(blocks.source.text, blocks.source.pos)
    if match is None:
        return False
    blocks.source.pos = match.end()
    blocks.tree.children.append(blocks.new("eob"))
    return True
