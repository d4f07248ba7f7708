"""How much markup a post may hold before reading it as HTML would take minutes."""

from __future__ import annotations

import re

MAX_DEPTH = 1_000
"""Elements within elements. An HTML parser's time grows with the square of it, and no reader shows so many."""

MAX_REFERENCES = 250_000
"""Ampersands; a parser's time grows with the square of the text they cut up."""

ALWAYS_READ = 100_000
"""Characters; so few are read as Markdown whatever they hold, which takes a second or two at most."""

MAX_PIECES = 100_000
"""Blocks and spans of one text in Markdown that is longer than that, those that come to nothing included."""

_NEVER_TOO_MUCH = 20_000
"""Characters; whatever so few of them hold is read in a tenth of a second."""

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_NEVER_DEEPER = frozenset(
    re.findall(
        r"\w+",
        "area base br col embed hr img input link meta param source track wbr "  # void
        "p li dt dd tr td th thead tbody tfoot colgroup option",  # closed by the next of their kind
    )
)
_OF_RUBY = frozenset({"rb", "rp", "rt"})  # closed by the next of their kind, but only in ruby
_HIDES_RUBY = frozenset(re.findall(r"\w+", "applet button caption foreignobject marquee object table td template th"))


class TooComplexError(Exception):
    """A text that would take long to read. Its own text says what there is too much of."""


MAX_CELLS = 2_000_000
"""Cells that the rows of a text would have, were they all as long as the line with the most pipes."""

CELLS_OF_NOTHING = 50_000
"""Likewise, of all pipes; so few may be made of any text without a look at what they become."""

_MOST_GROWTH = 6  # a quote becomes six characters
_MOST_MARKUP = 5_000_000


def check_growth(body: str, markup: str) -> None:
    """Raise TooComplexError where HTML is far longer than the Markdown that it was made of, as wide tables are."""
    if len(markup) > _MOST_MARKUP + _MOST_GROWTH * len(body):
        raise TooComplexError("a table of far more cells than are written")


def check_tables(body: str) -> None:
    """Raise TooComplexError where Markdown may become a table that fills the memory."""
    lines = body.count("\n") + 1
    if (body.count("|") + 1) * lines <= MAX_CELLS:
        return
    if (max(line.count("|") for line in body.split("\n")) + 1) * lines > MAX_CELLS:
        raise TooComplexError("a table of far more cells than are written")


def complexity_of(markup: str) -> str:
    """Return what makes ``markup`` too much to read, in words, or an empty string."""
    if len(markup) < _NEVER_TOO_MUCH:
        return ""
    if markup.count("&") > MAX_REFERENCES:
        return f"more than {MAX_REFERENCES:,} & characters"
    if markup.count("<") > MAX_DEPTH and _depth(markup) > MAX_DEPTH:
        return f"elements nested more than {MAX_DEPTH:,} levels deep, or as many that are never closed"
    return ""


def _depth(markup: str) -> int:
    depth = deepest = 0
    in_ruby = False
    for match in _TAG.finditer(markup):
        name = match[2].lower()
        if name == "ruby" or name in _HIDES_RUBY:
            in_ruby = name == "ruby" and not match[1]
        if name in _NEVER_DEEPER or (in_ruby and name in _OF_RUBY):
            continue
        depth = max(depth - 1, 0) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
