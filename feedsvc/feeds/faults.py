"""Names the entry that could not be written, for the message of an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from feedsvc.model import Entry

# What XML 1.0 (2.2, Char) does not allow.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def find_fault(entries: Iterable[Entry]) -> str:
    """Return which entry holds a character that XML cannot, which one and where; empty where none does."""
    for entry in entries:
        for field, text in _texts(entry):
            if match := _ILLEGAL.search(text):
                return f"entry {entry.id} ({entry.post.path}) holds U+{ord(match[0]):04X} in its {field}"
    return ""


def is_writable(text: str) -> bool:
    """Tell whether XML can hold the text."""
    return _ILLEGAL.search(text) is None


def drop_illegal(text: str) -> str:
    """Return the text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def find_pending(entries: Iterable[Entry]) -> str:
    """Return which entry has no content yet; empty where each has what its author wrote."""
    pending = (f"entry {entry.id} ({entry.post.path}) is pending" for entry in entries if entry.post.pending)
    return next(pending, "")


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    post = entry.post
    yield from (
        ("id", entry.id),
        ("title", post.title),
        ("link", post.alternate_link),
        ("summary", post.summary),
        ("content", post.content),
        ("language", post.language),
    )
    for person in post.authors:
        yield "authors", f"{person.name} {person.email} {person.uri}"
    for category in entry.categories:
        yield "categories", f"{category.term} {category.label}"
    for image in (post.image, post.thumbnail, post.banner):
        yield "image", image.href if image else ""
    for enclosure in post.enclosures:
        yield "enclosure", f"{enclosure.href} {enclosure.media_type}"
