"""A text becomes a summary: cut at the end of a sentence if one ends late enough, else at a word."""

from __future__ import annotations

import re

from feedsvc.graphemes import cut_before

SUMMARY_LENGTH = 500
"""How many characters a summary has at most that is made of a post's text."""

_CLOSERS = "\"'”’»›)\\]}」』】〉》）］｣"
_END = re.compile(
    rf"(?P<wide>[。！？｡．]++[{_CLOSERS}]*+)"  # these need no blank after them
    rf"|(?P<mark>[.!?…‥؟۔।॥።။។]++)[{_CLOSERS}]*+(?=\s)"
)
_TRAILING = " ,;:–—-、，؛،・·"


def shorten(text: str, length: int = SUMMARY_LENGTH) -> str:
    """Return ``text``, one line, if it has at most ``length`` characters (1 at least), else its beginning.

    That ends with a sentence where one ends in the second half, and then needs no ellipsis; else at a blank, or
    where a script writes none between any two characters as people see them. It is no longer than
    ``length`` with its ellipsis.
    """
    if len(text) <= length:
        return text
    if end := _last_sentence(text, length // 2, length):
        return text[:end]
    room = length - 1  # for the ellipsis
    cut = text.rfind(" ", length // 2, room + 1)
    if cut < 0:
        cut = cut_before(text, room)
    beginning = text[:cut].rstrip(_TRAILING)
    return text[: cut_before(text, len(beginning))] + "…"


def _last_sentence(text: str, after: int, until: int) -> int:
    """Return where the last sentence ends between two places, or 0."""
    ends = (match for match in _END.finditer(text[: until + 1], after) if match.end() <= until)
    return max((match.end() for match in ends if _is_end(text, match)), default=0)


def _is_end(text: str, match: re.Match[str]) -> bool:
    """Say no to the full stops of ``Dr. Kim``, ``U.S. law``, ``2024. 7. 11.`` and ``etc. and so on``."""
    if match["mark"] != ".":
        return cut_before(text, match.end()) == match.end()
    following = text[match.end() : match.end() + 2].strip()
    word = text[: match.start()][-12:].rpartition(" ")[2].lstrip("\"'“‘(«[")
    if not word or word[-1].isdecimal() or following[:1].islower():
        return False
    is_initials = "." in word or len(word) == 1
    return not (word.isascii() and (is_initials or (len(word) <= 3 and word[0].isupper())))
