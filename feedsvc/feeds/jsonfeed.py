"""JSON Feed 1.1 (jsonfeed.org/version/1.1), one item a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from feedsvc.feeds.carried import closed_summary, full_content
from feedsvc.feeds.rules import RenderRules
from feedsvc.feeds.values import entry_language, entry_title, whole_utc
from feedsvc.model import Enclosure, Entry, FeedLocation, FeedSpec, Person

MEDIA_TYPE = "application/feed+json"
"""JSON Feed 1.1, "Discovery"; JSON is UTF-8 and has no charset parameter (RFC 8259, 11)."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def render_json(spec: FeedSpec, location: FeedLocation, entries: Sequence[Entry], rules: RenderRules) -> bytes:
    """Return the feed as a JSON Feed document in UTF-8, the entries in the order given.

    Each item stands on a line of its own, so that what an entry weighs can be read from the document and a change
    of one entry is a change of one line. Raises ValueError where a text holds a lone surrogate.
    """
    hubs = () if location.current else rules.hubs
    head = _encode(_feed(spec, location, hubs))
    items = ",\n".join(_encode(_item(spec, entry, rules)) for entry in entries)
    return f'{head[:-1]}, "items": [\n{items}\n]}}\n'.encode()


def _feed(spec: FeedSpec, location: FeedLocation, hubs: Sequence[str]) -> dict[str, Any]:
    return _present(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": spec.title,
            "home_page_url": spec.alternate_link,
            # It is what identifies the feed, so an archive page has that of its feed.
            "feed_url": location.current or location.self_link,
            "next_url": location.prev_archive,
            "description": spec.subtitle,
            "language": spec.language,
            "authors": [_author(person) for person in spec.authors],
            "hubs": [{"type": "WebSub", "url": hub} for hub in hubs],
        }
    )


def _item(spec: FeedSpec, entry: Entry, rules: RenderRules) -> dict[str, Any]:
    post, title = entry.post, entry_title(entry)
    content = full_content(spec, entry, rules) or closed_summary(spec, entry, rules)
    return _present(
        {
            "id": entry.id,
            "url": post.alternate_link,
            "title": title,
            # One of the two must be there.
            "content_html": content,
            "content_text": "" if content else post.summary or title,
            "summary": post.summary,
            "image": post.image.href if post.image else "",
            "banner_image": post.banner.href if post.banner else "",
            "date_published": whole_utc(post.published).isoformat(),
            "date_modified": whole_utc(post.updated).isoformat(),
            "authors": [_author(person) for person in post.authors],
            "tags": [category.label for category in entry.categories],
            "language": entry_language(spec, entry),
            "attachments": [_attachment(enclosure) for enclosure in post.enclosures],
        }
    )


def _author(person: Person) -> dict[str, Any]:
    address = f"mailto:{person.email}" if person.email else ""
    return _present({"name": person.name, "url": person.uri or address})


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    return _present(
        {
            "url": enclosure.href,
            "mime_type": enclosure.media_type,
            "size_in_bytes": enclosure.length,
            "duration_in_seconds": enclosure.duration,
        }
    )


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that say something: JSON Feed leaves out what is empty."""
    return {name: value for name, value in values.items() if value}
