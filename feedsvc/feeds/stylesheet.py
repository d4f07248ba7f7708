"""The style sheet that Atom and RSS documents name, for browsers that show them as they are (xml-stylesheet, 1.1).

Its path never changes, so that no version of feedsvc changes a feed by it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from feedsvc.words import Words

PATH = "/-/feed.css"
"""Where it is, below the server's address; no feed may have a path below ``/-/``."""

_PLACE = re.compile(r"@(notice|direction)@")
_SPECIAL = re.compile(r'["\\<\x00-\x1f\x7f]')


def stylesheet_href(server_url: str) -> str:
    """Return the absolute path of the sheet on the server whose URL is given, which may have a path of its own."""
    return urlsplit(server_url).path.rstrip("/") + PATH


def render_stylesheet(words: Words) -> str:
    """Return the sheet (CSS), with a note in the given words that says what a feed is for."""
    said = {"notice": _quoted(words("feed.raw")), "direction": words.direction}
    return _PLACE.sub(lambda match: said[match[1]], _template())


def _template() -> str:
    # Imported here: a build that finds nothing to do names the sheet and does not read it.
    from importlib.resources import files

    return files("feedsvc.feeds").joinpath("feed.css").read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    """Return a CSS string (CSS Syntax, 4.3.5) of any text."""
    return '"' + _SPECIAL.sub(lambda match: f"\\{ord(match[0]):x} ", text) + '"'
