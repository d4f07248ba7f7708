"""Which feeds of the owner's own a post is in, by what it is filed under, who wrote it, its language and its path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedsvc.model import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """What posts may have; what is empty, or None, says nothing.

    ``terms`` maps a kind of terms to keys, as pairs. ``languages`` are language ranges (RFC 4647, 2.1), case-folded.
    ``paths`` matches whole paths.
    """

    terms: tuple[tuple[str, frozenset[str]], ...] = ()
    languages: tuple[str, ...] = ()
    paths: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRule:
    """A feed, as the term that its posts carry, and which posts those are.

    A post is in it that one of ``include`` selects in everything it says, or any post where there is none, unless
    ``exclude`` selects it in anything it says.
    """

    term: Term
    include: tuple[Selector, ...] = ()
    exclude: Selector = Selector()


def terms_of_feeds(path: str, terms: Sequence[Term], rules: Iterable[FeedRule]) -> tuple[Term, ...]:
    """Return the terms of the feeds that a post is in; ``terms`` are those its author put on it."""
    return tuple(
        rule.term
        for rule in rules
        if (not rule.include or any(all(_answers(each, path, terms)) for each in rule.include))
        and not any(_answers(rule.exclude, path, terms))
    )


def _answers(selector: Selector, path: str, terms: Sequence[Term]) -> Iterable[bool]:
    """Yield, for each thing that the selector says, whether it is so."""
    for kind, keys in selector.terms:
        yield any(term.kind == kind and term.key in keys for term in terms)
    if selector.languages:
        yield any(_speaks(term.key, selector.languages) for term in terms if term.kind == "language")
    if selector.paths:
        yield selector.paths.fullmatch(path) is not None


def _speaks(tag: str, ranges: Iterable[str]) -> bool:
    """Tell whether a language is in one of the ranges, by basic filtering (RFC 4647, 3.3.1)."""
    return any(tag == each or tag.startswith(f"{each}-") for each in ranges)
