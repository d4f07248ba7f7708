"""Every finding has a kind whose name stays, so that a CI can count by it."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest

from feedsvc.checking.rules import OTHER, RULES, rule_of
from feedsvc.model import Finding, Post, PostError
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

SITE = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="pretty",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="permalink",
)
PATH = "2024-07-11-a.md"


def findings(data: bytes, path: str = PATH) -> tuple[Finding, ...]:
    outcome = parse_post(path, data, SITE)
    return outcome.warnings if isinstance(outcome, Post) else (outcome,) if isinstance(outcome, PostError) else ()


CASES = [
    ("title: 'a' b", "unquoted-text"),
    ('title: "a" b', "unquoted-text"),
    ("title: 'a' \"b\"", "unquoted-text"),
    ("title: [a] b", "unquoted-text"),
    ("title: [a, b]", "unquoted-text"),
    ("title: a: b", "unquoted-text"),
    ("title: *gone", "unquoted-text"),
    ("title: &a b", "unquoted-text"),
    ("title: a # b", "yaml-comment"),
    ("title: a\ntitle: b", "duplicate-key"),
    ("title: 'a", "yaml-syntax"),
    ("title: a\nb", "yaml-syntax"),
    ('title: "\\q"', "yaml-syntax"),
    ("\ttitle: a", "yaml-syntax"),
    ("excerpt: >\n  a\r b\ntitle: c", "stray-return"),
    ("title: a\x0cb", "forbidden-character"),
    ('title: "\\0"', "forbidden-escape"),
    ("title: a\ndate: never", "invalid-date"),
    ("title: a\nupdated: never", "invalid-date"),
    ("title: a\ndate: 2024-02-30", "invalid-date"),
    ("permalink: /a/?b", "permalink"),
    ("permalink: /:nosuch/", "permalink"),
    ("lang: not a tag", "language-tag"),
    ("image: 'ftp://x/y'", "media"),
    ("excerpt: [a]", "value-type"),
    ("author: {email: x}", "person"),
    ("- a", "front-matter"),
]


@pytest.mark.parametrize(("matter", "rule"), CASES)
def test_a_finding_has_the_kind_that_its_words_mean(matter: str, rule: str) -> None:
    found = findings(f"---\n{matter}\n---\nText.\n".encode())
    assert {rule_of(each).id for each in found} == {rule}, found


def test_a_finding_of_no_known_words_is_of_the_last_kind() -> None:
    assert rule_of(Finding(path=PATH, reason="something new")) is OTHER


def test_names_of_kinds_are_stable_words_and_each_stands_once() -> None:
    names = [rule.id for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)
    assert all(rule.summary.endswith(".") for rule in RULES)
