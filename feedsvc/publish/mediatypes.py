"""Media types as headers say them."""

from __future__ import annotations


def content_type_of(media_type: str) -> str:
    """Return the Content-Type: XML says its charset, as its declaration does (RFC 7303, 3).

    JSON has none to say: RFC 8259, 11 defines no such parameter, and it is UTF-8 always (8.1).
    """
    return media_type if media_type.endswith("json") else f"{media_type}; charset=utf-8"
