from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.feeds.faults import find_fault
from feedsvc.feeds.values import entry_title, format_rfc2822, whole_utc
from feedsvc.model import Enclosure, Entry, Image, Person


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]), min_value=datetime(1000, 1, 2)))  # noqa: DTZ001  # given a zone
def test_a_date_is_written_as_the_standard_library_writes_it(instant: datetime) -> None:
    assert format_rfc2822(instant) == format_datetime(instant.astimezone(UTC))


def test_an_instant_is_whole_seconds_of_utc() -> None:
    seoul = datetime(2024, 6, 12, 8, 59, 59, 999999, tzinfo=timezone(timedelta(hours=9)))
    assert whole_utc(seoul).isoformat() == "2024-06-11T23:59:59+00:00"


@pytest.mark.parametrize(
    ("title", "summary", "expected"),
    [
        (" A title ", "s", " A title "),
        (" ", "first\n  words", "first words"),
        ("", "x" * 100, "x" * 79 + "…"),
        ("", " ", "https://example.org/posts/first/"),
    ],
)
def test_no_entry_is_without_a_title(make_entry: Callable[..., Entry], title: str, summary: str, expected: str) -> None:
    assert entry_title(make_entry(title=title, summary=summary)) == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"authors": (Person(name="a", uri="\x00"),)}, "authors"),
        ({"enclosures": (Enclosure(href="\x00", media_type="audio/mpeg"),)}, "enclosure"),
        ({"image": Image(href="\x00")}, "image"),
    ],
)
def test_a_fault_is_found_wherever_it_stands(
    make_entry: Callable[..., Entry], changes: dict[str, object], field: str
) -> None:
    assert find_fault([make_entry(), make_entry("bad", **changes)]).endswith(f"holds U+0000 in its {field}")


def test_text_of_every_script_is_no_fault(make_entry: Callable[..., Entry]) -> None:
    enclosure = Enclosure(href="https://example.org/a.mp3", media_type="audio/mpeg")
    assert find_fault([make_entry(title="한글\t🚀\n\ufffd\x7f", enclosures=(enclosure,))]) == ""
