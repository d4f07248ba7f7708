"""What Markdown made of an expanded body is completed: with the HTML of its shortcodes, and the URLs of its links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import unquote

from feedsvc.posts.urls import absolute_url

_WORD = re.compile(r"<p>(Z[0-9a-f]{16}Z[0-9]+Z)</p>|Z[0-9a-f]{16}Z[0-9]+Z")
_BLOCK = re.compile(r"<(?:figure|pre)[ >]")


def put_back(markup: str, stands_in: Mapping[str, str]) -> str:
    """Return ``markup`` with each word that ``stands_in`` knows replaced by its HTML; a block needs no paragraph."""
    return _WORD.sub(lambda match: _html(match, stands_in), markup)


def _html(match: re.Match[str], stands_in: Mapping[str, str]) -> str:
    html = stands_in.get(match[1] or match[0])
    if html is None:
        return match[0]
    return html if match[1] is None or _BLOCK.match(html) else f"<p>{html}</p>"


def link_pages(html: str, links: Mapping[str, str], base: str) -> str:
    """Return clean HTML whose links to ``@/path`` lead to what ``links`` has for the path; ``base`` is its own URL."""
    root = absolute_url("@/", base) or base
    # Clean HTML has absolute URLs only, in double quotes.
    return re.sub(rf'(?<= href="){re.escape(escape(root))}([^"#?]*)', lambda match: _link(match, links), html)


def _link(match: re.Match[str], links: Mapping[str, str]) -> str:
    url = links.get(unquote(unescape(match[1])))
    return match[0] if url is None else escape(url)
