"""Hugo's shortcodes found in a body (``parser/pageparser/pagelexer_shortcode.go``), in one pass over it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedsvc.posts.shortcodes.arguments import read_hugo
from feedsvc.posts.shortcodes.pieces import Piece

_OPENING = re.compile(r"\{\{(?P<mark>[<%])(?:(?P<shown>/\*)|\s*(?P<closing>/)?\s*(?P<name>[^\s\"`{}\\<>=%/]++)?)")
_ENDS = {mark: re.compile(rf"\s*/?{mark}\}}\}}") for mark in "<>%"}
_REST = re.compile(r"[^{}]*+\}\}")


def find_pieces(body: str) -> Iterator[Piece]:
    """Yield what is no Markdown in ``body``, in its order. ``{{</* x */>}}`` is text that shows ``{{< x >}}``."""
    at, shown_end = 0, 0
    while opening := _OPENING.search(body, at):
        start, mark = opening.start(), ">" if opening["mark"] == "<" else "%"
        at = start + 3
        if opening["shown"]:
            # Where one has no end, none after it has.
            close = f"*/{mark}}}}}"
            end = body.find(close, opening.end()) if shown_end >= 0 else -1
            shown_end = end
            if end >= 0:
                text = f"{{{{{opening['mark']}{body[opening.end() : end]}{mark}}}}}"
                at = end + len(close)
                yield Piece(start, at, text=text)
        elif opening["name"]:
            arguments, end = read_hugo(body, opening.end())
            closed = _ENDS[mark].match(body, end) or _REST.match(body, end)
            if closed:
                at = closed.end()
                name, closing = opening["name"], opening["closing"] is not None
                yield Piece(start, at, name.lower(), closing=closing, arguments=arguments)
