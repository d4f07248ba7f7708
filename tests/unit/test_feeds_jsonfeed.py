from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from feedsvc.feeds.jsonfeed import render_json
from feedsvc.feeds.rules import RenderRules
from feedsvc.model import Enclosure, Entry, FeedSpec, Image, Person

FULL = RenderRules(content="full", max_bytes=10**6)
SUMMARY = RenderRules(content="summary", max_bytes=10**6)

MakeEntry = Callable[..., Entry]
MakeFeed = Callable[..., FeedSpec]


def render(spec: FeedSpec, entries: Sequence[Entry], rules: RenderRules = FULL) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render_json(spec, spec.locations[0], entries, rules))
    return document


def test_the_feed_says_what_it_is_and_where_it_lives(make_feed: MakeFeed) -> None:
    assert render(make_feed("json"), []) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Example",
        "home_page_url": "https://example.org/",
        "feed_url": "https://example.org/feed.json",
        "description": "News of an example",
        "language": "en",
        "authors": [{"name": "Example"}],
        "items": [],
    }


def test_an_item_says_everything_the_post_does(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entry = make_entry(
        id="tag:example.org,2024:first",
        categories=("경제",),
        updated=datetime(2024, 6, 13, 1, 2, 3, 456, tzinfo=UTC),
        language="ko",
        image=Image(href="https://example.org/a.png"),
        authors=(Person(name="Ann", email="ann@example.org"), Person(name="Bob", email="b@b.b", uri="https://b.b/")),
        enclosures=(Enclosure(href="https://example.org/a.mp3", media_type="audio/mpeg", length=12),),
    )
    (item,) = render(make_feed("json"), [entry])["items"]
    assert item == {
        "id": "tag:example.org,2024:first",
        "url": "https://example.org/posts/first/",
        "title": "Title of first",
        "content_html": "<p>Content of first</p>",
        "summary": "Summary of first",
        "image": "https://example.org/a.png",
        "date_published": "2024-06-12T00:00:00+00:00",
        "date_modified": "2024-06-13T01:02:03+00:00",
        "authors": [{"name": "Ann", "url": "mailto:ann@example.org"}, {"name": "Bob", "url": "https://b.b/"}],
        "tags": ["경제"],
        "language": "ko",
        "attachments": [{"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12}],
    }


def test_an_attachment_of_unknown_size_tells_none(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    enclosure = Enclosure(href="https://example.org/a.mp3", media_type="audio/mpeg")
    (item,) = render(make_feed("json"), [make_entry(enclosures=(enclosure,))])["items"]
    assert item["attachments"] == [{"url": "https://example.org/a.mp3", "mime_type": "audio/mpeg"}]


def test_every_item_has_content_of_one_kind(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entries = [make_entry(), make_entry("b", content=""), make_entry("c", content="", summary="")]
    full, empty, bare = render(make_feed("json"), entries)["items"]
    assert (full["content_html"], full.get("content_text")) == ("<p>Content of first</p>", None)
    assert (empty.get("content_html"), empty["content_text"]) == (None, "Summary of b")
    assert (bare.get("content_html"), bare["content_text"]) == (None, "Title of c")
    (summary,) = render(make_feed("json"), [make_entry()], SUMMARY)["items"]
    assert (summary.get("content_html"), summary["content_text"]) == (None, "Summary of first")


def test_text_is_utf_8_and_one_item_is_one_line(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    spec = make_feed("json")
    entries = [make_entry(title="장금이 🚀", content="a\nb\u2028c"), make_entry("b")]
    lines = render_json(spec, spec.locations[0], entries, FULL).decode().split("\n")
    assert len(lines) == 5
    assert "장금이 🚀" in lines[1]
    assert (lines[3], lines[4]) == ("]}", "")
