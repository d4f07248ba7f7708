"""What ``{{ … }}`` writes where that can be told without running templates: texts, and front matter's own."""

from __future__ import annotations

import html
import re

from feedsvc.posts.shortcodes.page import Page
from feedsvc.posts.shortcodes.pieces import Call

_LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_KEY = re.compile(r"(?:page\.)?(?:data\.)?(\w+)")


def write_value(call: Call, page: Page) -> str | None:
    """Return the text of ``{{ "text" | filter }}`` or ``{{ key }}``; None for whatever is computed."""
    expression = call.arguments.get("", 0)
    literal = _LITERAL.match(expression)
    if literal:
        return html.escape(literal[1] or literal[2] or "")
    key = _KEY.fullmatch(expression)
    if key is None:
        return None
    if expression == "page.url":
        return html.escape(page.url)
    value = page.value(key[1])
    return html.escape(value) if isinstance(value, str) else None
