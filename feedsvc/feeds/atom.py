"""Atom 1.0 (RFC 4287), written by feedgen and its extension of ours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc.feeds.carried import closed_summary, full_content
from feedsvc.feeds.extension import MEDIA_PREFIX, NAME, TOMBSTONE_PREFIX, EntryExtension, Link, register
from feedsvc.feeds.held import WrittenEntries
from feedsvc.feeds.mediarss import media_contents, media_thumbnail
from feedsvc.feeds.rules import RenderRules
from feedsvc.feeds.values import (
    EMPTY_FEED_UPDATED,
    GENERATOR,
    archive_links,
    entry_language,
    entry_title,
    last_updated,
    whole_utc,
)
from feedsvc.model import DeletedEntry, Entry, FeedLocation, FeedSpec, Person

MEDIA_TYPE = "application/atom+xml"
"""RFC 4287, 7; the charset is the representation's to tell."""


def render_atom(
    spec: FeedSpec,
    location: FeedLocation,
    entries: Sequence[Entry],
    rules: RenderRules,
    deleted: Sequence[DeletedEntry] = (),
    written: WrittenEntries[etree._Element] | None = None,
) -> bytes:
    """Return the feed as an Atom document in UTF-8, the entries in the order given.

    Entries that were ``written`` for another document already are not written again.

    ``deleted`` left the feed: each becomes an at:deleted-entry (RFC 6721, 3) ahead of the entries, as RFC 4287's
    grammar has all that is not an entry.
    Raises ValueError where a text holds what XML cannot (a control character, a lone surrogate).
    """
    generator = FeedGenerator()
    register(generator)
    generator.id(spec.id)
    generator.title(spec.title)
    generator.subtitle(spec.subtitle)
    generator.updated(whole_utc(last_updated(entries) or EMPTY_FEED_UPDATED))
    generator.language(spec.language)
    generator.generator(GENERATOR)
    generator.author(_people(spec.authors))
    generator.link(href=location.self_link, rel="self", type=MEDIA_TYPE)
    for hub in () if location.current else rules.hubs:
        generator.link(href=hub, rel="hub")
    generator.link(href=spec.alternate_link, rel="alternate", type="text/html")
    for relation, url in archive_links(location).items():
        generator.link(href=url, rel=relation, type=MEDIA_TYPE)
    generator.feedsvc.archive = bool(location.current)
    # The prefix only where it is used: a feed that nothing left stays as it is.
    generator.feedsvc.namespaces = {**MEDIA_PREFIX, **(TOMBSTONE_PREFIX if deleted else {})}
    generator.feedsvc.deleted = tuple((each.ref, whole_utc(each.when).isoformat()) for each in deleted)
    generator.feedsvc.stylesheet = rules.stylesheet
    write = (
        written.of_feed(spec, rules, _write_entry) if written is not None else partial(_write_entry, spec, rules=rules)
    )
    elements = [write(entry) for entry in entries]
    for element in elements:
        generator.add_entry(_Written(element), order="append")
    document: bytes = generator.atom_str(pretty=True)
    if written is not None:
        _take_out(elements)
    return document


class _Written:
    """An element in the place of one of feedgen's entries."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def register_extension(self, *_: object) -> None:
        """Do nothing, as the element is complete."""

    def atom_entry(self) -> etree._Element:
        """Return the element."""
        return self._element


def _take_out(elements: Sequence[etree._Element]) -> None:
    """Take elements that are held out of the document that they were written into, or it would be held whole.

    The next one takes them as they are: a copy for each takes four times as long.
    """
    for element in elements:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _write_entry(spec: FeedSpec, entry: Entry, rules: RenderRules) -> etree._Element:
    post = entry.post
    written = FeedEntry()
    written.register_extension(NAME, EntryExtension)
    written.id(entry.id)
    written.title(entry_title(entry))
    written.published(whole_utc(post.published))
    written.updated(whole_utc(post.updated))
    written.author(_people(post.authors))
    written.category([{"term": category.term, "label": category.label} for category in entry.categories])
    content = full_content(spec, entry, rules)
    if content:
        written.content(content, type="html")
    if closed := closed_summary(spec, entry, rules):
        written.summary(closed, type="html")
    elif post.summary or not content:
        # Without content some text is wanted (RFC 4287, 4.1.1.1), and a title is never blank.
        written.summary(post.summary or entry_title(entry), type="text")
    # feedgen refuses an entry with neither content nor a link; ours take this one's place.
    written.link(href=post.alternate_link)
    extension = written.feedsvc
    extension.links = _links(entry)
    extension.language = entry_language(spec, entry)
    extension.media = media_contents(post)
    extension.thumbnail = media_thumbnail(post)
    element: etree._Element = written.atom_entry()
    return element


def _links(entry: Entry) -> tuple[Link, ...]:
    post = entry.post
    alternate = Link(rel="alternate", href=post.alternate_link, media_type="text/html", hreflang=post.language)
    # A length of 0 is "unknown" in RSS only; in Atom it is a hint, left out where nobody knows.
    enclosures = (
        Link(rel="enclosure", href=each.href, media_type=each.media_type, length=each.length or None)
        for each in post.enclosures
    )
    return (alternate, *enclosures)


def _people(people: Sequence[Person]) -> list[dict[str, str]]:
    return [{"name": person.name, "email": person.email, "uri": person.uri} for person in people]
