"""Categories and tags as Jekyll reads them, and the terms they make."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from feedsvc.model import Term
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.slugs import term_slug

MAX_TERM = 200
"""The longest term, in characters; what is longer is a sentence that lost its way."""


def term_key(label: str) -> str:
    """Return the form by which terms are one: NFC, case-folded, white space collapsed."""
    folded = unicodedata.normalize("NFC", _collapsed(label)).casefold()
    return unicodedata.normalize("NFC", folded)


@lru_cache(maxsize=4096)
def make_term(kind: str, label: str) -> Term:
    """Return the term that ``label`` names."""
    label = unicodedata.normalize("NFC", _collapsed(label))
    return Term(kind=kind, key=term_key(label), label=label, slug=term_slug(label))


def read_categories(fields: Fields) -> tuple[str, ...]:
    """Return the categories as written, each once: ``categories``, then ``category``.

    A ``categories`` text is split at white space, a ``category`` text is not
    (``Document#populate_categories`` of Jekyll).
    """
    return _usable(fields, "categories", _words(fields.value("categories")) + _items(fields.value("category")))


def read_tags(fields: Fields) -> tuple[str, ...]:
    """Return the tags as written, each once: ``tag`` where it says something, else ``tags``."""
    return _usable(fields, "tags", _items(fields.value("tag")) or _words(fields.value("tags")))


def unique_terms(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return ``terms`` without those that another spelling of the same term precedes."""
    found: dict[tuple[str, str], Term] = {}
    for term in terms:
        found.setdefault((term.kind, term.key), term)
    return tuple(found.values())


def _words(value: Value) -> list[str]:
    return value.split() if isinstance(value, str) else _items(value)


def _items(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not value:
        return []
    if isinstance(value, dict):
        return list(value)
    return [word for item in value for word in ((item,) if isinstance(item, str) else _items(item))]


def _usable(fields: Fields, key: str, words: list[str]) -> tuple[str, ...]:
    said = dict.fromkeys(filter(None, map(_collapsed, words)))
    for word in [word for word in said if len(word) > MAX_TERM]:
        fields.warn(key, f"“{word[:20]}…” is longer than {MAX_TERM} characters and was left out", "shorten it")
        del said[word]
    return tuple(said)


def _collapsed(text: str) -> str:
    return " ".join(text.split())
