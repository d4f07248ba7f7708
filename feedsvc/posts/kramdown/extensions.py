"""``{:…}``: attribute lists, ``{::comment}``, ``{::nomarkdown}``, ``{::options}``: ``kramdown/extensions.rb``."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.attributes import read_attribute_list
from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.document import Document, Source
from feedsvc.posts.kramdown.options import with_options
from feedsvc.posts.kramdown.patterns import ANY, IAL_START, ID, OPT, SPACE
from feedsvc.posts.kramdown.tree import Attributes, Element

_LIST = re.compile(rf"{OPT}\{{:({ID}):({ANY})\}}{SPACE}*?\n")
_EXTENSION = rf"\{{::(?a:(\w+))(?:{SPACE}((?:\\\}}|[^}}]){{0,500}}?)|)(/)?\}}"
_STOP = r"\{:/(?:%s)?\}"
_BLOCK_EXTENSION = re.compile(rf"{OPT}(?:{_EXTENSION}|\{{:/({ID})?\}}){SPACE}*?\n")
SPAN_EXTENSION = re.compile(rf"{_EXTENSION}|\{{:/({ID})?\}}")
_SHOWN_DEFINITIONS = frozenset({"link_def", "abbrev_def", "footnote_def"})


def parse_block_extensions(blocks: Blocks) -> bool:
    """Read a definition of attributes, an extension, or the attributes of the block before or after."""
    source = blocks.source
    if match := _LIST.match(source.text, source.pos):
        source.pos = match.end()
        read_attribute_list(match[2], blocks.document.alds.setdefault(match[1], Attributes()))
        blocks.tree.children.append(blocks.new("eob", "ald"))
        return True
    if match := _BLOCK_EXTENSION.match(source.text, source.pos):
        return _parse_block_extension(blocks, match)
    if match := IAL_START.match(source.text, source.pos):
        source.pos = match.end()
        _take_attributes(blocks, match[1])
        return True
    return False


def _take_attributes(blocks: Blocks, text: str) -> None:
    last = blocks.last
    if last is None or last.type == "blank" or (last.type == "eob" and last.value not in _SHOWN_DEFINITIONS):
        blocks.ial = blocks.ial or Attributes()
        read_attribute_list(text, blocks.ial)
        return
    last.ial = last.ial or Attributes()
    read_attribute_list(text, last.ial)
    if IAL_START.match(blocks.source.text, blocks.source.pos) is None:
        blocks.tree.children.append(blocks.new("eob", "ial"))


def _parse_block_extension(blocks: Blocks, match: re.Match[str]) -> bool:
    name = match[1]
    if name is None:
        return False
    body, end = None, match.end()
    if not match[3]:
        stop = re.compile(rf"^{OPT}{_STOP % name}{SPACE}*?\n", re.MULTILINE)
        found = blocks.source.search(stop, end)
        if found is None:
            return False
        body, end = blocks.source.text[match.end() : found.start()].removesuffix("\n"), found.end()
    extension = read_extension(blocks.document, name, match[2] or "", body, "block")
    if extension is None:
        return False
    blocks.source.pos = end
    if name == "options":
        blocks.tree.children.append(blocks.new("eob", "extension"))
    blocks.tree.children.extend(extension)
    return True


def read_extension(
    document: Document, name: str, attributes: str, body: str | None, category: str
) -> list[Element] | None:
    """Return what an extension shows, or None if there is none of this ``name``."""
    options = Attributes()
    read_attribute_list(attributes, options)
    if name == "options":
        document.options = with_options(document.options, options.values)
        return []
    if name not in ("comment", "nomarkdown"):
        return None
    if body is None:
        return []
    types = options.values.get("type", "").split()
    if name == "nomarkdown" and types and "html" not in types:
        return []
    return [Element("comment" if name == "comment" else "raw", body, category=category)]


def find_span_stop(source: Source, name: str, pos: int) -> re.Match[str] | None:
    """Return where a span's extension ends, if it does."""
    return source.search(re.compile(_STOP % name), pos)
