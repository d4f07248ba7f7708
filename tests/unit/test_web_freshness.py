from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from feedsvc.web.freshness import Freshness

DUE = datetime(2024, 7, 11, 12, tzinfo=UTC)
FRESHNESS = Freshness(max_age=300, stale_while_revalidate=60, stale_if_error=86400)
UNCUT = "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"


def said(seconds_before: float, freshness: Freshness = FRESHNESS) -> str:
    return freshness.cache_control(DUE - timedelta(seconds=seconds_before), DUE)


def test_with_nothing_known_to_come_a_feed_is_fresh_for_max_age() -> None:
    assert FRESHNESS.cache_control(DUE, None) == UNCUT
    assert FRESHNESS.holds_until(DUE, None) is None


def test_a_stale_time_of_zero_is_not_mentioned() -> None:
    assert Freshness(max_age=300).cache_control(DUE, None) == "public, max-age=300"
    assert Freshness(max_age=0).cache_control(DUE, DUE) == "public, max-age=0"


def test_max_age_never_outlasts_the_next_change_but_is_a_second_at_least() -> None:
    assert said(1e6) == said(300) == UNCUT
    assert said(299.9) == said(299) == "public, max-age=299, stale-if-error=86400"
    assert said(2) == "public, max-age=2, stale-if-error=86400"
    assert said(1.9) == said(0.5) == said(0) == said(-60) == "public, max-age=1, stale-if-error=86400"


def test_a_change_that_does_not_come_is_waited_for_a_minute_and_then_no_longer() -> None:
    assert said(-60.1) == UNCUT
    assert FRESHNESS.holds_until(DUE + timedelta(seconds=61), DUE) is None


@pytest.mark.parametrize("seconds_before", [1000, 300.5, 300, 299.25, 3.5, 2, 1.5, 1, 0.25, 0, -59.5])
def test_what_is_said_holds_exactly_as_long_as_promised(seconds_before: float) -> None:
    now = DUE - timedelta(seconds=seconds_before)
    until = FRESHNESS.holds_until(now, DUE)
    assert until is not None
    assert until >= now
    value = FRESHNESS.cache_control(now, DUE)
    assert FRESHNESS.cache_control(until, DUE) == value
    assert FRESHNESS.cache_control(until + timedelta(microseconds=1), DUE) != value
