"""What `feedsvc check` makes of odd and hostile posts: each finding has a kind and a place, and no mend does harm."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from feedsvc.checking.exact import line_at, read_exact
from feedsvc.checking.excerpt import excerpt
from feedsvc.checking.mending import Reader, mend
from feedsvc.checking.rules import OTHER, rule_of
from feedsvc.model import Finding, Post, PostError
from feedsvc.posts.parse import parse_post

from .cases import Case
from .test_odd import CASES, RULES, read


def findings(case: Case) -> tuple[Finding, ...]:
    outcome = read(case)
    return outcome.warnings if isinstance(outcome, Post) else (outcome,) if isinstance(outcome, PostError) else ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_finding_has_a_kind_and_a_line_that_can_be_shown(case: Case) -> None:
    exact = read_exact(case.data, RULES.encodings)
    for each in findings(case):
        assert rule_of(each) is not OTHER
        if exact and each.line:
            line = line_at(exact.text, each.line)
            assert line is not None
            shown, pointer = excerpt(line, each.column, 80)
            assert re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown) is None
            assert pointer.endswith("^")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mended_post_says_what_it_said_and_is_mended_once(case: Case) -> None:
    rules = replace(RULES, timezone=ZoneInfo(case.zone), defer=True)
    parse = partial(parse_post, case.path, rules=rules)
    reader = Reader(path=case.path, encodings=rules.encodings, parse=parse)
    mended = mend(case.data, reader)
    assert mend(mended.data, reader).mends == ()
    if not mended.mends:
        assert mended.data == case.data
        return
    before, after = parse(case.data), parse(mended.data)
    assert not isinstance(after, PostError)
    if isinstance(before, Post):
        assert isinstance(after, Post)
        assert len(after.warnings) <= len(before.warnings)
        same = {"digest": "", "warnings": (), "title": ""}
        assert replace(after, **same) == replace(before, **same)  # type: ignore[arg-type]
