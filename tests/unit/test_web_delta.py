from __future__ import annotations

import pytest

from feedsvc.model import MOST_DELETED
from feedsvc.publish.history import History, PastEdition
from feedsvc.web.delta import accepts_delta, plan_delta


def edition(
    name: str, entries: str, *, since: int = 0, complete: bool = True, deleted: str = "", said: str = ""
) -> PastEdition:
    """An edition whose entries are letters; a capital is another version of its letter."""
    return PastEdition(
        etags=(name, f"{name}gz"),
        since=since or ord(name[0]),
        entries=tuple((letter.lower(), letter) for letter in entries),
        complete=complete,
        bounds=tuple(range(2 * len(entries))),
        deleted=tuple(deleted),
        said=tuple(said),
    )


def sent(then: str, now: str, *, complete: bool = True, deleted: str = "", said: str = "") -> str | None:
    """The letters that a client with ``then`` is sent; None for all of them in a 200."""
    current = edition("y", now, complete=complete, deleted=deleted, said=said)
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
        ("cba", "dca", False, "d"),  # from the middle: the one below is back-dated, and went live later
        ("cba", "dcB", False, "dB"),
        ("cba", "fed", False, "fed"),  # nothing in common
    ],
)
def test_what_is_sent_is_new_or_changed_and_nothing_that_is_kept_was_withdrawn(
    then: str, now: str, complete: bool, expected: str | None
) -> None:
    assert sent(then, now, complete=complete) == expected


@pytest.mark.parametrize(
    ("then", "now", "deleted", "complete", "in_atom"),
    [
        ("cba", "dba", "c", False, "d"),
        ("cba", "dcb", "a", False, "d"),
        ("cba", "dc", "ba", True, "d"),
        ("cba", "dc", "b", False, "d"),  # one withdrawn, one too old
        ("cba", "dc", "b", True, None),  # nobody says where the other one went
    ],
)
def test_who_has_what_was_withdrawn_is_told_by_the_delta_itself_or_sent_all_of_it(
    then: str, now: str, deleted: str, complete: bool, in_atom: str | None
) -> None:
    assert sent(then, now, deleted=deleted, said=deleted, complete=complete) == in_atom
    assert sent(then, now, deleted=deleted, complete=complete) is None


def test_it_is_enough_that_a_full_document_says_what_the_client_has_of_what_was_withdrawn() -> None:
    assert sent("cba", "dca", deleted="bx", said="b") == "d"
    assert sent("cba", "dca", deleted="xb", said="x") is None


def test_what_was_withdrawn_so_long_ago_that_no_document_says_it_makes_the_answer_whole() -> None:
    withdrawn = edition("b", "ca", deleted="b", said="b", complete=False)
    current = edition("c", "dca", complete=False)
    history = History(path="/", editions=(edition("a", "cba", complete=False), withdrawn, current))
    assert plan_delta(history, "c", {"a"}) is None
    assert plan_delta(history, "c", {"b"}) is not None


def test_where_more_was_withdrawn_than_is_remembered_the_answer_is_whole() -> None:
    many = "".join(chr(0x4E00 + n) for n in range(MOST_DELETED))
    assert sent("cba", "dcb", complete=False, deleted=many) is None
    assert sent("cba", "dcb", complete=False, deleted=many[1:]) == "d"


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
