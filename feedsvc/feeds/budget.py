"""How many entries fit into a document of limited size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import accumulate, pairwise

from feedsvc.feeds.rules import RenderRules
from feedsvc.model import DeletedEntry, Entry, FeedDocument

# Text never holds these: in an escaped text there is no "<".
_TAGS = {"atom": (b"<entry", b"</entry>"), "rss": (b"<item", b"</item>")}
# An at:deleted-entry without its ref, and what the root says of the prefix; both rounded up.
_DELETED_ENTRY, _PREFIX = 80, 60
_JSON_SEPARATOR = len(",\n")


def count_worth_rendering(entries: Sequence[Entry], rules: RenderRules) -> int:
    """Return how many of the entries, from the first, could fit at best.

    No format writes a text in fewer bytes than it has, so those behind are sure to be cut, and rendering them first
    would be in vain.
    """
    texts = (entry.post.content if rules.content == "full" else entry.post.summary for entry in entries)
    totals = accumulate(len(text.encode(errors="replace")) for text in texts)
    return max(1, sum(total <= rules.max_bytes for total in totals))


def count_that_fit(document: FeedDocument, shown: Sequence[str], ranked: Sequence[str], max_bytes: int) -> int:
    """Return how many entries, from the first of ``ranked``, the document has room for; at least one.

    ``shown`` are the ids of its entries in the document's order, ``ranked`` the same ids in rank order.
    """
    if len(document.body) <= max_bytes or not ranked:
        return len(ranked)
    sizes = measure_entries(document)
    by_id = dict(zip(shown, sizes, strict=True))
    room = max_bytes - (len(document.body) - sum(sizes))
    return max(1, sum(total <= room for total in accumulate(by_id[id_] for id_ in ranked)))


def count_told(documents: Sequence[FeedDocument], deleted: Sequence[DeletedEntry], max_bytes: int) -> int:
    """Return how many, from the first, of the entries that are gone every Atom document still has room to tell."""
    taken = max((len(each.body) for each in documents if each.location.format == "atom"), default=0)
    sizes = (measure_deleted([each]) - _PREFIX for each in deleted)
    return sum(taken + _PREFIX + total <= max_bytes for total in accumulate(sizes))


def measure_deleted(deleted: Sequence[DeletedEntry]) -> int:
    """Return what telling these entries takes of an Atom document, at most."""
    sizes = (_DELETED_ENTRY + len(escape(each.ref).encode()) for each in deleted)
    return _PREFIX + sum(sizes) if deleted else 0


def measure_entries(document: FeedDocument) -> tuple[int, ...]:
    """Return what each entry takes of the rendered bytes, in the document's order."""
    if document.location.format == "json":
        lines = document.body.split(b"\n")[1:-2]
        return tuple(len(line.removesuffix(b",")) + _JSON_SEPARATOR for line in lines)
    start, end = _TAGS[document.location.format]
    # Each entry is measured with the white space before it, from the end of what precedes it.
    before = len(document.body[: document.body.index(start)].rstrip())
    ends = [match.end() for match in re.finditer(end, document.body)]
    return tuple(after - before for before, after in pairwise([before, *ends]))
