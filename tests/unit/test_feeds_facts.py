from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.feeds.facts import tell_facts
from feedsvc.index.weeks import week_of
from feedsvc.model import SITE, Entry, FeedFacts, FeedSpec
from feedsvc.publish.facts import FactsTable, dump_facts, parse_facts

FULL = FeedFacts("뉴스", '"제목"', "https://example.org/", datetime(2024, 7, 11, 1, 2, 3, tzinfo=UTC), 2844, (1, 0, 2))


def test_a_feed_is_told_with_the_entry_that_it_shows_first(
    make_feed: Callable[..., FeedSpec], make_entry: Callable[..., Entry]
) -> None:
    entries = [
        make_entry("old", published=datetime(2024, 1, 1, tzinfo=UTC)),
        make_entry("new", published=datetime(2024, 7, 1, 2, 3, 4, 5, tzinfo=UTC), title="가" * 300),
        make_entry("middle", published=datetime(2024, 6, 1, tzinfo=UTC)),
    ]
    facts = tell_facts(make_feed(), entries, {100: 2, 98: 1, 10: 7})
    assert facts == FeedFacts(
        subtitle="News of an example",
        last_title="가" * 199 + "…",
        last_link="https://example.org/posts/new/",
        last_published=datetime(2024, 7, 1, 2, 3, 4, tzinfo=UTC),
        week=100,
        counts=(2, 0, 1),
    )


def test_an_entry_without_a_title_is_told_by_what_it_says(
    make_feed: Callable[..., FeedSpec], make_entry: Callable[..., Entry]
) -> None:
    assert tell_facts(make_feed(), [make_entry("x", title=" ")], {}).last_title == "Summary of x"


def test_a_feed_without_entries_has_its_subtitle(make_feed: Callable[..., FeedSpec]) -> None:
    assert tell_facts(make_feed(), [], {}) == FeedFacts("News of an example")


def test_weeks_begin_on_monday_in_the_zone_of_the_site() -> None:
    sunday, monday = datetime(1970, 1, 4, 23, 59, tzinfo=UTC), datetime(1970, 1, 5, tzinfo=UTC)
    assert [week_of(each, timedelta()) for each in (sunday, monday)] == [0, 1]
    assert [week_of(each, timedelta(hours=9)) for each in (sunday, monday)] == [1, 1]
    assert [week_of(each, timedelta(hours=-5)) for each in (sunday, monday)] == [0, 0]


def test_facts_come_back_as_they_were_written_a_subtitle_that_is_shared_once() -> None:
    feeds = {("category", "b"): FULL, ("category", "a"): FeedFacts("다른"), SITE: FeedFacts("뉴스"), ("tag", ""): FULL}
    text = dump_facts(feeds)
    assert text.count("뉴스") == 1
    assert parse_facts(json.loads(f"[{text}]")) == feeds


@pytest.mark.parametrize(
    "row",
    [
        [],
        ["a", "b", "", "", "", "", 0],
        [1, "b", "", "", "", "", 0, ""],
        ["a", "b", 1, "", "", "", 0, ""],
        ["a", "b", "", "", "", "2024-07-11", 0, ""],
        ["a", "b", "", "", "", "x", 0, ""],
        ["a", "b", "", "", "", 5, 0, ""],
        ["a", "b", "", "", "", "", -1, ""],
        ["a", "b", "", "", "", "", True, ""],
        ["a", "b", "", "", "", "", "0", ""],
        ["a", "b", "", "", "", "", 0, "1 -1"],
        ["a", "b", "", "", "", "", 0, "x"],
        ["a", "b", "", "", "", "", 0, [1]],
        ["a", "b", None, "", "", "", 0, ""],
    ],
)
def test_what_are_no_facts_is_refused(row: list[object]) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        parse_facts([row])


def test_a_manifests_facts_are_read_when_they_are_wanted_and_are_what_they_say() -> None:
    feeds = {SITE: FULL, ("tag", "x"): FeedFacts("다른")}
    table = FactsTable(json.loads(f"[{dump_facts(feeds)}]"))
    assert table == FactsTable(json.loads(f"[{dump_facts(feeds)}]"))
    assert table != FactsTable([])
    assert table == feeds
    assert feeds == table
    assert (len(table), table[SITE], dict(table)) == (2, FULL, feeds)
    assert table != 5


def test_facts_that_cannot_be_read_are_unknown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert dict(FactsTable([["a"]])) == {}
    assert "what the manifest tells of feeds cannot be read" in caplog.text
