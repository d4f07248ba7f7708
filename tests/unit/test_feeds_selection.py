from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.feeds.selection import SelectionRules, is_overfull, order_entries, rank_key, select
from feedsvc.model import Entry, Standing

NOON = datetime(2024, 6, 12, 12, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2020, 1, 10), timezones=st.just(UTC))  # noqa: DTZ001  # given a zone


def standing(name: str, live_at: datetime, published: datetime | None = None) -> Standing:
    return Standing(path=name, live_at=live_at, published=published or live_at, name_key=name)


def rank(standings: list[Standing]) -> list[Standing]:
    return sorted(standings, key=rank_key, reverse=True)


@st.composite
def rankings(draw: st.DrawFn) -> list[Standing]:
    pairs = draw(st.lists(st.tuples(INSTANTS, INSTANTS), max_size=30))
    return rank([standing(f"{n:03}", *pair) for n, pair in enumerate(pairs)])


@st.composite
def rules_of_any_size(draw: st.DrawFn) -> SelectionRules:
    window = draw(st.timedeltas(timedelta(0), timedelta(days=12)))
    return SelectionRules(window=window, min_entries=draw(st.integers(0, 10)), max_entries=draw(st.integers(1, 40)))


def test_a_feed_without_posts_has_no_entries() -> None:
    assert select([], SelectionRules(window=timedelta(1), min_entries=5, max_entries=9)) == ()


def test_a_post_exactly_as_old_as_the_window_is_still_there() -> None:
    ranked = [standing("b", NOON), standing("a", NOON - timedelta(hours=48))]
    late = [*ranked, standing("0", NOON - timedelta(hours=48, microseconds=1))]
    rules = SelectionRules(window=timedelta(hours=48), min_entries=1, max_entries=9)
    assert select(late, rules) == tuple(ranked)


def test_a_quiet_feed_keeps_its_last_posts_however_old() -> None:
    ranked = rank([standing(str(n), NOON - timedelta(days=100 * n)) for n in range(5)])
    chosen = select(ranked, SelectionRules(window=timedelta(hours=1), min_entries=3, max_entries=9))
    assert [each.path for each in chosen] == ["0", "1", "2"]


def test_the_greatest_number_of_entries_is_never_passed() -> None:
    ranked = rank([standing(str(n), NOON) for n in range(9)])
    assert len(select(ranked, SelectionRules(window=timedelta(1), min_entries=7, max_entries=4))) == 4


def test_a_window_of_any_length_is_no_overflow() -> None:
    ranked = [standing("a", NOON)]
    assert select(ranked, SelectionRules(window=timedelta.max, min_entries=1, max_entries=9)) == (ranked[0],)


def test_a_post_dated_years_ago_that_arrives_now_is_selected() -> None:
    backdated = standing("old", NOON, datetime(2001, 1, 1, tzinfo=UTC))
    others = [standing(str(n), NOON - timedelta(minutes=n)) for n in range(1, 50)]
    chosen = select(rank([*others, backdated]), SelectionRules(window=timedelta(0), min_entries=1, max_entries=9))
    assert chosen == (backdated,)


@given(rankings(), rules_of_any_size())
def test_nothing_is_missed(ranked: list[Standing], rules: SelectionRules) -> None:
    """Whoever polls within the window sees every post, however old its date, unless there are too many."""
    chosen = select(ranked, rules)
    assert list(chosen) == ranked[: len(chosen)]
    assert len(chosen) <= rules.max_entries
    assert len(chosen) >= min(rules.min_entries, rules.max_entries, len(ranked))
    for left_out in ranked[len(chosen) :]:
        recent = ranked[0].live_at - left_out.live_at <= rules.window
        assert not recent or len(chosen) == rules.max_entries
    missed = [each for each in ranked[len(chosen) :] if ranked[0].live_at - each.live_at <= rules.window]
    assert is_overfull(ranked, rules) is bool(missed)


@given(rankings(), rules_of_any_size(), st.integers(1, 10))
def test_a_post_leaves_only_once_the_window_has_passed_since_it_went_live(
    ranked: list[Standing], rules: SelectionRules, arrivals: int
) -> None:
    """Simulates time: posts arrive one by one, and after each arrival the recent ones must all be there."""
    for post in reversed(ranked[:arrivals]):
        known = [each for each in ranked if rank_key(each) <= rank_key(post)]
        chosen = select(known, SelectionRules(window=rules.window, min_entries=0, max_entries=10**6))
        assert {each.path for each in known if post.live_at - each.live_at <= rules.window} == {
            each.path for each in chosen
        }


@given(rankings(), st.randoms())
def test_the_rank_is_one_order_whatever_order_posts_come_in(ranked: list[Standing], random: Random) -> None:
    shuffled = list(ranked)
    random.shuffle(shuffled)
    assert rank(shuffled) == ranked


def test_entries_are_shown_newest_first_and_one_instant_by_name(make_entry: Callable[..., Entry]) -> None:
    entries = [
        make_entry("a"),
        make_entry("c", published=NOON - timedelta(days=9)),
        make_entry("b"),
        make_entry("d", published=NOON),
    ]
    shown = [entry.post.path for entry in order_entries(entries)]
    assert shown == ["2024-06-12-d.md", "2024-06-12-b.md", "2024-06-12-a.md", "2024-06-12-c.md"]
    assert order_entries(reversed(entries)) == order_entries(entries)
