"""What is written in one place and shown in another: footnotes, link addresses, abbreviations."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.blocks import Blocks
from feedsvc.posts.kramdown.patterns import FOOTNOTE_DEFINITION, INDENTED
from feedsvc.posts.kramdown.tree import Element

_MAX_ABBREVIATIONS = 300
_WHITE = re.compile(r"[ \t\r\n\f\v]+")
_LINK = re.compile(r" {0,3}\[([^\n\]]+)\]:[ \t]*")
_TITLE_LINE = re.compile(r"[ \t]*([\"'])(.+)\1[ \t]*\n")
_TITLED = re.compile(r"[ \t]+([\"'])")
_ABBREVIATION = re.compile(r" {0,3}\*\[(.+?)\]:(.*?)\n")


def normal_link_id(name: str) -> str:
    """Return the name of a link's address as it is compared."""
    return _WHITE.sub(" ", name).lower()


def parse_footnote_definition(blocks: Blocks) -> bool:
    """Read ``[^name]: blocks``."""
    match = FOOTNOTE_DEFINITION.match(blocks.source.text, blocks.source.pos)
    if match is None or blocks.is_too_deep:
        return False
    blocks.source.pos = match.end()
    note = Element("footnote_def")
    blocks.within(note, INDENTED.sub("", match[2]))
    mark = blocks.new("eob", "footnote_def")
    blocks.tree.children.append(mark)
    blocks.document.footnotes[match[1]] = note
    blocks.document.footnote_marks[match[1]] = mark
    return True


def parse_link_definition(blocks: Blocks) -> bool:
    """Read ``[name]: address "title"``."""
    source = blocks.source
    match = _LINK.match(source.text, source.pos)
    if match is None:
        return False
    found = _address(source.text, match.end())
    if found is None:
        return False
    url, title, source.pos = found
    mark = blocks.new("eob", "link_def")
    blocks.tree.children.append(mark)
    blocks.document.links[normal_link_id(match[1])] = (url, title, mark)
    return True


def _address(text: str, pos: int) -> tuple[str, str | None, int] | None:
    """Return the address, its title and where the definition ends."""
    end = text.find("\n", pos)
    line = text[pos:end].rstrip(" \t")
    if line.startswith("<") and ">" in line:
        url, _, rest = line[1:].partition(">")
        if not rest.strip(" \t"):
            return url, *_title_on_next_line(text, end)
        if _TITLED.match(rest) and rest[-1] == (quote := rest.lstrip(" \t")[0]) and len(rest.strip(" \t")) > len(quote):
            return url, rest.strip(" \t")[1:-1], end + 1
    if not line.strip():
        return None
    for title in _TITLED.finditer(line):
        if title.start() == 0:
            continue
        if line[-1] == title[1] and len(line) > title.end() + 1:
            return line[: title.start()], line[title.end() : -1], end + 1
        return None
    return line, *_title_on_next_line(text, end)


def _title_on_next_line(text: str, end: int) -> tuple[str | None, int]:
    match = _TITLE_LINE.match(text, end + 1)
    return (match[2], match.end()) if match else (None, end + 1)


def parse_abbreviation_definition(blocks: Blocks) -> bool:
    """Read ``*[HTML]: Hypertext Markup Language``."""
    match = _ABBREVIATION.match(blocks.source.text, blocks.source.pos)
    if match is None:
        return False
    blocks.source.pos = match.end()
    mark = blocks.new("eob", "abbrev_def")
    blocks.tree.children.append(mark)
    known = blocks.document.abbreviations
    if match[1] in known or len(known) < _MAX_ABBREVIATIONS:
        known[match[1]] = (match[2].strip(), mark)
    return True
