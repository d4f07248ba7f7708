"""Reads a rendered document again, as a reader would, before anybody gets it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import zip_longest

from feedsvc.errors import DocumentError
from feedsvc.model import FeedDocument

_ATOM = "{http://www.w3.org/2005/Atom}"


def verify_document(document: FeedDocument, expected_ids: Sequence[str]) -> None:
    """Raise DocumentError unless the bytes parse again and hold exactly the expected ids, in order, each once."""
    path = document.location.path
    try:
        found = _read_json(document.body) if document.location.format == "json" else _read_xml(document.body)
    except (ValueError, SyntaxError) as error:
        raise DocumentError(path, f"the document does not parse again: {error}") from error
    for place, (expected, actual) in enumerate(zip_longest(expected_ids, found), start=1):
        if expected != actual:
            raise DocumentError(path, f"entry {place} should be {expected or 'absent'} and is {actual or 'absent'}")
    if len(set(found)) < len(found):
        repeated = next(id_ for id_ in found if found.count(id_) > 1)
        raise DocumentError(path, f"two entries have the id {repeated}")


def _read_xml(body: bytes) -> list[str]:
    """Return the ids in an Atom or RSS document. Raises SyntaxError (lxml's XMLSyntaxError is one)."""
    from lxml import etree

    # A feed needs neither entities nor the network; without the table of xml:ids it parses a third faster.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, collect_ids=False, huge_tree=True)
    root = etree.fromstring(body, parser)
    if root.tag == "rss":
        return [item.findtext("guid", "") for item in root.iterfind("channel/item")]
    return [entry.findtext(f"{_ATOM}id", "") for entry in root.iterfind(f"{_ATOM}entry")]


def _read_json(body: bytes) -> list[str]:
    """Return the ids in a JSON Feed document. Raises ValueError."""
    try:
        return [item["id"] for item in json.loads(body)["items"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is not a JSON Feed ({error!r})") from error
