"""Which tags of a template belong together, and which belong nowhere and are left out, so that the rest stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from feedsvc.posts.liquid.lexer import TAG, Piece
from feedsvc.posts.liquid.problems import Problem, note

MIDDLES = {
    "if": frozenset({"else", "elsif"}),
    "unless": frozenset({"else", "elsif"}),
    "case": frozenset({"else", "when"}),
    "for": frozenset({"else"}),
    "tablerow": frozenset(),
    "capture": frozenset(),
    "ifchanged": frozenset(),
    "highlight": frozenset(),
}
"""The tags with an end, and those that may stand between."""

MAX_NESTING = 40

_ALL_MIDDLES = frozenset({"else", "elsif", "when"})


@dataclass(slots=True)
class _Open:
    """A block that is not closed yet: where its tag and its middle tags stand among the pieces."""

    name: str
    index: int
    middles: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """Pieces in which every block is closed. ``partner`` gives the index of a block tag's end."""

    pieces: list[Piece]
    partner: dict[int, int]


def balance(pieces: Sequence[Piece], known: Collection[str], problems: list[Problem]) -> Balanced:
    """Leave out comments, unknown tags, ends and middles without a beginning, and beginnings without an end."""
    balancer = _Balancer(_without_comments(pieces, problems), known, problems)
    return balancer.balanced()


def _without_comments(pieces: Sequence[Piece], problems: list[Problem]) -> list[Piece]:
    end_of: dict[int, int] = {}
    begun: list[int] = []
    for index, piece in enumerate(pieces):
        if piece.name == "comment":
            begun.append(index)
        elif piece.name == "endcomment" and begun:
            end_of[begun.pop()] = index
    kept: list[Piece] = []
    skipped_to = -1
    for index, piece in enumerate(pieces):
        if index <= skipped_to or piece.name == "#":
            continue
        if index in end_of:
            skipped_to = end_of[index]
        elif piece.name == "comment":
            note(problems, Problem(piece.at, "comment is never closed, and was left out", "write {% endcomment %}"))
        else:
            kept.append(piece)
    return kept


class _Balancer:
    """Goes once over the pieces of one template."""

    def __init__(self, pieces: list[Piece], known: Collection[str], problems: list[Problem]) -> None:
        self._pieces, self._known, self._problems = pieces, known, problems
        self._open: list[_Open] = []
        self._names: Counter[str] = Counter()
        self._unknown: set[str] = set()
        self._dropped: set[int] = set()
        self._partner: dict[int, int] = {}

    def balanced(self) -> Balanced:
        for index, piece in enumerate(self._pieces):
            if piece.kind == TAG:
                self._take(index, piece)
        while self._open:
            self._unclosed(self._open.pop())
        kept = [index for index in range(len(self._pieces)) if index not in self._dropped]
        new = {index: place for place, index in enumerate(kept)}
        partner = {new[begin]: new[end] for begin, end in self._partner.items() if begin in new}
        return Balanced(pieces=[self._pieces[index] for index in kept], partner=partner)

    def _take(self, index: int, piece: Piece) -> None:
        name = piece.name
        if name in MIDDLES:
            self._begin(index, piece)
        elif name.startswith("end") and name[3:] in MIDDLES:
            self._end(index, name[3:])
        elif name in _ALL_MIDDLES:
            if self._open and name in MIDDLES[self._open[-1].name]:
                self._open[-1].middles.append(index)
            else:
                self._drop(index, f"{name} stands in no block that it could belong to, and was left out")
        elif name not in self._known:
            self._drop_unknown(index, name)

    def _begin(self, index: int, piece: Piece) -> None:
        self._open.append(_Open(piece.name, index))
        self._names[piece.name] += 1

    def _end(self, index: int, name: str) -> None:
        if not self._names[name]:
            self._drop(index, f"end{name} closes nothing, and was left out")
            return
        while self._open[-1].name != name:
            self._unclosed(self._open.pop())
        block = self._open.pop()
        self._names[name] -= 1
        if len(self._open) >= MAX_NESTING:
            self._drop(block.index, f"{name} stands in more than {MAX_NESTING} other blocks, and was left out")
            self._dropped.update(block.middles, (index,))
        else:
            self._partner[block.index] = index

    def _unclosed(self, block: _Open) -> None:
        self._names[block.name] -= 1
        self._drop(block.index, f"{block.name} is never closed, and was left out", f"write {{% end{block.name} %}}")
        self._dropped.update(block.middles)

    def _drop_unknown(self, index: int, name: str) -> None:
        """Leave out a tag of a plugin; the end of one that was told already is told no more."""
        if name.startswith("end") and name[3:] in self._unknown:
            self._dropped.add(index)
            return
        self._unknown.add(name)
        hint = "what a plugin of Jekyll's would have written here is missing in the feeds"
        self._drop(index, f"{name} is no tag that is known here, and was left out", hint)

    def _drop(self, index: int, reason: str, hint: str = "") -> None:
        self._dropped.add(index)
        note(self._problems, Problem(self._pieces[index].at, reason, hint))
