"""Delta feeds: what is left out for a client that says what it has (RFC 3229 and its instance manipulation "feed").

Pure. A 226 is a whole document with the current head and tail and only those entries that are new or changed since
the edition that If-None-Match names. Whoever takes it puts its entries in the place of those with the same id and
keeps the others; a 200 replaces them all.

What the client keeps must be right. An entry may have left the feed because it went live too long ago: readers keep
such entries after whole answers too. One that was withdrawn they must be told of. Atom says so (RFC 6721), ahead of
the entries and so in every delta for as long as the window; where a document does not, the answer is a 200.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from werkzeug.http import http_date, parse_accept_header

from feedsvc.model import MOST_DELETED, Variant
from feedsvc.publish.history import History, PastEdition
from feedsvc.web.answers import Headers, Resource

IM_USED = 226

GetHeader = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaPlan:
    """Which entries are sent, counted from 0 in the document's order, where all of them lie, and since which etag.

    ``bounds`` are start and end of each entry in the document's bytes.
    """

    base: str
    bounds: tuple[int, ...]
    send: tuple[int, ...]


def accepts_delta(get_header: GetHeader) -> bool:
    """Say whether a client takes "feed" (RFC 3229, 10.5.3), and whether it is the client that asks.

    ``q=0`` refuses it, and ``identity`` with a greater weight wins. A request that came through a proxy that names
    itself (Via; RFC 9110, 7.6.3) counts as none: a cache that revalidates may have put its own etag in the place of
    its client's and would pass on to the client what the cache lacks.
    """
    if get_header("Via") is not None:
        return False
    weights: dict[str, float] = {}
    for name, weight in parse_accept_header(get_header("A-IM") or ""):
        weights.setdefault(name.lower(), weight)
    feed = weights.get("feed", 0.0)
    return feed > 0 and feed >= weights.get("identity", 0.0)


def plan_delta(history: History, current_etag: str, tags: Collection[str]) -> DeltaPlan | None:
    """Decide what a client that holds the editions ``tags`` is sent of the one served; None for all of it.

    ``current_etag`` is that of the identity coding; ``tags`` may name any coding. With several tags the delta is right
    for a holder of any: that of a cache may stand beside its client's (RFC 9111, 4.3.1). So all must be known.
    """
    known = {etag: each for each in history.editions for etag in each.etags}
    current = known.get(current_etag)
    if current is None or not current.bounds or not tags or not known.keys() >= set(tags):
        return None
    bases = sorted((known[tag].since, tag) for tag in tags)
    if not all(_keeps_what_is_right(known[tag], _after(history, known[tag]), current) for _, tag in bases):
        return None
    # What all of them have, they have been sent.
    shared = frozenset(current.entries).intersection(*(known[tag].entries for _, tag in bases))
    send = tuple(place for place, entry in enumerate(current.entries) if entry not in shared)
    return DeltaPlan(base=bases[0][1], bounds=current.bounds, send=send)


def _keeps_what_is_right(base: PastEdition, since: Sequence[PastEdition], current: PastEdition) -> bool:
    """Say whether of all that left after ``base`` nothing was withdrawn, or the document says what was.

    ``since`` are the editions after ``base``, the current one included. Nothing falls off a feed that shows all it has.
    """
    gone = {id_ for id_, _ in base.entries}.difference((id_ for id_, _ in current.entries), current.said)
    if not gone:
        return True
    forgetful = any(len(each.deleted) >= MOST_DELETED for each in since)
    return not current.complete and not forgetful and gone.isdisjoint(id_ for each in since for id_ in each.deleted)


def _after(history: History, base: PastEdition) -> Sequence[PastEdition]:
    return history.editions[history.editions.index(base) + 1 :]


def describe_delta(resource: Resource, variant: Variant, base: str, size: int) -> Headers:
    """Return the headers of a 226 with a body of ``size`` bytes in the coding of ``variant``.

    ETag and Last-Modified are of the whole document that the client now has, in the coding that a 200 would have been
    in (RFC 3229, 10.4.1), so that the next poll is a 304. It answers one client's state: no cache may keep it
    (no-store), and what it hangs on is told to those that do (Vary). The plain 200 needs no Vary on A-IM: it is
    a right answer to a request for a delta, too.
    """
    date = resource.last_modified
    return (
        ("Content-Type", resource.content_type),
        ("Content-Length", str(size)),
        *((("Content-Encoding", variant.coding),) if variant.coding != "identity" else ()),
        ("X-Content-Type-Options", "nosniff"),
        ("IM", "feed"),
        ("Delta-Base", f'"{base}"'),
        ("ETag", f'"{variant.etag}"'),
        *((("Last-Modified", http_date(date)),) if date is not None else ()),
        ("Cache-Control", "no-store"),
        ("Vary", "A-IM, If-None-Match, Accept-Encoding"),
        *resource.always,
        *resource.described,
    )
