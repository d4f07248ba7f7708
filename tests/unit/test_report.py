from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from feedsvc.report import ELSEWHERE, BuildReport, Rejected, abridge

REJECTED = Rejected(
    path="2024-06-12-105.md",
    line=2,
    column=17,
    reason="title: the quoted text ends before the line does",
    hint="put the whole title in double quotes",
    kept_previous=False,
)
REPORT = BuildReport(
    posts=2171,
    rejected=(REJECTED,),
    feeds=45,
    written=("/atom.xml", "/categories/환경/atom.xml"),
    removed=(),
    unchanged=133,
    duration_s=1.23456,
    snapshot="0123456789abcdef",
)


def test_a_rejected_post_is_told_where_why_and_how_to_mend_it() -> None:
    assert str(REJECTED) == (
        "2024-06-12-105.md:2:17: title: the quoted text ends before the line does; put the whole title in double quotes"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"line": 0, "column": 0, "hint": ""}, "2024-06-12-105.md: title: the quoted text ends before the line does"),
        (
            {"hint": "", "kept_previous": True},
            "2024-06-12-105.md:2:17: title: the quoted text ends before the line does "
            "(its last good version stays published)",
        ),
    ],
    ids=["the file as a whole", "last good version"],
)
def test_what_is_not_known_is_left_out(changes: dict[str, object], expected: str) -> None:
    assert str(replace(REJECTED, **changes)) == expected  # type: ignore[arg-type]


def test_the_json_object_has_the_keys_that_are_promised_and_no_others() -> None:
    assert json.loads(json.dumps(REPORT.as_json())) == {
        "posts": 2171,
        "rejected": [
            {
                "path": "2024-06-12-105.md",
                "line": 2,
                "column": 17,
                "reason": "title: the quoted text ends before the line does",
                "hint": "put the whole title in double quotes",
                "kept_previous": False,
            }
        ],
        "feeds": 45,
        "written": ["/atom.xml", "/categories/환경/atom.xml"],
        "removed": [],
        "unchanged": 133,
        "duration_s": 1.235,
        "snapshot": "0123456789abcdef",
    }


def test_the_status_tells_what_the_json_object_does_not() -> None:
    told = replace(
        REPORT, warnings=("a.md: odd",), feed_warnings=("it",), next_change=datetime(2024, 7, 12, tzinfo=UTC)
    )
    assert told.as_json() == REPORT.as_json()
    assert json.loads(json.dumps(told.as_status())) == json.loads(json.dumps(REPORT.as_json())) | {
        "warnings": ["a.md: odd"],
        "feed_warnings": ["it"],
        "next_change": "2024-07-12T00:00:00+00:00",
    }
    assert REPORT.as_status()["next_change"] is None


def test_the_summary_is_one_line() -> None:
    assert REPORT.summary() == (
        "2171 posts in 45 feeds, 2 documents written, 133 unchanged, 1 post rejected (feedsvc check tells why); 1.23 s"
    )


def test_the_summary_of_a_build_with_nothing_to_do_says_so() -> None:
    nothing = replace(REPORT, rejected=(), written=(), unchanged=135)
    assert nothing.summary() == "2171 posts in 45 feeds, nothing to write, 135 unchanged; 1.23 s"


def test_the_summary_tells_of_removals_and_warnings() -> None:
    told = replace(
        REPORT, rejected=(), written=(), removed=("/categories/it/atom.xml",), warnings=("a",), feed_warnings=("b",)
    )
    assert told.summary() == ("2171 posts in 45 feeds, nothing to write, 1 removed, 133 unchanged, 2 warnings; 1.23 s")


def test_warnings_of_one_reason_are_told_for_three_posts_and_counted_for_the_others() -> None:
    same = [f"{number}.md:7:1: in _includes/ad.html:1:17: ad is no tag; write it out" for number in range(120)]
    other = "77.md:9:2: another one"
    assert list(abridge([*same[:60], other, *same[60:]])) == [
        *same[:3],
        other,
        "117 more places: in _includes/ad.html:1:17: ad is no tag; write it out",
    ]


def test_warnings_that_are_mended_in_one_way_are_told_twenty_times_and_counted_from_then_on() -> None:
    each = [f"{number}.md:2:1: image: there is no {number}.png; put it there" for number in range(1000)]
    assert list(abridge(each)) == [*each[:20], "980 more of the kind: put it there"]


def test_few_warnings_are_all_told() -> None:
    few = ["a.md: odd", "a.md: odd", "b.md:1:1: odd; mend it", "c.md", ""]
    assert list(abridge(few)) == few


def test_of_rejected_posts_only_those_are_counted_whose_mistake_is_in_another_file() -> None:
    own = [f"{number}.md:2:1: title: odd; quote it" for number in range(9)]
    shared = [f"{number}.md:2:1: in _includes/a.html: odd" for number in range(9)]
    assert list(abridge([*own, *shared], only=ELSEWHERE)) == [
        *own,
        *shared[:3],
        "6 more places: in _includes/a.html: odd",
    ]
