"""What YAML allows and posts need bounds for; broken YAML is in test_posts_hints."""

from __future__ import annotations

import pytest

from feedsvc.model import PostError
from feedsvc.posts.frontmatter.matter import Matter
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml


def load(text: str) -> Matter | PostError:
    return load_yaml(SourceText(path="a.md", text=text), 0, len(text))


def values(text: str) -> object:
    matter = load(text)
    assert isinstance(matter, Matter), matter
    return matter.values


def findings(text: str) -> list[str]:
    matter = load(text)
    assert isinstance(matter, Matter), matter
    return [str(finding) for finding in matter.findings]


def refused(text: str) -> str:
    error = load(text)
    assert isinstance(error, PostError), error
    return str(error)


def test_an_alias_stands_for_what_its_anchor_marked() -> None:
    assert values("a: &x [1, &y 2]\nb: *x\nc: *y") == {"a": ["1", "2"], "b": ["1", "2"], "c": "2"}


def test_a_merge_key_gives_what_the_mapping_lacks() -> None:
    assert values("base: &b {x: 1, y: 2}\nnew: {<<: *b, y: 3}\nboth: {<<: [*b, {z: 4}, 5]}") == {
        "base": {"x": "1", "y": "2"},
        "new": {"x": "1", "y": "3"},
        "both": {"x": "1", "y": "2", "z": "4"},
    }


def test_aliases_that_explode_are_refused_before_they_do() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "the front matter grows to more than 10,000 values here; use fewer aliases" in refused(bomb)


def test_an_alias_within_its_own_anchor_is_refused() -> None:
    assert "there is none" in refused("a: &a [*a]")


@pytest.mark.parametrize(
    "text", ["a: " + "[" * 60 + "]" * 60, "a:\n" + "- " * 60 + "x", "a: " + "{b: " * 60 + "}" * 60]
)
def test_nesting_is_bounded(text: str) -> None:
    assert "a: nested more than 50 levels deep" in refused(text)


def test_the_number_of_values_is_bounded() -> None:
    assert "more than 10,000 values" in refused("a: [" + "x, " * 10_001 + "x]")


def test_a_key_that_is_no_word_is_refused() -> None:
    assert refused("title: {{ page.title }}").startswith("a.md:1:9: a key is to be a word")


@pytest.mark.parametrize(("text", "word"), [("title: &D 투자", "&D"), ("title: !new 소식", "!new")])
def test_a_word_that_yaml_swallows_is_missed(text: str, word: str) -> None:
    (finding,) = findings(text)
    assert finding.startswith(f"a.md:1:8: title: YAML takes the first word, {word}, for a mark of its own and drops it")


@pytest.mark.parametrize("text", ["title: &d x\nslug: *d", "title: !!str 12", "a: !x [b]"])
def test_marks_that_are_meant_are_no_finding(text: str) -> None:
    assert findings(text) == []


def test_an_escape_code_that_no_document_may_carry_is_removed() -> None:
    text = '"key": "a\\0b\\x0b"'
    assert values(text) == {"key": "ab"}
    assert findings(text) == [
        "a.md:1:8: key: the character U+0000 may not stand in a feed and was removed; delete its escape code"
    ]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_unicode_line_separators_do_not_break_a_line(separator: str) -> None:
    assert values(f"title: a{separator}b\nnext: c") == {"title": "a b", "next": "c"}


def test_nested_duplicates_are_found_too() -> None:
    assert findings("a: {b: 1, b: 2}") == [
        "a.md:1:11: b: this key stands twice, and the last one counts; delete one of them"
    ]


def test_nothing_is_an_empty_mapping() -> None:
    assert values("") == {}
