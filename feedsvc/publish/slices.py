"""Where the entries of a published document begin and end, and what tells one from another.

Pure, and of bytes: a document is head, entries and tail, and any choice of its entries between head and tail is a
document again. No parser is needed. In Atom and RSS text is escaped, so a tag is never part of a text; JSON Feed
has an item a line.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain

_TAGS = {"atom": (b"<entry", b"</entry>"), "rss": (b"<item", b"</item>")}
_ITEM = re.compile(rb'^\{"id": .*\}(?=,?$)', re.MULTILINE)
FORMATS = frozenset({*_TAGS, "json"})
"""The formats of documents that have entries."""

_IDS = {
    "atom": re.compile(rb"<id>(.*?)</id>", re.DOTALL),
    "rss": re.compile(rb"<guid[^>]*>(.*?)</guid>", re.DOTALL),
    "json": re.compile(rb'\{"id": "((?:[^"\\]|\\.)*)"'),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The bytes of one entry: ``body[start:end]``.

    ``id`` and ``digest`` are 16 hexadecimal digits each, of its id and of its bytes: one says that it is the same
    entry, the other that it did not change.
    """

    id: str
    digest: str
    start: int
    end: int


def cut_document(body: bytes, format_: str) -> tuple[Slice, ...]:
    """Return the entries of a document of ours in its order; ``format_`` is atom, rss or json.

    Empty where there are none, or where one has no id: a reader could not tell it from the others.
    """
    found = tuple(_cut(body, format_))
    return () if any(not each.id for each in found) else found


def _cut(body: bytes, format_: str) -> Iterator[Slice]:
    places = (match.span() for match in _ITEM.finditer(body)) if format_ == "json" else _find(body, *_TAGS[format_])
    for start, end in places:
        entry = body[start:end]
        id_ = _IDS[format_].search(entry)
        yield Slice(id=_hash(id_[1]) if id_ else "", digest=_hash(entry), start=start, end=end)


def _find(body: bytes, opening: bytes, closing: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each element, without an expression: that takes ten times as long for a megabyte.

    Each begins at the white space before it, so that head, entries and tail join without a seam.
    """
    behind, start = 0, body.find(opening)
    while start >= 0:
        named = start + len(opening)
        end = body.find(closing, named)
        if end < 0:
            return
        if body[named : named + 1] in (b" ", b">"):
            white = start - behind - len(body[behind:start].rstrip())
            behind = end + len(closing)
            yield start - white, behind
            named = behind
        start = body.find(opening, named)


def hash_id(id_: str, format_: str) -> str:
    """Return the ``id`` that the slice of an entry with this id has."""
    written = json.dumps(id_, ensure_ascii=False)[1:-1] if format_ == "json" else escape(id_, quote=False)
    return _hash(written.encode())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def join_slices(body: bytes, bounds: Sequence[int], chosen: Iterable[int]) -> bytes:
    """Return the document with the chosen entries only, in the order given.

    ``bounds`` are start and end of each entry in turn, at least one; ``chosen`` counts entries from 0.
    What stands between two entries stands between any two.
    """
    between = body[bounds[1] : bounds[2]] if len(bounds) > 2 else b""
    entries = between.join(body[bounds[2 * each] : bounds[2 * each + 1]] for each in chosen)
    return body[: bounds[0]] + entries + body[bounds[-1] :]


def list_bounds(slices: Iterable[Slice]) -> tuple[int, ...]:
    """Return start and end of each entry in turn."""
    return tuple(chain.from_iterable((each.start, each.end) for each in slices))
