"""HTML blocks as kramdown reads them, for a renderer that ends them at a blank line.

In kramdown, Jekyll's own, what stands between ``<section>`` and ``</section>`` is HTML however it is
indented. In CommonMark a blank line ends the block, and four blanks begin code: readers would see tags.
"""

from __future__ import annotations

import re

SHOWN_TAGS = "<pre><code>&lt;"
"""What betrays the difference in rendered HTML: indented code, without a language, that begins with a tag."""

_WRAPPERS = (
    "address|article|aside|blockquote|body|center|details|div|dl|fieldset|figure|footer|form|head|header|html|main|nav|"
    "ol|section|table|tbody|td|th|thead|tr|ul"
)
_BEGINNING = re.compile(rf" {{0,3}}<(?:{_WRAPPERS})[\s>]", re.IGNORECASE)
_WRAPPER = re.compile(rf"<(/?)(?:{_WRAPPERS})(?=[\s>])", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(?:```|~~~)|</?pre[\s>]", re.IGNORECASE)


def unindent_html(body: str) -> str:
    """Return ``body`` with the lines between block tags unindented; fenced code and ``pre`` stay as they are."""
    lines = []
    depth, verbatim = 0, False
    for line in body.split("\n"):
        toggles = len(_FENCE.findall(line)) % 2 == 1
        inside = depth > 0 and not verbatim
        lines.append(line.lstrip(" \t") if inside else line)
        if not verbatim and (inside or _BEGINNING.match(line)):
            depth = max(0, depth + sum(-1 if closing else 1 for closing in _WRAPPER.findall(line)))
        verbatim ^= toggles
    return "\n".join(lines)
