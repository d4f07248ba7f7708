"""How much markup a post may hold before reading it as HTML would take minutes."""

from __future__ import annotations

import re

MAX_DEPTH = 1_000
"""Elements within elements. An HTML parser's time grows with the square of it, and no reader shows so many."""

MAX_REFERENCES = 250_000
"""Ampersands; a parser's time grows with the square of the text they cut up."""

_NEVER_TOO_MUCH = 20_000
"""Characters; whatever so few of them hold is read in a tenth of a second."""

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_NEVER_DEEPER = frozenset(
    re.findall(
        r"\w+",
        "area base br col embed hr img input link meta param source track wbr "  # void
        "p li dt dd tr td th thead tbody tfoot colgroup option rb rp rt",  # closed by the next of their kind
    )
)


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
    for match in _TAG.finditer(markup):
        if match[2].lower() in _NEVER_DEEPER:
            continue
        depth = max(depth - 1, 0) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest
