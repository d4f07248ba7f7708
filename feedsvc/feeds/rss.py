"""RSS 2.0 and the RSS Advisory Board's profile of it, written by feedgen and its extension of ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from feedgen.feed import FeedGenerator

from feedsvc.feeds.carried import closed_summary, full_content
from feedsvc.feeds.extension import DUBLIN_CORE_PREFIX, MEDIA_PREFIX, Link, register
from feedsvc.feeds.mediarss import media_contents, media_thumbnail
from feedsvc.feeds.rules import RenderRules
from feedsvc.feeds.values import (
    GENERATOR,
    archive_links,
    entry_language,
    entry_title,
    format_rfc2822,
    last_updated,
    mailbox,
)
from feedsvc.model import Entry, FeedLocation, FeedSpec

MEDIA_TYPE = "application/rss+xml"
"""The type that readers ask for and the profile names; the charset is the representation's to tell."""

_SPECIFICATION = "https://www.rssboard.org/rss-specification"


class _NoDate(datetime):
    """A false instant, which feedgen does not write.

    Left alone, feedgen writes the time of the build; given a true one, it sets the locale of the whole process to
    format it. The extension writes the date instead.
    """

    def __bool__(self) -> bool:
        return False


_NO_DATE = _NoDate.fromisoformat("2005-12-01T00:00:00+00:00")


def render_rss(spec: FeedSpec, location: FeedLocation, entries: Sequence[Entry], rules: RenderRules) -> bytes:
    """Return the feed as an RSS document in UTF-8, the entries in the order given.

    Raises ValueError where a text holds what XML cannot (a control character, a lone surrogate).
    """
    generator = FeedGenerator()
    register(generator)
    generator.title(spec.title)
    generator.link(href=spec.alternate_link)
    generator.description(spec.subtitle or spec.title)
    generator.language(spec.language)
    generator.generator(GENERATOR)
    generator.docs(_SPECIFICATION)
    generator.ttl(spec.ttl)
    generator.lastBuildDate(_NO_DATE)
    extension = generator.feedsvc
    extension.namespaces = {**MEDIA_PREFIX, **DUBLIN_CORE_PREFIX}
    links = {"self": location.self_link, **archive_links(location)}
    extension.links = (
        *(Link(rel=rel, href=href, media_type=MEDIA_TYPE) for rel, href in links.items()),
        *(Link(rel="hub", href=hub) for hub in (() if location.current else rules.hubs)),
    )
    extension.archive = bool(location.current)
    extension.stylesheet = rules.stylesheet
    if spec.authors[0].email:
        generator.managingEditor(mailbox(spec.authors[0]))
    else:
        extension.creators = tuple(person.name for person in spec.authors)
    updated = last_updated(entries)
    extension.last_build_date = format_rfc2822(updated) if updated else ""
    for entry in entries:
        _add_item(generator, spec, entry, rules)
    document: bytes = generator.rss_str(pretty=True)
    return document


def _add_item(generator: FeedGenerator, spec: FeedSpec, entry: Entry, rules: RenderRules) -> None:
    post = entry.post
    written = generator.add_entry(order="append")
    written.title(entry_title(entry))
    written.link(href=post.alternate_link)
    written.guid(entry.id, permalink=entry.id == post.alternate_link)
    written.category([{"term": category.term, "label": category.label} for category in entry.categories])
    if content := full_content(spec, entry, rules):
        written.content(content)
    if closed := closed_summary(spec, entry, rules):
        written.description(closed)
    elif post.summary:
        # A description is HTML, so plain text is escaped once for HTML and, by lxml, once more for XML.
        written.description(escape(post.summary, quote=False))
    for enclosure in post.enclosures[:1]:
        # The profile allows one; Media RSS tells the others.
        written.enclosure(enclosure.href, enclosure.length, enclosure.media_type)
    extension = written.feedsvc
    if len(post.authors) == 1 and post.authors[0].email:
        written.author(name=post.authors[0].name, email=post.authors[0].email)
    else:
        # RSS has one author, with an address; names alone and several authors are Dublin Core's, never both.
        extension.creators = tuple(person.name for person in post.authors)
    extension.pub_date = format_rfc2822(post.published)
    extension.language = entry_language(spec, entry)
    extension.media = media_contents(post, post.enclosures[1:])
    extension.thumbnail = media_thumbnail(post)
