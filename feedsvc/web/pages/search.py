"""Which texts a search means: as people type, in any case, without accents, and in Hangul by syllables that are begun.

``search.js`` does the same in the browser; ``tests/browser`` compares the two.
"""

from __future__ import annotations

import re
from unicodedata import normalize

MAX_QUERY = 100
"""Characters of a query that count."""

_MARKS = re.compile("[\u0300-\u036f]")
_VOWELS_AND_FINALS = re.compile("[\u1160-\u11ff]")


def fold(text: str) -> str:
    """Return a text so that what looks and reads the same is the same: letters apart (NFKD), small, without accents.

    A syllable of Hangul becomes its letters, so that one that is begun is the beginning of those it can become.
    """
    return _MARKS.sub("", normalize("NFKD", text).lower())


def haystack(*texts: str) -> str:
    """Return what :func:`matches` looks into, for the texts of one thing: folded, and again by initial consonants."""
    folded = fold("\n".join(texts))
    return f"{folded}\n{_VOWELS_AND_FINALS.sub('', folded)}"


def matches(query: str, hay: str) -> bool:
    """Say whether every word of the query is somewhere in ``hay``; an empty query means everything."""
    return all(word in hay for word in fold(query[:MAX_QUERY]).split())
