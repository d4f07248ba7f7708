"""The page of a feed: its entries as a reader shows them, made of the document that readers get and of nothing else."""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote, unquote, urlsplit

from markupsafe import Markup

from feedsvc.feeds.reading import ReadEntry, ReadFeed
from feedsvc.model import SITE, Enclosure, Representation
from feedsvc.posts.html.shown import show_in_page
from feedsvc.posts.terms import term_key
from feedsvc.web.feedplaces import FeedPlaces
from feedsvc.web.pages.layout import Alternate, PageFacts, render_page, root_of
from feedsvc.web.pages.listing import FORMATS
from feedsvc.web.pages.readers import reader_links
from feedsvc.words import direction_of

MOST_ENTRIES = 50
"""Entries on a page, the newest ones; a page of all that a feed may hold would be megabytes."""

_MOST_CHARACTERS = 400_000
"""Of HTML on a page; the entries beyond have their summaries."""

_KINDS = ("category", "tag")
_ENTRY_LEVEL = 3  # of the headings of entries in the template


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A category of an entry; ``href`` is empty where it has no feed."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An enclosure as the page offers it; ``kind`` is audio, video or other."""

    kind: str
    href: str
    media_type: str
    name: str
    size: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as the template writes it; ``content`` is clean HTML, ``language`` the attributes of its own tongue."""

    entry: ReadEntry
    published: datetime | None
    authors: str
    categories: tuple[Category, ...]
    image: str
    content: Markup
    attachments: tuple[Attachment, ...]
    language: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A format of the feed; ``href`` is relative to the page, ``url`` absolute."""

    format: str
    href: str
    url: str
    media_type: str


def render_feed_page(
    facts: PageFacts,
    places: FeedPlaces,
    documents: tuple[Representation, ...],
    read: ReadFeed,
    *,
    path: str,
    archived: bool,
    frame_hosts: Collection[str],
    readers: Sequence[str] = (),
) -> str:
    """Render the page of the feed that ``documents`` are of as HTML, to be answered at ``path``, a decoded URL path.

    ``read`` is what one of the documents says. ``archived``: older entries are in an archive (RFC 5005). ``readers``
    are those to open the feed in.
    """
    root, first = root_of(path), documents[0]
    place = places.paths.get(first.feed, first.path)
    main = places.documents.get(SITE, ()) if first.feed != SITE else ()
    return render_page(
        facts,
        "feed.html",
        path=path,
        title=first.title,
        description=read.subtitle,
        alternates=[_alternate(each, root) for each in (*main, *documents)],
        page_url=facts.server_url + quote(place),
        entries=list(_show_entries(facts, places, read, root, frame_hosts)),
        documents=[_document(facts, each, root) for each in documents],
        readers=reader_links(facts.server_url + quote(first.path), readers),
        count=read.count,
        more=max(read.count - len(read.entries), 0),
        archived=archived,
    )


def frame_sources(hosts: Collection[str]) -> str:
    """Return the sources (CSP) that frames of these hosts, and of those below them, come from."""
    return " ".join(f"https://{each} https://*.{each}" for each in hosts)


def _document(facts: PageFacts, document: Representation, root: str) -> Document:
    path = quote(document.path)
    return Document(
        format=FORMATS[document.format],
        href=root + path[1:],
        url=facts.server_url + path,
        media_type=document.media_type,
    )


def _alternate(document: Representation, root: str) -> Alternate:
    return Alternate(
        href=root + quote(document.path[1:]),
        media_type=document.media_type,
        title=f"{document.title} ({FORMATS[document.format]})",
    )


def _show_entries(
    facts: PageFacts, places: FeedPlaces, read: ReadFeed, root: str, frame_hosts: Collection[str]
) -> Iterator[Shown]:
    left = _MOST_CHARACTERS
    show = partial(
        show_in_page,
        frame_hosts=frame_hosts,
        name_film=lambda host: facts.words("feed.film", host=host),
        below=_ENTRY_LEVEL,
    )
    for entry in read.entries:
        content = show(entry.content, entry.url) if len(entry.content) <= left else ""
        left -= len(content)
        language = entry.language or read.language
        yield Shown(
            entry=entry,
            published=entry.published,
            authors=", ".join(entry.authors),
            categories=tuple(_category(places, label, root) for label in entry.categories),
            image="" if entry.image and html.escape(entry.image) in content else entry.image,
            content=Markup(content),  # noqa: S704 -- cleaned just now
            attachments=tuple(_attach(facts, each) for each in entry.enclosures),
            language=_in_tongue(language, facts),
        )


def _category(places: FeedPlaces, label: str, root: str) -> Category:
    """Return a category with the page of its feed, be it one by category or by tag."""
    key = term_key(label)
    feed = next((found for kind in _KINDS if (found := (kind, key)) in places.documents), None)
    if feed is None:
        return Category(label=label, href="")
    place = places.paths.get(feed) or places.documents[feed][0].path
    return Category(label=label, href=root + quote(place[1:]))


def _attach(facts: PageFacts, enclosure: Enclosure) -> Attachment:
    kind = enclosure.media_type.partition("/")[0]
    name = unquote(urlsplit(enclosure.href).path.rpartition("/")[2], errors="replace")
    return Attachment(
        kind=kind if kind in ("audio", "video") else "other",
        href=enclosure.href,
        media_type=enclosure.media_type,
        name=name or facts.words("feed.attachment"),
        size=_size(facts, enclosure.length),
    )


def _size(facts: PageFacts, length: int) -> str:
    if not length:
        return ""
    if length < 1_000_000:
        return facts.words("feed.size_kb", count=max(1, round(length / 1000)))
    return facts.words("feed.size_mb", count=round(length / 1_000_000))


def _in_tongue(language: str, facts: PageFacts) -> Markup:
    """Return the attributes of what is in another language than the words of the page."""
    if not language or language.lower() == facts.words.language.lower():
        return Markup()
    mark = Markup(' lang="{}"').format(language)
    direction = direction_of(language)
    return mark if direction == facts.words.direction else mark + Markup(' dir="{}"').format(direction)
