from __future__ import annotations

import pickle
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from feedsvc.audience.agents import Agent
from feedsvc.audience.charts import BOTTOM, LEFT, RIGHT, TOP, draw_lines, stack_bars
from feedsvc.audience.increments import (
    MOST_SUBSCRIPTIONS,
    Increment,
    Polls,
    Subscription,
    dump_increment,
    name_feed,
    parse_increment,
    polls_of,
)
from feedsvc.audience.salt import Salt, Today

DAY = date(2024, 7, 12)
FEEDLY = Agent(aggregator="Feedly", subscribers=5, direct=False)


@dataclass
class Calendar:
    """A clock that a test sets, and that survives pickling."""

    day: date = DAY

    def __call__(self) -> date:
        return self.day


def test_what_is_counted_comes_back_from_a_file() -> None:
    increment = Increment(day=DAY, epoch="e")
    increment.add_polls("category:경제", polls_of(304, 0, 500))
    increment.add_polls("category:경제", polls_of(226, 20, 480))
    increment.add_polls("category:경제", polls_of(200, 500, 0, times=3))
    increment.add_reader("category:경제", "/x.xml", Agent(), 12345)
    increment.add_reader("site", "/atom.xml", FEEDLY, 0)
    increment.add_reader("site", "/atom.xml", Agent(aggregator="Feedly", subscribers=4, direct=False), 0)
    increment.add_reader("site", "/atom.xml", Agent(direct=False), 6)
    assert increment.polls == {"category:경제": Polls(5, 1, 1, 520, 980)}
    assert increment.subscriptions == {Subscription("site", "/atom.xml", "Feedly", ""): 5}
    assert set(increment.sketches) == {"category:경제"}
    assert parse_increment(dump_increment(increment)) == increment


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"version": 2}', b'{"version": 1, "day": "x"}', b"\xff", b"[" * 100_000]
)
def test_a_file_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_increment(data)


def test_whoever_invents_aggregators_fills_a_bounded_table() -> None:
    increment = Increment(day=DAY, epoch="e")
    for number in range(MOST_SUBSCRIPTIONS + 5):
        increment.add_reader("site", "/", Agent(aggregator="x", feed_id=str(number), subscribers=1, direct=False), 0)
    assert len(increment.subscriptions) == MOST_SUBSCRIPTIONS


def test_a_feed_is_named_by_its_kind_and_key() -> None:
    assert (name_feed(("site", "")), name_feed(("category", "경제"))) == ("site", "category:경제")


def test_processes_with_one_salt_know_a_reader_again_on_that_day_only() -> None:
    calendar = Calendar()
    salt = Salt(calendar)
    worker = pickle.loads(pickle.dumps(salt))  # noqa: S301 (ours)
    today = salt.hash_reader(DAY, "192.0.2.1", "reader")
    assert worker.hash_reader(DAY, "192.0.2.1", "reader") == today
    assert salt.hash_reader(DAY, "192.0.2.2", "reader") != today
    assert salt.hash_reader(DAY, "192.0.2.1", "other") != today
    tomorrow = DAY + timedelta(days=1)
    assert worker.hash_reader(tomorrow, "192.0.2.1", "reader") == salt.hash_reader(tomorrow, "192.0.2.1", "reader")
    assert worker.hash_reader(tomorrow, "192.0.2.1", "reader") != today


def test_a_worker_that_starts_late_is_not_told_the_secrets_of_days_before() -> None:
    calendar = Calendar()
    salt = Salt(calendar)
    before = salt._secret[1]
    calendar.day += timedelta(days=2)
    handed = pickle.dumps(salt)
    assert before not in handed
    late = pickle.loads(handed)  # noqa: S301 (ours)
    assert (late._secret, late.epoch) == (salt._secret, salt.epoch)
    assert before.hex() not in repr(salt)
    assert Salt(calendar).epoch != salt.epoch


def test_addresses_of_one_ipv6_customer_are_one_and_mapped_ones_are_those_of_ipv4() -> None:
    salt = Salt(Calendar())

    def hashed(client: str) -> int:
        return salt.hash_reader(DAY, client, "r")

    assert hashed("2001:db8:0:1::1") == hashed("2001:db8:0:1:ffff::2") != hashed("2001:db8:0:2::1")
    assert hashed("::ffff:192.0.2.1") == hashed("192.0.2.1")
    assert hashed("unix:") != hashed("\udc80")


def test_today_is_the_day_in_the_sites_zone() -> None:
    late = datetime(2024, 7, 11, 15, tzinfo=UTC)
    assert Today(ZoneInfo("Asia/Seoul"), lambda: late)() == DAY
    assert Today(ZoneInfo("UTC"), lambda: late)() == DAY - timedelta(days=1)


def days(count: int) -> list[date]:
    return [DAY + timedelta(days=number) for number in range(count)]


def test_bars_stand_on_one_another_below_the_top_mark() -> None:
    chart = stack_bars(days(2), ([30, 0], [10, 5]))
    assert [mark.value for mark in chart.marks] == [0, 20, 40]
    assert [(bar.part, bar.y, bar.height) for bar in chart.bars] == [
        (0, BOTTOM - 106.5, 106.5),
        (1, TOP, 35.5),
        (1, BOTTOM - 17.75, 17.75),
    ]
    assert all(bar.x >= LEFT and bar.x + bar.width <= RIGHT for bar in chart.bars)
    assert chart.ends == ((DAY, LEFT), (DAY + timedelta(days=1), RIGHT))


def test_a_year_is_in_weeks_that_end_today() -> None:
    chart = stack_bars(days(365), ([1] * 365,))
    assert len(chart.bars) == 53
    assert chart.bars[0].height < chart.bars[1].height == chart.bars[-1].height


def test_lines_have_a_point_a_day_and_nothing_is_drawn_of_nothing() -> None:
    assert draw_lines(days(3), ([0, 2, 1], [0, 0, 0])).lines == ("54,152 185,10 316,81", "54,152 185,152 316,152")
    assert stack_bars(days(1), ([0],)).bars == ()
    assert draw_lines(days(1), ([7],)).ends == ()
    assert stack_bars([], ()).bars == ()
