"""A feed and its entries become documents, one per format: rendered, cut to size and read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from feedsvc.errors import DocumentError
from feedsvc.feeds.budget import count_that_fit, count_told, count_worth_rendering, measure_deleted
from feedsvc.feeds.faults import find_fault, find_pending, is_writable
from feedsvc.feeds.held import WrittenEntries
from feedsvc.feeds.rules import RenderRules
from feedsvc.feeds.selection import order_entries
from feedsvc.feeds.verify import verify_document
from feedsvc.model import DeletedEntry, Entry, FeedDocument, FeedLocation, FeedSpec

__all__ = ["RenderRules", "RenderedFeed", "render_feed", "render_page"]

# What a link takes in a document beside its URL: the most is RSS's, "<atom:link rel=… type=…/>" on a line of its own.
_LINK_ROOM = 120

Renderer = Callable[[FeedSpec, FeedLocation, Sequence[Entry], RenderRules], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFeed:
    """The documents of one feed, in the order of its locations, and how many entries ``max_bytes`` left out.

    ``ids`` are those of the entries, in the documents' order.
    """

    documents: tuple[FeedDocument, ...]
    left_out: int
    ids: tuple[str, ...]

    def verify(self) -> None:
        """Raise DocumentError where a document does not read back as the entries it was made of."""
        for document in self.documents:
            verify_document(document, self.ids)


def render_feed(
    spec: FeedSpec,
    entries_by_rank: Sequence[Entry],
    rules: RenderRules,
    deleted: Sequence[DeletedEntry] = (),
    *,
    archive: Mapping[str, str] = MappingProxyType({}),
    has_more: bool = False,
) -> RenderedFeed:
    """Return every document of the feed, all with the same entries, in display order; to be verified before it is live.

    ``archive`` maps a format to the URL of the newest page of its archive, and ``has_more`` says that the feed has
    entries beside those given: then, or where one is left out, the documents lead there (RFC 5005, 4).

    Where a document would pass ``rules.max_bytes``, the entries at the end of the rank are left out of all of them,
    so that formats agree; the first one always stays. ``deleted`` is told by the formats that can, from its first on,
    as far as the entries leave room. Raises DocumentError where an entry cannot be written.
    """
    kept = entries_by_rank[: count_worth_rendering(entries_by_rank, rules)]
    told = tuple(each for each in deleted if is_writable(each.ref))
    linked = _lead_to(archive, spec)
    leads = has_more or len(kept) < len(entries_by_rank)
    documents = _render_documents(linked if leads else spec, kept, rules, told)
    if any(len(document.body) > rules.max_bytes for document in documents):
        # What is gone is told in the room that is left: where all posts fit it must cost none its place.
        documents = _render_documents(linked if leads else spec, kept, rules) if told else documents
        # The link that a document does not have yet takes its room, too.
        room = 0 if leads else max((len(url) + _LINK_ROOM for url in archive.values()), default=0)
        fitting = _count_that_fit(documents, kept, rules.max_bytes, room)
        if fitting < len(entries_by_rank):
            # Entries are left out in any case, so those that are gone get their room, too: a delta needs them told.
            fitting = _count_that_fit(documents, kept, rules.max_bytes, room + measure_deleted(told))
        if fitting < len(kept):
            kept, leads = kept[:fitting], True
            documents = _render_documents(linked, kept, rules)
        told = told[: count_told(documents, told, rules.max_bytes)]
        if told:
            documents = _render_documents(linked if leads else spec, kept, rules, told)
    left, said = tuple(each.ref for each in deleted), tuple(each.ref for each in told)
    documents = tuple(
        replace(each, deleted=left, said=said if each.location.format == "atom" else ()) for each in documents
    )
    ids = tuple(entry.id for entry in order_entries(kept))
    return RenderedFeed(documents=documents, left_out=len(entries_by_rank) - len(kept), ids=ids)


def render_page(
    spec: FeedSpec,
    location: FeedLocation,
    entries: Sequence[Entry],
    rules: RenderRules,
    written: WrittenEntries[Any] | None = None,
) -> FeedDocument:
    """Return a page of the feed's archive, which ``location`` describes, with all of the entries, newest first.

    ``written`` holds what renderers made of entries, for the next pages; it is of use to Atom, in which it is costly.
    Raises DocumentError where an entry cannot be written, or the page does not read back as those it was made of.
    """
    ordered = order_entries(entries)
    document = _render_document(spec, location, ordered, rules, (), written)
    verify_document(document, [entry.id for entry in ordered])
    return document


def _lead_to(archive: Mapping[str, str], spec: FeedSpec) -> FeedSpec:
    locations = (replace(each, prev_archive=archive.get(each.format, "")) for each in spec.locations)
    return replace(spec, locations=tuple(locations))


def _count_that_fit(documents: Sequence[FeedDocument], kept: Sequence[Entry], max_bytes: int, room: int) -> int:
    if all(len(document.body) <= max_bytes for document in documents):
        return len(kept)
    max_bytes -= room
    shown = [entry.id for entry in order_entries(kept)]
    ranked = [entry.id for entry in kept]
    return min((count_that_fit(document, shown, ranked, max_bytes) for document in documents), default=len(kept))


def _render_documents(
    spec: FeedSpec, kept: Sequence[Entry], rules: RenderRules, told: Sequence[DeletedEntry] = ()
) -> tuple[FeedDocument, ...]:
    entries = order_entries(kept)
    return tuple(_render_document(spec, location, entries, rules, told) for location in spec.locations)


def _render_document(
    spec: FeedSpec,
    location: FeedLocation,
    entries: Sequence[Entry],
    rules: RenderRules,
    told: Sequence[DeletedEntry],
    written: WrittenEntries[Any] | None = None,
) -> FeedDocument:
    renderer, media_type = _renderer(location.format, told, written)
    if fault := find_pending(entries):
        raise DocumentError(location.path, fault)
    try:
        body = renderer(spec, location, entries, rules)
    except ValueError as error:
        raise DocumentError(location.path, find_fault(entries) or str(error)) from error
    return FeedDocument(spec=spec, location=location, media_type=media_type, body=body, entry_count=len(entries))


def _renderer(format_: str, told: Sequence[DeletedEntry], written: WrittenEntries[Any] | None) -> tuple[Renderer, str]:
    """Return the format's renderer and media type; imported here, as feedgen is slow to import and seldom needed.

    Only Atom has a word for entries that are gone.
    """
    if format_ == "atom":
        from feedsvc.feeds import atom

        return partial(atom.render_atom, deleted=told, written=written), atom.MEDIA_TYPE
    if format_ == "rss":
        from feedsvc.feeds import rss

        return rss.render_rss, rss.MEDIA_TYPE
    from feedsvc.feeds import jsonfeed

    return jsonfeed.render_json, jsonfeed.MEDIA_TYPE
