"""What was made of an entry serves other feeds as well, and changes no byte of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from feedsvc.feeds.held import Held, WrittenEntries
from feedsvc.feeds.render import RenderRules, render_page
from feedsvc.model import Entry, FeedSpec, Image, Person

RULES = RenderRules(content="full", max_bytes=1_000_000)
MakeEntry = Callable[..., Entry]
MakeFeed = Callable[..., FeedSpec]


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_pages_of_several_feeds_are_the_same_with_and_without_what_is_held(
    format_: str, make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    pictures = {"image": Image(href="https://example.org/a.jpg", width=3), "title": "R&D <b>", "language": "ko"}
    entries = [make_entry("a", **pictures), make_entry("b", categories=("IT",)), make_entry("c", language="en")]
    feeds = [
        make_feed(format_),
        make_feed(format_, kind="category", key="it", title="IT", id="https://example.org/#it"),
        make_feed(format_, language="ko"),
        make_feed(format_, authors=(Person(name="Another"),)),
    ]
    rules = [RULES, replace(RULES, content="summary"), replace(RULES, content="summary", read_more="More")]
    held = WrittenEntries[etree._Element](10_000)
    for _ in range(2):
        for feed in feeds:
            for rule in rules:
                expected = render_page(feed, feed.locations[0], entries, rule).body
                assert render_page(feed, feed.locations[0], entries, rule, held).body == expected


def test_an_entry_is_written_once_for_all_feeds_that_it_is_the_same_in(
    make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    held, written = WrittenEntries[str](100), []

    def write(spec: FeedSpec, entry: Entry, _: RenderRules) -> str:
        written.append((spec.title, spec.language, entry.id))
        return entry.id

    for feed in (make_feed(), make_feed(key="it", title="IT"), make_feed(language="ko")):
        assert held.of_feed(feed, RULES, write)(make_entry("a", id="a")) == "a"
    # Of what is the feed's own nothing can be written.
    assert written == [("", "en", "a"), ("", "ko", "a")]


def test_what_came_first_goes_first_where_too_much_is_held() -> None:
    held: Held[str, int] = Held(10)
    for number, name in enumerate("abc"):
        held.put(name, number, 4)
    assert [held.get(name) for name in "abc"] == [None, 1, 2]
    held.put("d", 3, 11)
    assert [held.get(name) for name in "abcd"] == [None] * 4
    held.put("e", 4, 10)
    assert held.get("e") == 4
