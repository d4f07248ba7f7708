"""A published document read back as a reader sees it: the same entries from each format, and nothing it does not carry.

Defensive: what a document holds was written by many hands, and by other versions of this program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feedsvc.model import Enclosure

PREFERRED = ("json", "atom", "rss")
"""The formats that can be read, the one that is read with the least work first."""

_UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ARCHIVE_LINK = re.compile(rb'<(?:atom:)?link [^<>]*rel="prev-archive"')
_FIRST_ENTRY = re.compile(rb"<(?:entry|item)[ >]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """An entry of a document. What it does not say is empty; ``published`` is aware.

    ``content`` is HTML, as clean as it was published; all else is plain text. URLs are http or https.
    """

    url: str = ""
    title: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str = ""
    image: str = ""
    content: str = ""
    summary: str = ""
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFeed:
    """A document: the plain texts of its feed, the first of its entries in their order, and how many there are."""

    subtitle: str
    language: str
    entries: tuple[ReadEntry, ...]
    count: int


def read_document(format_: str, body: bytes, most: int) -> ReadFeed:
    """Return what an Atom, RSS or JSON Feed document says, with the first ``most`` of its entries.

    Raises ValueError for anything else.
    """
    if format_ != "json":
        from feedsvc.feeds.readingxml import read_xml  # lxml is slow to import, and seldom needed here

        return read_xml(body, most)
    try:
        document = json.loads(body)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ValueError("this is not a JSON Feed: it has no list of items")  # noqa: TRY004 -- of whoever wrote it
    known = [item for item in items if isinstance(item, dict)]
    return ReadFeed(
        subtitle=_said(document, "description"),
        language=_said(document, "language"),
        entries=tuple(map(_read_item, known[:most])),
        count=len(known),
    )


def has_archive(format_: str, body: bytes) -> bool:
    """Say whether a document leads to pages of an archive (RFC 5005, 4; in JSON Feed ``next_url``)."""
    if format_ == "json":
        return b'"next_url": "' in body.partition(b'"items": [')[0]
    first = _FIRST_ENTRY.search(body)
    # In text, which comes from others, "<" is always a reference.
    return _ARCHIVE_LINK.search(body, 0, first.start() if first else len(body)) is not None


def plain(value: object) -> str:
    """Return text that any page can hold: without control characters, what is no text being none."""
    if not isinstance(value, str):
        return ""
    return _UNSHOWN.sub("", value).encode("utf-8", "replace").decode().strip()


def web_link(value: object) -> str:
    """Return a URL that a page may lead to or load, else an empty string."""
    url = plain(value)
    return url if url.startswith(("https://", "http://")) else ""


def read_date(value: object) -> datetime | None:
    """Return an instant of RFC 3339 in UTC; None for anything else."""
    try:
        instant = datetime.fromisoformat(plain(value))
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_length(value: object) -> int:
    """Return a number of bytes, 0 where it is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


def _read_item(item: Mapping[str, Any]) -> ReadEntry:
    return ReadEntry(
        url=web_link(item.get("url")),
        title=_said(item, "title"),
        published=read_date(item.get("date_published")),
        authors=tuple(name for each in _listed(item, "authors") if (name := _said(each, "name"))),
        categories=tuple(filter(None, map(plain, _list(item.get("tags"))))),
        language=_said(item, "language"),
        image=web_link(item.get("image")),
        content=_said(item, "content_html"),
        summary=_said(item, "summary"),
        enclosures=tuple(_read_attachments(item)),
    )


def _read_attachments(item: Mapping[str, Any]) -> Iterator[Enclosure]:
    for each in _listed(item, "attachments"):
        if href := web_link(each.get("url")):
            length = read_length(each.get("size_in_bytes"))
            yield Enclosure(href=href, media_type=_said(each, "mime_type"), length=length)


def _said(values: Mapping[str, Any], name: str) -> str:
    return plain(values.get(name))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _listed(values: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    return (each for each in _list(values.get(name)) if isinstance(each, dict))
