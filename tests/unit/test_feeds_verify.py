from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feedsvc.errors import DocumentError
from feedsvc.feeds.render import RenderRules, render_feed
from feedsvc.feeds.verify import verify_document
from feedsvc.model import DeletedEntry, Entry, FeedDocument, FeedSpec

IDS = ["https://example.org/posts/b/", "https://example.org/posts/a/"]
FORMATS = pytest.mark.parametrize("format_", ["atom", "rss", "json"])


@pytest.fixture
def render(make_feed: Callable[..., FeedSpec], make_entry: Callable[..., Entry]) -> Callable[[str], FeedDocument]:
    def render_one(format_: str) -> FeedDocument:
        rules = RenderRules(content="full", max_bytes=10**6)
        return render_feed(make_feed(format_), [make_entry("a"), make_entry("b")], rules).documents[0]

    return render_one


def test_what_is_told_as_deleted_is_no_entry(
    make_feed: Callable[..., FeedSpec], make_entry: Callable[..., Entry]
) -> None:
    gone = [DeletedEntry(ref=ref, when=datetime(2024, 6, 12, tzinfo=UTC)) for ref in ("x", IDS[0])]
    rules = RenderRules(content="full", max_bytes=10**6)
    document = render_feed(make_feed("atom"), [make_entry("a"), make_entry("b")], rules, gone).documents[0]
    verify_document(document, IDS)


@FORMATS
def test_a_whole_document_is_verified(render: Callable[[str], FeedDocument], format_: str) -> None:
    verify_document(render(format_), IDS)


@FORMATS
@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        (IDS[::-1], f"entry 1 should be {IDS[1]} and is {IDS[0]}"),
        (IDS[:1], f"entry 2 should be absent and is {IDS[1]}"),
        ([*IDS, "x"], "entry 3 should be x and is absent"),
    ],
)
def test_entries_missing_added_or_out_of_order_are_found(
    render: Callable[[str], FeedDocument], format_: str, expected: list[str], reason: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        verify_document(render(format_), expected)
    assert caught.value.reason == reason


@FORMATS
def test_a_document_cut_short_does_not_parse(render: Callable[[str], FeedDocument], format_: str) -> None:
    whole = render(format_)
    with pytest.raises(DocumentError, match="does not parse again"):
        verify_document(replace(whole, body=whole.body[:-20]), IDS)


@FORMATS
def test_bytes_that_are_not_utf_8_do_not_parse(render: Callable[[str], FeedDocument], format_: str) -> None:
    whole = render(format_)
    with pytest.raises(DocumentError, match="does not parse again"):
        verify_document(replace(whole, body=whole.body.replace(b"Title", b"Tit\xff")), IDS)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"items": [{}]}', b'{"items": 1}', b"null"])
def test_json_that_is_no_feed_is_found(render: Callable[[str], FeedDocument], body: bytes) -> None:
    with pytest.raises(DocumentError, match="this is not a JSON Feed"):
        verify_document(replace(render("json"), body=body), IDS)


def test_an_entity_is_not_resolved(render: Callable[[str], FeedDocument]) -> None:
    body = b'<!DOCTYPE rss [<!ENTITY a "x">]><rss><channel><item><guid>&a;</guid></item></channel></rss>'
    with pytest.raises(DocumentError):
        verify_document(replace(render("rss"), body=body), ["x"])


@pytest.mark.parametrize("format_", ["atom", "rss"])
def test_a_text_larger_than_libxml_takes_unasked_is_read(render: Callable[[str], FeedDocument], format_: str) -> None:
    whole = render(format_)
    verify_document(replace(whole, body=whole.body.replace(b"Title", b"T" * 11_000_000, 1)), IDS)
