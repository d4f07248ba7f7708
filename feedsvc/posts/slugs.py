"""Words for URLs: Jekyll's slugs, and the slugs of terms."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache
from itertools import chain, pairwise, zip_longest

MAX_SLUG_BYTES = 200
_PRETTY = frozenset("._~!$&'()+,;=@")
_NOTHING: frozenset[str] = frozenset()
_HUGO_KEEPS = frozenset("./\\_-#+~@")
_NO_FILE_HAS = dict.fromkeys(map(ord, '<>:"/\\|?*'))
_ASCII_RUN = re.compile(r"[^A-Za-z0-9]+")
_PRETTY_RUN = re.compile(rf"[^A-Za-z0-9{re.escape(''.join(sorted(_PRETTY)))}]+")


@lru_cache(maxsize=4096)
def _is_word(character: str) -> bool:
    """Say whether ``character`` is a letter, a mark or a decimal digit of any script."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"


def _hyphenated(text: str, *, pretty: bool = False) -> str:
    """Replace each run of what is no word character, nor ``pretty``, by a hyphen."""
    if text.isascii():
        return (_PRETTY_RUN if pretty else _ASCII_RUN).sub("-", text)
    kept = _PRETTY if pretty else _NOTHING
    words = "".join(character if character in kept or _is_word(character) else "\0" for character in text)
    return re.sub("\0+", "-", words)


def slugify(text: str, *, pretty: bool = False, cased: bool = False) -> str:
    """Make a slug as Jekyll's ``Utils.slugify`` does, in its default or its pretty mode."""
    slug = _hyphenated(text, pretty=pretty)
    slug = slug.removeprefix("-").removesuffix("-")
    return slug if cased else slug.lower()


def hugo_slug(text: str) -> str:
    """Make a part of a URL path as Hugo's ``paths.Sanitize`` does; slashes stay."""
    kept = "".join(each for each in text if each in _HUGO_KEEPS or each.isspace() or _is_word(each))
    # Words, not blanks, are joined: beside a hyphen of the author's own there comes no other.
    words = kept.split()
    hyphens = ("" if before.endswith("-") or word.startswith("-") else "-" for before, word in pairwise(words))
    return "".join(chain.from_iterable(zip_longest(words, hyphens, fillvalue=""))).lower()


def file_slug(text: str) -> str:
    """Make a part of a URL path as Zola does with ``slugify.paths = "safe"``: what file systems refuse is left out."""
    return text.translate(_NO_FILE_HAS).rstrip(" .")


def term_slug(label: str) -> str:
    """Return what a URL says for a term: never empty, at most ``MAX_SLUG_BYTES`` in UTF-8.

    Letters, digits and marks of every script stay, so ``경제`` stays ``경제``. What is
    shortened, or has no such character at all, ends in a short hash of the whole.
    """
    slug = unicodedata.normalize("NFC", _hyphenated(label).strip("-").lower())
    if not slug:
        return _short_hash(label)
    if len(slug.encode()) <= MAX_SLUG_BYTES:
        return slug
    tail = "-" + _short_hash(label)
    head = slug.encode()[: MAX_SLUG_BYTES - len(tail)].decode("utf-8", "ignore")
    return head.rstrip("-") + tail


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
