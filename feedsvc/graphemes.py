"""Where a text may be cut: never within a character as people see it (UAX #29, extended grapheme clusters).

Written against Unicode's rules and not its tables, which are the interpreter's: what a script adds to a character has a
category or a block of its own. It joins rather more than the standard does: a text that is cut one character
earlier is no harm.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_VIRAMA = 9
"""The canonical combining class of the sign that joins two consonants of an Indic script."""


def cut_before(text: str, index: int) -> int:
    """Return the last place at or before ``index`` at which ``text`` can be cut; 0 where there is none after it.

    ``index`` is from 0 to the length of ``text``.
    """
    while 0 < index < len(text) and _continues(text, index):
        index -= 1
    return index


def characters_of(text: str) -> list[str]:
    """Take ``text`` apart wherever it can be cut."""
    places = [index for index in range(len(text)) if index == 0 or not _continues(text, index)]
    return [text[start:end] for start, end in pairwise([*places, len(text)])]


def shorten_line(text: str, length: int) -> str:
    """Return ``text``, or its beginning and an ellipsis: at most ``length`` characters, 1 at least."""
    if len(text) <= length:
        return text
    beginning = text[: cut_before(text, length - 1)].rstrip()
    return text[: cut_before(text, len(beginning))] + "…"


def _continues(text: str, index: int) -> bool:
    """Say whether the character at ``index`` belongs to the one before it."""
    before, character = text[index - 1], text[index]
    if character < "\u0300" and before < "\u0300":
        return character == "\n" and before == "\r"
    return (
        _extends(character)
        or _expects_more(before)
        or _is_one_syllable(before, character)
        or (_is_regional(character) and _regional_before(text, index) % 2 == 1)
    )


def _extends(character: str) -> bool:
    return (
        unicodedata.category(character)[0] == "M"  # accents, vowel signs, variation selectors, the keycap
        or character in {_ZWJ, _ZWNJ, "\u0e33", "\u0eb3"}  # Thai and Lao AM
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\uff9e" <= character <= "\uff9f"  # halfwidth voiced marks of kana
        or "\U000e0020" <= character <= "\U000e007f"  # tags, as in the flag of Wales
    )


def _expects_more(before: str) -> bool:
    return (
        before in {_ZWJ, _ZWNJ}
        or unicodedata.combining(before) == _VIRAMA
        or "\u0e40" <= before <= "\u0e44"  # Thai and Lao write some vowels before their consonant
        or "\u0ec0" <= before <= "\u0ec4"
        or (unicodedata.category(before) == "Cf" and unicodedata.bidirectional(before) in {"AN", "AL", "L"})
        or before in _PREPENDED
    )


_PREPENDED = frozenset("\u0d4e\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a\U00011d46\U00011f02")
"""Letters that stand before the one they belong to; the signs of Arabic that do are formats (Cf)."""


def _is_one_syllable(before: str, character: str) -> bool:
    """Say whether both are of one Hangul syllable: a consonant, a vowel, a final, or the first ones precomposed."""
    if _is_leading(before):
        return _is_leading(character) or _is_vowel(character) or _is_precomposed(character)
    if not (_is_precomposed(before) or _is_vowel(before) or _is_final(before)):
        return False
    return _is_vowel(character) or _is_final(character)


def _is_leading(character: str) -> bool:
    return "\u1100" <= character <= "\u115f" or "\ua960" <= character <= "\ua97c"


def _is_vowel(character: str) -> bool:
    return "\u1160" <= character <= "\u11a7" or "\ud7b0" <= character <= "\ud7c6"


def _is_final(character: str) -> bool:
    return "\u11a8" <= character <= "\u11ff" or "\ud7cb" <= character <= "\ud7fb"


def _is_precomposed(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3"


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _regional_before(text: str, index: int) -> int:
    """Return how many letters of flags stand right before ``index``; two of them are one flag."""
    start = index
    while start and _is_regional(text[start - 1]):
        start -= 1
    return index - start
