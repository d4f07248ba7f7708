"""Encoding ahead gives what encoding in turn does, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from feedsvc.model import FeedDocument, FeedSpec
from feedsvc.publish.ahead import encode_ahead
from feedsvc.publish.encodings import encode_variants


@pytest.fixture
def documents(make_feed: Callable[..., FeedSpec]) -> list[FeedDocument]:
    """Make documents of sizes that take different times, one that no coding makes smaller among them."""
    spec = make_feed("atom")
    bodies = [b"x", *(f"기사 {number} ".encode() * (number * 997 % 4001) for number in range(1, 30))]
    return [
        FeedDocument(spec=spec, location=spec.locations[0], media_type="application/atom+xml", body=body, entry_count=1)
        for body in bodies
    ]


def test_every_document_comes_in_its_order_and_with_the_same_bytes(documents: list[FeedDocument]) -> None:
    encoded = list(encode_ahead(documents, lambda _: False))
    assert encoded == [(document, encode_variants(document.body)) for document in documents]
    assert [coding for coding, _ in encoded[0][1]] == ["identity"]


def test_a_document_that_is_published_already_is_not_encoded(documents: list[FeedDocument]) -> None:
    published = documents[3]
    encoded = dict(enumerate(bodies for _, bodies in encode_ahead(documents, lambda each: each is published)))
    assert encoded.pop(3) == ()
    assert all(encoded.values())


def test_what_rendering_raises_passes_through(documents: list[FeedDocument]) -> None:
    def fail() -> Iterator[FeedDocument]:
        yield documents[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(encode_ahead(fail(), lambda _: False))
