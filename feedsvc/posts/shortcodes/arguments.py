"""Arguments of shortcodes as Hugo, Zola and Hexo write them."""

from __future__ import annotations

import re
from typing import NamedTuple

from feedsvc.posts.shortcodes.pieces import Arguments

# Each pattern ends where the next begins with another character, so none goes back. A backslash outside of quotes
# and a brace end a call of Hugo's: what is no call is known before the next one begins.
_HUGO = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][\w-]*)\s*=\s*)?"
    r"(?:\"(?P<quoted>(?:[^\"\\]|\\.)*+)\"|`(?P<raw>[^`]*+)`|(?P<word>(?:[^\s\"`{}\\<>=%/]|[>%/](?!\}\}|[>%]\}\}))++))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ZOLA = re.compile(
    r"\s*(?P<name>[A-Za-z_]\w*)\s*=\s*"
    r"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|`(?P<raw>[^`]*+)`|\[(?P<list>[^\[\]{}]*+)\]|(?P<word>[\w.+-]++))\s*(?:,|(?=\)))",
    re.DOTALL,
)
_HEXO = re.compile(r"\s*(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<word>[^\s\"']\S*+|[\"']\S*+))")


class Read(NamedTuple):
    """Arguments, and where they end."""

    arguments: Arguments
    end: int


def read_hugo(text: str, at: int) -> Read:
    """Read ``"a text" `as it is` word name="value"`` from ``at`` on, as far as it goes."""
    positional: list[str] = []
    named: dict[str, str] = {}
    while found := _HUGO.match(text, at):
        value = _first(found["raw"], found["word"])
        if found["quoted"] is not None:
            value = _ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], found["quoted"])
        if found["name"] is None:
            positional.append(value)
        else:
            named[found["name"].lower()] = value
        at = found.end()
    return Read(Arguments(positional=tuple(positional), named=named), at)


def read_zola(text: str, at: int) -> Read:
    """Read ``name="text", other=[1, 2]`` from ``at`` on, as far as it goes. A list is one text, as it is written."""
    named: dict[str, str] = {}
    while found := _ZOLA.match(text, at):
        named[found["name"]] = _first(*(found[kind] for kind in ("double", "single", "raw", "list", "word")))
        at = found.end()
    return Read(Arguments(named=named), at)


def read_words(text: str) -> Arguments:
    """Read words and quoted texts with blanks between them, as Hexo's tags have them; ``name:value`` is both."""
    found = [_first(match["double"], match["single"], match["word"]) for match in _HEXO.finditer(text)]
    named = {
        name: value for name, colon, value in (word.partition(":") for word in found) if colon and name.isidentifier()
    }
    return Arguments(positional=tuple(found), named=named)


def _first(*texts: str | None) -> str:
    return next((text for text in texts if text is not None), "")
