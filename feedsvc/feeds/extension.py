"""What feedgen 1.0 cannot write, as a feedgen extension: this is the one place that works around it.

- entry links lose ``rel``, ``type``, ``hreflang`` and ``length`` (feedgen issue 135);
- RSS gets one ``atom:link``, and no author without an address;
- dates of RSS set the locale of the whole process, once per date;
- no at:deleted-entry;
- no Media RSS outside a group, no ``xml:lang`` of an entry, no stylesheet, no mark of an archive page;
- ``&`` and ``<`` in plain text are not written as the RSS Advisory Board's profile asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

NAME = "feedsvc"
"""The attribute by which feedgen's feeds and entries hold an instance of the extension."""

MEDIA_PREFIX: Mapping[str, str] = {"media": "http://search.yahoo.com/mrss/"}
"""Media RSS, whose namespace ends in a slash."""

DUBLIN_CORE_PREFIX: Mapping[str, str] = {"dc": "http://purl.org/dc/elements/1.1/"}
"""Dublin Core, for the names of authors without an address."""

HISTORY_PREFIX: Mapping[str, str] = {"fh": "http://purl.org/syndication/history/1.0"}
"""Feed history (RFC 5005), declared by archive pages only."""
TOMBSTONE_PREFIX: Mapping[str, str] = {"at": "http://purl.org/atompub/tombstones/1.0"}
"""Entries that are gone (RFC 6721)."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = f"{{{DUBLIN_CORE_PREFIX['dc']}}}"
_DELETED_ENTRY = f"{{{TOMBSTONE_PREFIX['at']}}}deleted-entry"
_MEDIA = f"{{{MEDIA_PREFIX['media']}}}"
_HISTORY = f"{{{HISTORY_PREFIX['fh']}}}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPECIAL = re.compile("([&<])")
_REFERENCES = {"&": "#x26", "<": "#x3C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An atom:link (RFC 4287, 4.2.7); what is empty or None is not written. ``length`` is bytes."""

    rel: str
    href: str
    media_type: str = ""
    hreflang: str = ""
    length: int | None = None

    def attributes(self) -> dict[str, str]:
        """Return the attributes of the element."""
        found = {"rel": self.rel, "href": self.href, "type": self.media_type, "hreflang": self.hreflang}
        if self.length is not None:
            found["length"] = str(self.length)
        return {name: value for name, value in found.items() if value}


class FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Completes a feed: set the attributes before the feed is written.

    ``namespaces`` maps the prefixes that the root declares, used or not, so that an image changes its entry only.
    ``deleted`` are pairs of an entry's id and when it was deleted (RFC 3339), written into Atom only.
    Into RSS only are written: ``links`` (feedgen writes Atom's own), ``creators`` (the names of authors without an
    address) and ``last_build_date`` (RFC 2822). ``stylesheet`` is a URL. An ``archive`` is marked as a page of one.
    """

    def __init__(self) -> None:
        self.namespaces: Mapping[str, str] = {}
        self.deleted: tuple[tuple[str, str], ...] = ()
        self.links: tuple[Link, ...] = ()
        self.creators: tuple[str, ...] = ()
        self.last_build_date = ""
        self.stylesheet = ""
        self.archive = False

    def extend_ns(self) -> dict[str, str]:
        """Return the prefixes that the root declares."""
        return {**self.namespaces, **(HISTORY_PREFIX if self.archive else {})}

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        """Complete an Atom feed; ``feed`` is the root, without entries yet."""
        refer_to_markup(feed, "title", "subtitle")
        self._mark_archive(feed)
        # Before the entries, where RFC 4287 has a feed's own elements; so they are in the head of every delta, too.
        for ref, when in self.deleted:
            etree.SubElement(feed, _DELETED_ENTRY, {"ref": ref, "when": when})
        self._add_stylesheet(feed)
        return feed

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        """Complete an RSS feed; ``feed`` is the root, its channel without items yet."""
        channel = feed[0]
        refer_to_markup(channel, "title", "description")
        for link in self.links:
            etree.SubElement(channel, f"{_ATOM}link", link.attributes())
        self._mark_archive(channel)
        for creator in self.creators:
            etree.SubElement(channel, f"{_DC}creator").text = creator
        if self.last_build_date:
            etree.SubElement(channel, "lastBuildDate").text = self.last_build_date
        self._add_stylesheet(feed)
        return feed

    def _mark_archive(self, feed: etree._Element) -> None:
        if self.archive:
            etree.SubElement(feed, f"{_HISTORY}archive")

    def _add_stylesheet(self, feed: etree._Element) -> None:
        if self.stylesheet:
            media_type = "text/css" if self.stylesheet.endswith(".css") else "text/xsl"
            data = f'href="{escape(self.stylesheet)}" type="{media_type}"'
            feed.addprevious(etree.ProcessingInstruction("xml-stylesheet", data))


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Completes an entry: set the attributes before the feed is written.

    ``links`` are written into Atom only, in place of feedgen's. ``creators`` and ``pub_date`` (RFC 2822) are
    written into RSS only. ``language`` is a BCP 47 tag that differs from the feed's. ``media`` and ``thumbnail`` are
    the attributes of each media:content and of the media:thumbnail.
    """

    def __init__(self) -> None:
        self.links: tuple[Link, ...] = ()
        self.creators: tuple[str, ...] = ()
        self.pub_date = ""
        self.language = ""
        self.media: tuple[dict[str, str], ...] = ()
        self.thumbnail: dict[str, str] = {}

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        """Complete an Atom entry."""
        for crippled in entry.findall("link"):
            entry.remove(crippled)
        for link in self.links:
            etree.SubElement(entry, "link", link.attributes())
        refer_to_markup(entry, "title", "summary")
        self._add_language_and_media(entry)
        return entry

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Complete an RSS item."""
        refer_to_markup(item, "title", "category")
        etree.SubElement(item, "pubDate").text = self.pub_date
        for creator in self.creators:
            etree.SubElement(item, f"{_DC}creator").text = creator
        self._add_language_and_media(item)
        return item

    def _add_language_and_media(self, element: etree._Element) -> None:
        if self.language:
            element.set(_XML_LANG, self.language)
        for attributes in self.media:
            etree.SubElement(element, f"{_MEDIA}content", attributes)
        if self.thumbnail:
            etree.SubElement(element, f"{_MEDIA}thumbnail", self.thumbnail)


def register(generator: FeedGenerator) -> None:
    """Register the extension with a ``FeedGenerator``, before its entries are added."""
    generator.register_extension(NAME, FeedExtension, EntryExtension)


def refer_to_markup(parent: etree._Element, *names: str) -> None:
    """Rewrite ``&`` and ``<`` in the children called so as hexadecimal character references.

    To an XML parser nothing changes; the RSS Advisory Board's profile asks for this form in plain text because
    readers that guess whether a title is HTML do not take it for markup.
    """
    for name in names:
        for element in parent.iterfind(name):
            text, *rest = _SPECIAL.split(element.text or "")
            if rest:
                element.text = text
                for special, following in zip(rest[::2], rest[1::2], strict=True):
                    reference = etree.Entity(_REFERENCES[special])
                    reference.tail = following
                    element.append(reference)
