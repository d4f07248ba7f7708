from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.errors import DocumentError
from feedsvc.feeds.budget import count_worth_rendering, measure_entries
from feedsvc.feeds.render import RenderedFeed, RenderRules, render_feed
from feedsvc.model import Entry, FeedDocument, FeedSpec

FULL = RenderRules(content="full", max_bytes=10**6)

MakeEntry = Callable[..., Entry]
MakeFeed = Callable[..., FeedSpec]


def ids(document: FeedDocument) -> list[str]:
    if document.location.format == "json":
        return [item["id"] for item in json.loads(document.body)["items"]]
    found: Any = etree.fromstring(document.body).xpath("//*[local-name()='entry']/*[local-name()='id'] | //guid")
    return [element.text for element in found]


def of_size(length: int, content: str = "full") -> RenderRules:
    return RenderRules(content="full" if content == "full" else "summary", max_bytes=length)


def largest(feed: RenderedFeed) -> int:
    return max(len(document.body) for document in feed.documents)


def test_every_location_gets_its_document(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    spec = make_feed("atom", "rss", "json")
    feed = render_feed(spec, [make_entry("a"), make_entry("b")], FULL)
    assert feed.left_out == 0
    assert [(each.location, each.media_type, each.entry_count) for each in feed.documents] == [
        (spec.locations[0], "application/atom+xml", 2),
        (spec.locations[1], "application/rss+xml", 2),
        (spec.locations[2], "application/feed+json", 2),
    ]
    assert all(each.spec is spec for each in feed.documents)


def test_every_format_shows_the_newest_post_first(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    old = make_entry("old", published=datetime(2001, 1, 1, tzinfo=UTC))  # first of the rank: it arrived last
    for document in render_feed(make_feed(), [old, make_entry("a"), make_entry("b")], FULL).documents:
        assert ids(document) == [f"https://example.org/posts/{name}/" for name in ("b", "a", "old")]


def test_an_empty_feed_has_documents_too(make_feed: MakeFeed) -> None:
    feed = render_feed(make_feed(), [], FULL)
    assert [(ids(document), document.entry_count) for document in feed.documents] == [([], 0)] * 3
    assert feed.left_out == 0


def test_what_is_too_large_loses_the_end_of_its_rank_in_every_format(
    make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    entries = [make_entry(f"{n:02}", content="<b>x</b>" * 100) for n in range(20)]
    whole = render_feed(make_feed(), entries, FULL)
    limit = largest(whole) - 1
    cut = render_feed(make_feed(), entries, of_size(limit))
    assert cut.left_out == 1
    assert largest(cut) <= limit
    kept = [entry.id for entry in reversed(entries[:-1])]
    assert [ids(document) for document in cut.documents] == [kept] * 3


def test_a_document_of_exactly_the_greatest_size_is_not_cut(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entries = [make_entry(str(n)) for n in range(5)]
    limit = largest(render_feed(make_feed(), entries, FULL))
    assert render_feed(make_feed(), entries, of_size(limit)).left_out == 0


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_entries_that_fit_to_the_byte_stay(make_feed: MakeFeed, make_entry: MakeEntry, format_: str) -> None:
    entries = [make_entry(f"{n:02}", content="<b>x</b>" * n) for n in range(20)]
    limit = largest(render_feed(make_feed(format_), entries[:7], FULL))
    assert render_feed(make_feed(format_), entries, of_size(limit)).left_out == 13
    assert render_feed(make_feed(format_), entries, of_size(limit - 1)).left_out == 14


def test_one_entry_always_stays_however_large(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entries = [make_entry("a", content="x" * 1000), make_entry("b")]
    feed = render_feed(make_feed(), entries, of_size(10))
    assert feed.left_out == 1
    assert [ids(document) for document in feed.documents] == [["https://example.org/posts/a/"]] * 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    st.lists(st.text(st.sampled_from('a<&"\n한🚀'), max_size=60), min_size=1, max_size=8),
    st.integers(1, 9000),
    st.sampled_from(["full", "summary"]),
)
def test_the_cut_is_as_small_as_the_size_allows(
    make_feed: MakeFeed, make_entry: MakeEntry, texts: list[str], limit: int, content: str
) -> None:
    entries = [make_entry(str(n), content=text, summary=text) for n, text in enumerate(texts)]
    feed = render_feed(make_feed(), entries, of_size(limit, content))
    kept = len(entries) - feed.left_out
    assert kept == 1 or largest(feed) <= limit
    if feed.left_out:
        one_more = render_feed(make_feed(), entries[: kept + 1], of_size(10**9, content))
        assert largest(one_more) > limit


def test_posts_that_cannot_fit_are_not_rendered_first(make_entry: MakeEntry) -> None:
    entries = [make_entry(str(n), content="한" * 100, summary="x") for n in range(9)]
    assert count_worth_rendering(entries, of_size(900)) == 3
    assert count_worth_rendering(entries, of_size(899)) == 2
    assert count_worth_rendering(entries, of_size(1)) == 1
    assert count_worth_rendering(entries, of_size(900, "summary")) == 9


def test_entries_are_measured_as_they_stand_in_the_document(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    pair = [make_entry("a", content="x"), make_entry("b", content="x" * 1000)]
    for document in render_feed(make_feed(), pair, FULL).documents:
        large, small = measure_entries(document)
        assert large - small == 999


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "a\x00b"}, "holds U+0000 in its title"),
        ({"content": "a\x0bb"}, "holds U+000B in its content"),
        ({"summary": "\ufffe"}, "holds U+FFFE in its summary"),
        ({"alternate_link": "https://example.org/\x1f"}, "holds U+001F in its link"),
        ({"categories": ("\x07",)}, "holds U+0007 in its categories"),
    ],
)
def test_a_character_that_xml_cannot_hold_is_told_with_its_post(
    make_feed: MakeFeed, make_entry: MakeEntry, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        render_feed(make_feed(), [make_entry("fine"), make_entry("bad", **changes)], FULL)
    assert caught.value.path == "/atom.xml"
    assert "(2024-06-12-bad.md)" in caught.value.reason
    assert reason in caught.value.reason


def test_a_lone_surrogate_is_told_in_json_too(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    with pytest.raises(DocumentError, match=r"/feed\.json: .*bad\.md\) holds U\+D800 in its title"):
        render_feed(make_feed("json"), [make_entry("bad", title="\ud800")], FULL)


def test_a_fault_of_the_feed_itself_is_told_too(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    with pytest.raises(DocumentError, match=r"/rss\.xml: All strings must be XML compatible"):
        render_feed(make_feed("rss", title="a\x00"), [make_entry()], FULL)


def test_two_entries_of_one_id_are_not_published(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    rendered = render_feed(make_feed(), [make_entry("a", id="tag:x"), make_entry("b", id="tag:x")], FULL)
    with pytest.raises(DocumentError, match="two entries have the id tag:x"):
        rendered.verify()


def test_what_was_not_cleaned_is_never_published(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entry = make_entry("1")
    pending = replace(entry, post=replace(entry.post, pending=True))
    with pytest.raises(DocumentError, match="is pending"):
        render_feed(make_feed("atom"), [pending], FULL)
