from __future__ import annotations

from itertools import islice, repeat

from feedsvc.web.worker import next_pauses


def test_a_worker_looks_seldom_while_nothing_is_staged_and_often_while_something_is() -> None:
    coming = iter([False, True, True, False])
    often, seldom = 0.004, 0.04
    assert list(islice(next_pauses(lambda: next(coming)), 4)) == [seldom, often, often, seldom]


def test_what_a_build_that_died_left_staged_is_looked_at_often_for_some_seconds_only() -> None:
    left = repeat(True)
    pauses = list(islice(next_pauses(lambda: next(left)), 2000))
    assert 4 < sum(pause for pause in pauses if pause < 0.04) <= 5
    assert set(pauses[1500:]) == {0.04}


def test_the_next_edition_is_looked_for_often_again() -> None:
    coming = iter([*[True] * 2000, False, True])
    assert list(islice(next_pauses(lambda: next(coming)), 2002))[-2:] == [0.04, 0.004]
