"""Broken YAML: the place, what is wrong and how to mend it, as an author reads it."""

from __future__ import annotations

import pytest

from feedsvc.model import PostError
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.split import read_front_matter

QUOTED_TOO_SHORT = "title: the quoted text ends before the line does; put the whole title in double quotes"
NEVER_CLOSED = "the quote that opens here is not closed on its line; end the"
NOT_A_KEY = "this line is neither `key: value` nor indented, so it does not belong to the text above it"

CASES = [
    ("title: '등대지기' 새 길을 열다!", "2:15", QUOTED_TOO_SHORT),
    ("title: '등대' '항구' '파도'", "2:13", QUOTED_TOO_SHORT),
    ("title: '등대', 세 번째 이야기", "2:12", QUOTED_TOO_SHORT),
    ("title: 'it's'", "2:12", QUOTED_TOO_SHORT),
    ('title: "a" b', "2:12", "title: the quoted text ends before the line does; put the whole title in single quotes"),
    ("title: 'a' \"b\"", "2:12", QUOTED_TOO_SHORT + ' and write \\" for each " inside it'),
    ('title: "a\n  b" c', "3:6", "title: the quoted text ends before the line does; put the whole title in"),
    ("title: [속보] 새 소식", "2:13", "title: text that begins with [ is a list, and it ends before the line does"),
    ("title: {a} b", "2:12", "title: text that begins with { is a mapping, and it ends before the line does"),
    ("title: 1. 하나\n2. 둘\n3. 셋\ncategories: a", "3:1", f"title: {NOT_A_KEY}; write the whole title on one line"),
    ("title: x\njust text\ndate: y", "3:1", f"title: {NOT_A_KEY}"),
    ("excerpt: >\ntext\ntitle: x", "3:1", f"excerpt: {NOT_A_KEY}"),
    ("title: a: b", "2:9", "title: a colon with a space after it would begin a new key here; put the whole title in"),
    ("a: 1\nb:2\nc: 3", "3:1", "a: b: is no key without a space after the colon; write `b: …`"),
    ("a: 1\n b: 2", "3:2", "a: this line is indented, so it goes on with the text above it, yet it looks like a key"),
    ("\ttitle: x", "2:1", "front matter: a tab cannot indent a line; replace the tab by spaces"),
    ("tags:\n\t- a", "3:1", "tags: a tab cannot indent a line"),
    ('title: "abc', "2:8", f'title: {NEVER_CLOSED} title with " on the same line'),
    ("title: 'abc\ntext: 'def'", "2:8", f"title: {NEVER_CLOSED} title with ' on the same line"),
    ("excerpt: \"one\n  two\"\ntitle: 'a' b", "4:12", QUOTED_TOO_SHORT),
    ("tags: ['a]", "2:8", "tags: the quote that opens here is never closed; close it with the same quote"),
    ("title: *bold* text", "2:8", "title: * at the beginning of a value stands for an earlier value marked with &"),
    (
        "title: *gone",
        "2:8",
        "title: a value that begins with * stands for an earlier &gone, and there is none; put the",
    ),
    ("title: &amp; x", "2:8", "title: & at the beginning of a value marks a value to be used again; put the whole"),
    ("title: @foo", "2:8", "title: @ at the beginning of a value is reserved by YAML; put the whole title in double"),
    ("title: `foo`", "2:8", "title: ` at the beginning of a value is reserved by YAML"),
    ("title: %foo", "2:8", "title: % at the beginning of a value begins a directive"),
    ("title: > foo", "2:8", "title: > at the beginning of a value says that the text is in the indented lines below"),
    ("title: - foo", "2:8", "title: - at the beginning of a value begins a list"),
    ("title: !<x y", "2:8", "title: ! at the beginning of a value names a type"),
    ("title: {a", "2:8", "title: the { that opens here is not closed, or a comma is missing after an item; close it"),
    ("tags: [a, b\ndate: 2024", "2:7", "tags: the [ that opens here is not closed, or a comma is missing"),
    (
        'title: "a\\q"',
        "2:10",
        "title: in double quotes a backslash begins an escape code, and this is none; write \\\\",
    ),
    (" title: x\ndate: y", "2:1", "front matter: the lines do not begin in the same column; begin every key"),
    ("a:\n  - b\n - c", "4:2", "a: this line is indented differently from the lines it belongs to; begin every key"),
    ("title: x\n- item", "3:1", "title: this line is indented differently from the lines it belongs to"),
    (
        "excerpt: >\n  하나\r \r 둘\ntitle: x",
        "5:2",
        "excerpt: a stray carriage return (CR) ends the line before this one",
    ),
]


def refuse(text: str) -> PostError:
    source = decode("p.md", text.encode(), ("utf-8-sig",))
    assert isinstance(source, SourceText)
    error = read_front_matter(source)
    assert isinstance(error, PostError), error
    return error


@pytest.mark.parametrize(("front", "place", "said"), CASES)
def test_broken_yaml_is_explained_where_it_is_broken(front: str, place: str, said: str) -> None:
    assert str(refuse(f"---\n{front}\n---\nbody\n")).startswith(f"p.md:{place}: {said}")


def test_every_explanation_says_how_to_mend_it() -> None:
    assert all(refuse(f"---\n{front}\n---\n").hint for front, _, _ in CASES)


def test_the_unforeseen_is_still_explained_by_key() -> None:
    error = refuse("---\n%TAG ! a\n%TAG ! b\ntitle: x\n---\n")
    assert error.line > 0
    assert "this is not valid YAML" in error.reason
    assert error.hint
