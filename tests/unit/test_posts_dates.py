from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from feedsvc.posts.dates import NotADate, parse_date

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-01-02", "2024-01-01 15:00:00"),
        ("2024-1-2", "2024-01-01 15:00:00"),
        ("2024/01/02", "2024-01-01 15:00:00"),
        ("2024.01.02 10:20", "2024-01-02 01:20:00"),
        ("2024-01-02 10:20:30", "2024-01-02 01:20:30"),
        ("2024-01-02 10:20:30 +0900", "2024-01-02 01:20:30"),
        ("2024-01-02 10:20:30 +09:00", "2024-01-02 01:20:30"),
        ("2024-01-02 10:20:30 -0330", "2024-01-02 13:50:30"),
        ("2024-01-02 10:20:30+09", "2024-01-02 01:20:30"),
        ("2024-01-02T10:20:30Z", "2024-01-02 10:20:30"),
        ("2024-01-02t10:20z", "2024-01-02 10:20:00"),
        ("2024-01-02T10:20:30.123456789Z", "2024-01-02 10:20:30.123456"),
        ("2024-01-02 10:20:30,5 UTC", "2024-01-02 10:20:30.500000"),
        ("2024-01-02 10:20 GMT", "2024-01-02 10:20:00"),
        ("2024-01-02 10:20 KST", "2024-01-02 01:20:00"),
        ("2024-01-02 10:20 jst", "2024-01-02 01:20:00"),
        ("2024-01-02 10:20 EST", "2024-01-02 15:20:00"),
        ("2024-01-02 10:20 EDT", "2024-01-02 14:20:00"),
        ("2024-01-02 10:20 CST", "2024-01-02 16:20:00"),
        ("2024-01-02 10:20 CDT", "2024-01-02 15:20:00"),
        ("2024-01-02 10:20 MST", "2024-01-02 17:20:00"),
        ("2024-01-02 10:20 MDT", "2024-01-02 16:20:00"),
        ("2024-01-02 10:20 PST", "2024-01-02 18:20:00"),
        ("2024-01-02 10:20 PDT", "2024-01-02 17:20:00"),
        ("2024-01-02 12:05 AM", "2024-01-01 15:05:00"),
        ("2024-01-02 1:05:06 p.m. UTC", "2024-01-02 13:05:06"),
        (" 2024-02-29 \n", "2024-02-28 15:00:00"),
    ],
)
def test_a_date_is_an_instant_in_utc(text: str, utc: str) -> None:
    assert parse_date(text, SEOUL) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_midnight_is_the_sites_own_through_summer_and_winter() -> None:
    london = ZoneInfo("Europe/London")
    assert parse_date("2024-06-12", london) == datetime(2024, 6, 11, 23, tzinfo=UTC)
    assert parse_date("2024-12-12", london) == datetime(2024, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "text", "utc"),
    [
        ("America/New_York", "2024-11-03 01:30", "2024-11-03 06:30"),
        ("Europe/Dublin", "2024-10-27 01:30", "2024-10-27 01:30"),
        ("Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06 15:15"),
        ("America/New_York", "2024-03-10 02:30", "2024-03-10 07:30"),
        ("Pacific/Apia", "2011-12-30 10:00", "2011-12-30 20:00"),
    ],
)
def test_an_hour_that_comes_twice_or_never_is_read_as_ruby_does(zone: str, text: str, utc: str) -> None:
    assert parse_date(text, ZoneInfo(zone)) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2024-13-45", "'2024-13-45' does not exist (month must be in 1..12)"),
        ("2023-02-29", "'2023-02-29' does not exist"),
        ("2024-01-02 25:00", "'2024-01-02 25:00' does not exist"),
        ("2024-01-02 10:20:60", "does not exist"),
        ("2024-01-02 13:00 PM", "'2024-01-02 13:00 PM' has no such hour"),
        ("2024-01-02 10:20 XYZ", "XYZ is not a known time zone"),
        ("2024-01-02 10:20 +2500", "+2500 is not a known time zone"),
        ("2024-01-02 10:20 +0960", "+0960 is not a known time zone"),
        ("0000-01-01", "does not exist"),
        ("0001-01-01", "does not exist"),
        ("9999-12-31 23:00 -0900", "does not exist"),
        ("yesterday", "'yesterday' is not a date"),
        ("", "'' is not a date"),
        ("2024-01-02 10", "'2024-01-02 10' is not a date"),
        ("x" * 100, f"'{'x' * 39}…' is not a date"),
    ],
)
def test_what_is_no_date_says_why(text: str, reason: str) -> None:
    answer = parse_date(text, SEOUL)
    assert isinstance(answer, NotADate)
    assert reason in answer.reason
