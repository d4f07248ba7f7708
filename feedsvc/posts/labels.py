"""What a post is called and filed under: its title, its language, its terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from feedsvc.model import Person, Term
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.jekyll.smartify import Typography, smartify
from feedsvc.posts.names import PostName, titleize
from feedsvc.posts.terms import make_term, read_tags, unique_terms

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*")


def read_title(fields: Fields, slug: str, name: PostName, typography: Typography | None = None) -> str:
    """Return the title as plain text; a post without one is named after its file, as in Jekyll.

    With ``typography``, quotes and dashes are as jekyll-feed writes them.
    """
    value = fields.value("title")
    if isinstance(value, list | dict) and value:
        fields.warn("title", "YAML reads this as a list or a mapping", "put the whole title in double quotes")
        value = fields.written("title")
    elif fields.comment_after("title"):
        fields.warn("title", "what follows # is a comment to YAML, and no part of the title", "put it in double quotes")
    if typography and isinstance(value, str):
        value = smartify(value, typography)
    title = plain_text(value) if isinstance(value, str) else ""
    return title or titleize(slug) or name.stem


def read_language(fields: Fields, default: str) -> str:
    """Return the language tag (BCP 47) of ``lang``, ``language`` or ``locale``, else ``default``."""
    key = fields.first("lang", "language", "locale")
    if not key:
        return default
    tag = fields.text(key).strip()
    if not _LANGUAGE.fullmatch(tag):
        fields.warn(key, f"{tag[:30]!r} is not a language tag, and is not used", "write it like ko or pt-BR")
        return default
    return tag.replace("_", "-")


def language_of_path(path: str, languages: Sequence[str]) -> str:
    """Return that of ``languages`` after which a directory of ``path`` is named, the nearest; else an empty string.

    Case does not matter, and ``pt_br`` names ``pt-BR``.
    """
    if not languages:
        return ""
    known = {each.lower(): each for each in reversed(languages)}
    names = (name.replace("_", "-").lower() for name in reversed(path.split("/")[:-1]))
    return next((known[name] for name in names if name in known), "")


def read_terms(
    fields: Fields, categories: tuple[str, ...], authors: tuple[Person, ...], language: str, collection: str = ""
) -> tuple[Term, ...]:
    """Return the post's terms of every kind, in the order of their kinds and as the author ordered them."""
    return _terms_of(categories, read_tags(fields), tuple(author.name for author in authors), language, collection)


# Most posts are filed as others are.
@lru_cache(maxsize=4096)
def _terms_of(
    categories: tuple[str, ...], tags: tuple[str, ...], authors: tuple[str, ...], language: str, collection: str
) -> tuple[Term, ...]:
    labels = [
        *(("category", label) for label in categories),
        *(("tag", label) for label in tags),
        *(("author", name) for name in authors),
        *(("language", tag) for tag in (language,) if tag),
        *(("collection", label) for label in (collection,) if label),
    ]
    return unique_terms(make_term(kind, label) for kind, label in labels)
