"""What hubs are told of, and when again: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.announce.backoff import FIRST, LONGEST, PATIENCE, next_pause
from feedsvc.announce.request import parse_retry_after
from feedsvc.announce.topics import list_topics
from feedsvc.config.places import parse_hub
from feedsvc.config.values import RefusedError
from feedsvc.model import Representation, Variant

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def representation(path: str, etag: str, kind: str = "site", alias_of: str = "") -> Representation:
    return Representation(
        path=path,
        media_type="application/atom+xml",
        last_modified=NOW,
        entry_count=1,
        variants=(Variant(coding="identity", etag=etag, size=1),),
        feed=(kind, ""),
        format="atom",
        title="",
        alias_of=alias_of,
    )


def test_topics_are_what_feeds_call_themselves_without_aliases_and_lists() -> None:
    edition = [
        representation("/categories/환경/atom.xml", "e1", "category"),
        representation("/atom.xml", "e2"),
        representation("/feed.xml", "e2", alias_of="/atom.xml"),
        representation("/opml.xml", "e3", "list"),
    ]
    assert list_topics(edition, "https://feeds.example/") == {
        "https://feeds.example/categories/%ED%99%98%EA%B2%BD/atom.xml": "e1",
        "https://feeds.example/atom.xml": "e2",
    }


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_from_half_a_minute_to_an_hour_and_are_moved_by_a_fifth_at_most(tries: int, chance: float) -> None:
    pause = next_pause(tries, chance)
    assert 0.8 * FIRST <= pause <= 1.2 * LONGEST
    assert next_pause(tries + 1, chance) >= pause


def test_a_hub_that_asks_for_more_time_gets_it_up_to_a_day() -> None:
    assert next_pause(1, 0.5, timedelta(minutes=7)) == timedelta(minutes=7)
    assert next_pause(1, 0.5, timedelta(seconds=1)) == FIRST
    assert next_pause(1, 0.5, timedelta(days=400)) == PATIENCE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(minutes=2)),
        ("Thu, 26 Nov 2026 12:00:30 GMT", timedelta(seconds=30)),
        ("Thu, 26 Nov 2026 11:00:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("9" * 400, timedelta(seconds=999_999_999)),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, expected: timedelta | None) -> None:
    assert parse_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("https://hub.example", "https://hub.example/"),
        ("https://hub.example/", "https://hub.example/"),
        ("http://127.0.0.1:8080/hub", "http://127.0.0.1:8080/hub"),
        ("https://hub.example/websub/?key=1", "https://hub.example/websub/?key=1"),
    ],
)
def test_a_hub_keeps_its_slash_and_its_query(written: str, used: str) -> None:
    assert parse_hub(written) == used


@pytest.mark.parametrize(
    "written",
    ["hub.example", "ftp://hub.example/", "https://u:p@hub.example/", "https://h.example/#x", "https://h/?a b", 3],
)
def test_what_is_no_address_of_a_hub_is_refused(written: object) -> None:
    with pytest.raises(RefusedError):
        parse_hub(written)
