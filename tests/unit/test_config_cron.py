from __future__ import annotations

import pytest

from feedsvc.config.cron import parse_cron
from feedsvc.config.values import RefusedError


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ""),
        ("*/5 * * * *", "*/5 * * * *"),
        ("  0,30   6-22/2 * *  * ", "0,30 6-22/2 * * *"),
        ("0 9 * JAN-mar,12 *", "0 9 * 1,2,3,12 *"),
        ("0 9 1 */6 *", "0 9 1 1,7 *"),
        ("0 9 * 10/1 *", "0 9 * 10,11,12 *"),
    ],
)
def test_a_cron_expression_keeps_its_fields(written: str, expected: str) -> None:
    assert parse_cron(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("5-7", "sun,fri,sat"),
        ("Mon-Fri", "mon,tue,wed,thu,fri"),
        ("sun,sat", "sun,sat"),
        ("*/2", "sun,tue,thu,sat"),
    ],
)
def test_weekday_0_is_sunday_whatever_the_scheduler_counts_from(written: str, expected: str) -> None:
    assert parse_cron(f"0 9 * * {written}").rsplit(" ", 1)[1] == expected


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("*/5 * * *", "4 fields and not five"),
        ("@hourly", "1 fields and not five"),
        ("60 * * * *", "'60' is not a minute from 0 to 59"),
        ("* 24 * * *", "not a hour from 0 to 23"),
        ("* * 0 * *", "not a day of the month"),
        ("* * * 13 *", "not a month"),
        ("* * * * 8", "not a day of the week"),
        ("* * * * fun", "not a day of the week"),
        ("*/0 * * * *", "step of 0"),
        ("30-10 * * * *", "ends before it begins"),
        ("1, * * * *", "'' is not a minute"),
        ("1;2 * * * *", "'1;2' is not a minute"),
        ("1² * * * *", "is not a minute"),
    ],
)
def test_a_wrong_cron_expression_names_the_field(written: str, reason: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_cron(written)
    assert reason in str(caught.value)
