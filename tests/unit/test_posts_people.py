from __future__ import annotations

import pytest

from feedsvc.model import Person
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.people import read_authors

SITE = "https://example.org/blog"


def fields(**values: Value) -> Fields:
    return Fields(SourceText(path="a.md", text=""), Matter(values=values))


@pytest.mark.parametrize(
    ("author", "people"),
    [
        (" Jane  Doe ", [Person(name="Jane Doe")]),
        ("Jane <jane@example.org>", [Person(name="Jane", email="jane@example.org")]),
        ("<jane@example.org>", [Person(name="jane@example.org", email="jane@example.org")]),
        ("Jane <not mail>", [Person(name="Jane <not mail>")]),
        (["A", "B", ["A", "C"]], [Person(name="A"), Person(name="B"), Person(name="C")]),
        (
            {"name": "A", "email": "a@b.example", "url": "/me"},
            [Person(name="A", email="a@b.example", uri="https://example.org/blog/me")],
        ),
        ({"email": "a@b.example"}, [Person(name="a@b.example", email="a@b.example")]),
        ([{"name": "A", "uri": "https://a.example/"}], [Person(name="A", uri="https://a.example/")]),
        ("A <b>B</b> &amp; C", [Person(name="A B & C")]),
        (None, []),
        ("  ", []),
        ([], []),
    ],
)
def test_authors_are_text_list_or_mapping(author: Value, people: list[Person]) -> None:
    asked = fields(author=author)
    assert list(read_authors(asked, SITE)) == people
    assert asked.findings == []


def test_author_and_authors_are_both_read_and_each_name_once() -> None:
    assert [person.name for person in read_authors(fields(author="A", authors=["B", "A"]), SITE)] == ["A", "B"]


@pytest.mark.parametrize(
    ("author", "names", "reason"),
    [
        ({"name": "A", "email": "nobody"}, ["A"], "nobody is not an address for mail"),
        ({"name": "A", "url": "javascript:x"}, ["A"], "javascript:x is not an address on the web"),
        ({"role": "x"}, [], "a person without a name"),
        ("<b></b>", [], "a person without a name"),
        ("x" * 300, [], "a name of more than 200 characters"),
    ],
)
def test_what_is_wrong_with_an_author_is_left_out_and_said(author: Value, names: list[str], reason: str) -> None:
    asked = fields(author=author)
    assert [person.name for person in read_authors(asked, SITE)] == names
    assert reason in asked.findings[0].reason
