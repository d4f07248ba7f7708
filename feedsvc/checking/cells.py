"""How many cells of a terminal a text takes: Hangul and emoji two, marks none (UAX #11)."""

from __future__ import annotations

import unicodedata

_ZWJ, _EMOJI_STYLE = "\u200d", "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_JUNGSEONG_AND_JONGSEONG = (range(0x1160, 0x1200), range(0xD7B0, 0xD7FC))


def width_of(character: str) -> int:
    """Return the cells of one character as people see it: 0, 1 or 2, more where a script joins several."""
    width = _width(character[0]) + sum(_width(each) for each in character[1:] if ord(each) not in _SKIN_TONES)
    if _EMOJI_STYLE in character:
        return 2
    # Emoji that are joined are one picture.
    return min(width, 2) if _ZWJ in character and unicodedata.category(character[0]) == "So" else width


def _width(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    if any(ord(character) in block for block in _JUNGSEONG_AND_JONGSEONG):
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
