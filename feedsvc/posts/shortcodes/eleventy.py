"""Eleventy's Markdown, in which templates are (Liquid as a rule): left out, but for what is plain."""

from __future__ import annotations

from collections.abc import Iterator

from feedsvc.posts.shortcodes import embeds
from feedsvc.posts.shortcodes.expanding import Dialect
from feedsvc.posts.shortcodes.page import Page
from feedsvc.posts.shortcodes.pieces import OUTPUT, Call, Html, Piece
from feedsvc.posts.shortcodes.template_pieces import TemplateReader
from feedsvc.posts.shortcodes.values import write_value

_CODE = frozenset({"highlight"})


def find_pieces(body: str) -> Iterator[Piece]:
    """Yield what Liquid would read, but for code: of many sites it is not run at all, and there it must stay."""
    return TemplateReader(body, _CODE).pieces()


def _highlight(call: Call, _: Page) -> Html | None:
    return None if call.inner is None else embeds.code(call.inner, call.arguments.get("", 0))


DIALECT = Dialect(find_pieces, {"highlight": _highlight, OUTPUT: write_value}, _CODE)
"""How Eleventy's posts are read."""
