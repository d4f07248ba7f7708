from __future__ import annotations

import pytest

from feedsvc.publish.history import History, PastEdition
from feedsvc.web.delta import accepts_delta, plan_delta


def edition(name: str, entries: str, *, since: int = 0, complete: bool = True) -> PastEdition:
    """An edition whose entries are letters; a capital is another version of its letter."""
    return PastEdition(
        etags=(name, f"{name}gz"),
        since=since or ord(name[0]),
        entries=tuple((letter.lower(), letter) for letter in entries),
        complete=complete,
        bounds=tuple(range(2 * len(entries))),
    )


def sent(then: str, now: str, *, complete: bool = True) -> str | None:
    """The letters that a client with ``then`` is sent; None for all of them in a 200."""
    current = edition("y", now, complete=complete)
    plan = plan_delta(History(path="/", editions=(edition("x", then), current)), "y", {"xgz"})
    return None if plan is None else "".join(now[place] for place in plan.send)


@pytest.mark.parametrize(
    ("a_im", "accepted"),
    [
        (None, False),
        ("", False),
        ("feed", True),
        ("FEED", True),
        ("vcdiff, feed, gzip", True),
        ("vcdiff;q=0.5,feed;q=0.1", True),
        ("feed;q=0", False),
        ("feed;q=0.000", False),
        ("feed;q=0.5, identity;q=0.8", False),
        ("feed;q=0.8, identity;q=0.5", True),
        ("feed, identity", True),
        ("feeder", False),
        ("vcdiff", False),
        ("*", False),
        (",;=,", False),
    ],
)
def test_a_delta_is_for_who_says_feed(a_im: str | None, accepted: bool) -> None:
    assert accepts_delta({"A-IM": a_im}.get) is accepted


def test_a_request_through_a_proxy_that_names_itself_gets_no_delta() -> None:
    assert not accepts_delta({"A-IM": "feed", "Via": "1.1 cache"}.get)


@pytest.mark.parametrize(
    ("then", "now", "complete", "expected"),
    [
        ("cba", "dcba", True, "d"),  # one new
        ("cba", "cBa", True, "B"),  # one changed
        ("cba", "edcBA", True, "edBA"),  # both
        ("dba", "dcba", True, "c"),  # new, but dated before others
        ("cba", "cba", True, ""),  # only the head differs
        ("", "ba", True, "ba"),  # there was none
        ("cba", "ba", True, None),  # the newest was withdrawn
        ("cba", "cb", True, None),  # the oldest was withdrawn: nothing falls off a feed that shows all
        ("cba", "dcb", True, None),
        ("cba", "dcb", False, "d"),  # the oldest fell off the end
        ("cba", "edc", False, "ed"),
        ("cba", "Dcb", False, "D"),
        ("cba", "dca", False, None),  # from the middle: withdrawn
        ("cba", "cb0", False, None),  # the oldest was withdrawn, and an older one came back
        ("cba", "dcB", False, None),  # the last one changed: perhaps its date, and then its place
        ("cba", "fed", False, None),  # nothing in common
    ],
)
def test_what_is_sent_is_new_or_changed_and_nothing_that_is_kept_was_withdrawn(
    then: str, now: str, complete: bool, expected: str | None
) -> None:
    assert sent(then, now, complete=complete) == expected


def test_a_delta_is_right_for_a_holder_of_any_of_several_tags() -> None:
    editions = (edition("a", "ba"), edition("b", "cBa"), edition("c", "dcba"))
    history = History(path="/", editions=editions)
    both = plan_delta(history, "c", {"b", "agz"})
    assert both is not None
    assert both.base == "agz"
    assert both.send == (0, 1, 2)  # b is what it was in the first, but not to a holder of the second
    assert plan_delta(history, "c", {"b", "unknown"}) is None


def test_without_a_history_or_a_tag_there_is_no_delta() -> None:
    history = History(path="/", editions=(edition("x", "a"), edition("y", "ba")))
    assert plan_delta(history, "y", set()) is None
    assert plan_delta(history, "y", {"nobody knows"}) is None
    assert plan_delta(history, "not in it", {"x"}) is None
    assert plan_delta(History(path="/"), "y", {"x"}) is None


def test_an_edition_whose_bytes_are_not_known_cannot_be_cut() -> None:
    unknown = PastEdition(etags=("y",), since=1, entries=(("b", "b"), ("a", "a")), complete=True)
    assert plan_delta(History(path="/", editions=(edition("x", "a"), unknown)), "y", {"x"}) is None
