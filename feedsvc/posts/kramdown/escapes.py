"""Characters that HTML's text and attributes may not hold as they are: ``utils/html.rb`` and ``utils/entities.rb``."""

from __future__ import annotations

import html
import re
import sys
from html.entities import name2codepoint

_REFERENCE = r"&(?:[^\W\d][\w.:\-]*|:[\w.:\-]*|#[0-9]+|#x[0-9a-fA-F]+);"
_TEXT = re.compile(rf"{_REFERENCE}|[<>&]")
_ATTRIBUTE = re.compile(rf"{_REFERENCE}|[<>&\"]")
_ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}
_NAMES = name2codepoint | {
    "apos": 39, "vellip": 8942, "lceil": 8969, "rceil": 8968, "lang": 9002, "rang": 9001,
}  # fmt: skip
_MOST_DIGITS = 12
_SURROGATES = range(0xD800, 0xE000)


def escape_text(text: str) -> str:
    """Escape ``text`` but for the references in it."""
    if "&" in text:
        return _TEXT.sub(_escaped, text)
    if "<" in text or ">" in text:
        return text.replace("<", "&lt;").replace(">", "&gt;")
    return text


def escape_all(text: str) -> str:
    """Escape ``text``, and the references in it."""
    return html.escape(text, quote=False)


def escape_attribute(text: str) -> str:
    """Escape an attribute's value but for the references in it."""
    return _ATTRIBUTE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], match[0])


def attributes_text(attributes: dict[str, str]) -> str:
    """Return attributes as they stand in a start tag; an id that is empty is none."""
    if not attributes:
        return ""
    return "".join(
        f' {name}="{escape_attribute(value)}"' for name, value in attributes.items() if name != "id" or value.strip()
    )


def character_of(reference: str) -> int | None:
    """Return the code point of a reference without its ends, ``nbsp``, ``#38`` or ``#x26``; None: no such name."""
    if not reference.startswith("#"):
        return _NAMES.get(reference)
    digits = reference[1:]
    if len(digits) > _MOST_DIGITS:
        return sys.maxunicode + 1
    value = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if 128 <= value < 160:
        character = bytes([value]).decode("cp1252", "ignore")
        return ord(character) if character else value
    return value


def reference_text(code_point: int, original: str) -> str:
    """Return a reference as it is written out: a character where HTML allows it."""
    if not 0 < code_point <= sys.maxunicode or code_point in _SURROGATES:
        return original
    character = chr(code_point)
    if character in "<>&":
        return original or _ESCAPES[character]
    return character
