"""A post's body without shortcodes: what is known is rendered, the tags of what is not are left out, and told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import NamedTuple

from feedsvc.posts.shortcodes.page import Page, Post, ReadHalf
from feedsvc.posts.shortcodes.pieces import OUTPUT, Call, Html, Piece
from feedsvc.posts.shortcodes.results import put_back

MAX_NESTING = 40
"""Shortcodes within shortcodes; what is deeper loses its tags."""

Render = Callable[[Call, Page], Html | str | None]
"""Returns what a call shows, as HTML or as Markdown; None where it lacks what it needs."""


class Dialect(NamedTuple):
    """How a generator's posts are read: ``find`` its pieces, ``renders`` what it brings, ``paired`` what has an end."""

    find: Callable[[str], Iterable[Piece]]
    renders: Mapping[str, Render]
    paired: frozenset[str]


class Expanded(NamedTuple):
    """A body as it is handed to Markdown, the HTML that ``stands_in`` for words of what comes back, and its links.

    ``links`` are the URLs of the files of the site that are named like ``@/path``.
    """

    body: str
    stands_in: Mapping[str, str]
    links: Mapping[str, str]


def expand_shortcodes(post: Post, url: str, read: ReadHalf) -> Expanded:
    """Return the body of ``post``, which stands at ``url``, expanded; its author is told what could not be.

    ``read`` reads another post.
    """
    body = post.front.body
    page = Page(post, url, read)
    module = import_module(f"feedsvc.posts.shortcodes.{post.rules.generator}")
    dialect: Dialect = module.DIALECT
    pieces = list(dialect.find(body))
    # Nobody writes into a text what only the text's own hash tells.
    mark = f"Z{hashlib.sha256(body.encode()).hexdigest()[:16]}Z"
    expander, end = _Expander(dialect, page, _pair(pieces, dialect.paired), mark), 0
    for index, piece in enumerate(pieces):
        expander.write(body[end : piece.at])
        expander.take(index, piece)
        end = piece.end
    expander.write(body[end:])
    links = page.internal_links(body) if post.rules.generator == "zola" else {}
    return Expanded(expander.finished(), expander.stands_in, links)


def _pair(pieces: list[Piece], paired: frozenset[str]) -> dict[int, int]:
    """Return where each shortcode with an end begins, by where it ends: both are indexes of ``pieces``."""
    begun: dict[str, list[int]] = {}
    pairs: dict[int, int] = {}
    for index, piece in enumerate(pieces):
        if piece.name in paired and not piece.closing:
            begun.setdefault(piece.name, []).append(index)
        elif piece.closing and begun.get(piece.name):
            pairs[index] = begun[piece.name].pop()
    return pairs


@dataclass(slots=True)
class _Open:
    """A shortcode whose end is still to come, and what stands in it so far."""

    index: int
    piece: Piece
    parts: list[str] = field(default_factory=list)


class _Expander:
    """Goes once over the pieces of one body."""

    def __init__(self, dialect: Dialect, page: Page, pairs: Mapping[int, int], mark: str) -> None:
        self.stands_in: dict[str, str] = {}
        self._dialect, self._page, self._mark = dialect, page, mark
        self._begins, self._begin_of = frozenset(pairs.values()), pairs
        self._parts: list[str] = []
        self._open: list[_Open] = []

    def write(self, text: str) -> None:
        (self._open[-1].parts if self._open else self._parts).append(text)

    def take(self, index: int, piece: Piece) -> None:
        if not piece.name:
            self.write(piece.text)
        elif piece.closing:
            self._close(self._begin_of.get(index, -1))
        elif index in self._begins and len(self._open) < MAX_NESTING:
            self._open.append(_Open(index, piece))
        else:
            self.write(self._render(piece, None))

    def finished(self) -> str:
        while self._open:
            self._drop_last()
        return "".join(self._parts)

    def _close(self, begin: int) -> None:
        if not any(each.index == begin for each in self._open):
            return
        while self._open[-1].index != begin:
            self._drop_last()
        done = self._open.pop()
        self.write(self._render(done.piece, "".join(done.parts)))

    def _drop_last(self) -> None:
        """Take a shortcode that another one ends in for text."""
        done = self._open.pop()
        self.write("".join(done.parts))

    def _render(self, piece: Piece, inner: str | None) -> str:
        """Return what is published instead of a call."""
        call = Call(piece.name, piece.arguments, inner, piece.at)
        render = self._dialect.renders.get(OUTPUT if piece.name.startswith(OUTPUT) else piece.name)
        made = render(call, self._page) if render else None
        if isinstance(made, Html):
            word = f"{self._mark}{len(self.stands_in)}Z"
            # What stands in it is rendered already.
            self.stands_in[word] = put_back(made.html, self.stands_in)
            return word
        if made is not None:
            return made
        self._page.tell_left_out(piece.name, piece.at, known=render is not None and piece.name in self._dialect.renders)
        return inner or ""
