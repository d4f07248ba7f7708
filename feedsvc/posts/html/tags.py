"""Start tags of cleaned HTML, read and written again.

The cleaner writes every attribute in double quotes and no ``<`` or ``>`` inside them, so a pattern can be trusted
with its output as it could not with an author's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

ATTRIBUTES = r'(?: [a-z-]+="[^"]*")*+'
"""The pattern of all attributes of a tag, each with the blank before it."""

_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')


def read_attributes(written: str) -> dict[str, str]:
    """Return the attributes by name, in their order, their references decoded."""
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(written)}


def write_tag(name: str, attributes: Mapping[str, str]) -> str:
    """Return a start tag as the cleaner would write it."""
    said = "".join(f' {each}="{html.escape(value)}"' for each, value in attributes.items())
    return f"<{name}{said}>"
