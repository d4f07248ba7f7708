"""Atom and RSS read back, as :mod:`feedsvc.feeds.reading` says."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from feedsvc.feeds.reading import ReadEntry, ReadFeed, plain, read_date, read_length, web_link
from feedsvc.model import Enclosure

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_MEDIA = "{http://search.yahoo.com/mrss/}content"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MAILBOX = re.compile(r"[^()\s]+ \((.*)\)", re.DOTALL)


def read_xml(body: bytes, most: int) -> ReadFeed:
    """Return what an Atom or RSS document says. Raises ValueError for anything else."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, collect_ids=False, huge_tree=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"this is not XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("a feed declares no document type")
    if root.tag == f"{_ATOM}feed":
        entries = root.findall(f"{_ATOM}entry")
        return ReadFeed(
            subtitle=_text(root, f"{_ATOM}subtitle"),
            language=plain(root.get(_LANG)),
            entries=tuple(map(_read_entry, entries[:most])),
            count=len(entries),
        )
    channel = root.find("channel") if root.tag == "rss" else None
    if channel is None:
        raise ValueError(f"this is neither Atom nor RSS: its root is {root.tag}")
    items = channel.findall("item")
    return ReadFeed(
        subtitle=_text(channel, "description"),
        language=_text(channel, "language"),
        entries=tuple(map(_read_item, items[:most])),
        count=len(items),
    )


def _read_entry(entry: etree._Element) -> ReadEntry:
    links = entry.findall(f"{_ATOM}link")
    title = _text(entry, f"{_ATOM}title")
    plainly = _text(entry, f"{_ATOM}summary[@type='text']")
    return ReadEntry(
        url=next((web_link(link.get("href")) for link in links if link.get("rel", "alternate") == "alternate"), ""),
        title=title,
        published=read_date(_text(entry, f"{_ATOM}published")),
        authors=_texts(entry, f"{_ATOM}author/{_ATOM}name"),
        categories=tuple(
            filter(None, (plain(each.get("label") or each.get("term")) for each in entry.findall(f"{_ATOM}category")))
        ),
        language=plain(entry.get(_LANG)),
        image=_image(entry),
        content=_text(entry, f"{_ATOM}content[@type='html']") or _text(entry, f"{_ATOM}summary[@type='html']"),
        # A post without any text has its title for a summary: Atom wants one.
        summary="" if plainly == title else plainly,
        enclosures=tuple(
            Enclosure(href=href, media_type=plain(link.get("type")), length=read_length(link.get("length")))
            for link in links
            if link.get("rel") == "enclosure" and (href := web_link(link.get("href")))
        ),
    )


def _read_item(item: etree._Element) -> ReadEntry:
    content, description = _text(item, _CONTENT), _text(item, "description")
    if not content and "<" in description:
        # Plain text is escaped once more, so this is HTML: a summary that ends with a link, or all there is.
        content, description = description, ""
    return ReadEntry(
        url=web_link(_text(item, "link")),
        title=_text(item, "title"),
        published=_read_rfc2822(_text(item, "pubDate")),
        authors=tuple(_names(item)),
        categories=_texts(item, "category"),
        language=plain(item.get(_LANG)),
        image=_image(item),
        content=content,
        summary="" if "<" in description else plain(html.unescape(description)),
        enclosures=tuple(_read_enclosures(item)),
    )


def _names(item: etree._Element) -> Iterator[str]:
    for mailbox in _texts(item, "author"):
        if found := _MAILBOX.fullmatch(mailbox):
            yield found[1]
    yield from _texts(item, _CREATOR)


def _read_enclosures(item: etree._Element) -> Iterator[Enclosure]:
    single = ((each, "length") for each in item.findall("enclosure"))
    others = ((each, "fileSize") for each in item.findall(_MEDIA) if each.get("medium") != "image")
    for each, length in (*single, *others):
        if href := web_link(each.get("url")):
            yield Enclosure(href=href, media_type=plain(each.get("type")), length=read_length(each.get(length)))


def _image(element: etree._Element) -> str:
    return next((web_link(each.get("url")) for each in element.findall(_MEDIA) if each.get("medium") == "image"), "")


def _read_rfc2822(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _text(element: etree._Element, path: str) -> str:
    return plain(element.findtext(path))


def _texts(element: etree._Element, path: str) -> tuple[str, ...]:
    return tuple(filter(None, (plain(each.text) for each in element.findall(path))))
