from __future__ import annotations

import pytest

from feedsvc.model import Enclosure, Person
from feedsvc.posts.fields import Fields
from feedsvc.posts.matter import Matter, Value
from feedsvc.posts.media import media_type_of, read_enclosure, read_image
from feedsvc.posts.people import read_authors
from feedsvc.posts.source import SourceText

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


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"image": "/assets/a.jpg"}, "https://example.org/blog/assets/a.jpg"),
        ({"image": "a b.jpg"}, "https://example.org/blog/a%20b.jpg"),
        ({"image": {"path": "/a.jpg", "alt": "x"}}, "https://example.org/blog/a.jpg"),
        ({"image": {"url": "https://a.example/b.jpg"}}, "https://a.example/b.jpg"),
        ({"image": {"alt": "x"}}, ""),
        ({"image": None, "feature_image": "https://a.example/c.jpg"}, "https://a.example/c.jpg"),
        ({"image": ["x"]}, ""),
        ({}, ""),
    ],
)
def test_an_image_is_absolute(values: dict[str, Value], url: str) -> None:
    assert read_image(fields(**values), SITE) == url


@pytest.mark.parametrize("key", ["image", "enclosure"])
def test_an_address_that_leads_nowhere_is_left_out_and_said(key: str) -> None:
    asked = fields(**{key: "javascript:x"})
    assert (read_image(asked, SITE), read_enclosure(asked, SITE)) == ("", None)
    assert f"{key}: javascript:x is not an address on the web" in asked.findings[0].reason


@pytest.mark.parametrize(
    ("values", "enclosure"),
    [
        ({"audio": "/a.mp3"}, Enclosure(href="https://example.org/blog/a.mp3", media_type="audio/mpeg")),
        (
            {"enclosure": {"url": "https://a.example/v", "type": "Video/MP4", "length": "12"}},
            Enclosure(href="https://a.example/v", media_type="video/mp4", length=12),
        ),
        (
            {"enclosure": {"href": "https://a.example/a.ogg?x=.mp3#y"}},
            Enclosure(href="https://a.example/a.ogg?x=.mp3#y", media_type="audio/ogg"),
        ),
        ({"enclosure": {"type": "audio/mpeg"}}, None),
        ({}, None),
    ],
)
def test_an_enclosure_has_address_type_and_length(values: dict[str, Value], enclosure: Enclosure | None) -> None:
    asked = fields(**values)
    assert read_enclosure(asked, SITE) == enclosure
    assert asked.findings == []


def test_a_wrong_type_and_length_are_guessed_and_said() -> None:
    asked = fields(enclosure={"url": "/a.mp3", "type": "sound", "length": "1 MB"})
    assert read_enclosure(asked, SITE) == Enclosure(href="https://example.org/blog/a.mp3", media_type="audio/mpeg")
    assert [finding.reason for finding in asked.findings] == [
        "enclosure: sound is not a media type",
        "enclosure: the length 1 MB is not a number of bytes",
    ]


def test_a_type_nobody_knows_is_bytes() -> None:
    assert media_type_of("https://a.example/x.unknown") == "application/octet-stream"
    assert media_type_of("https://a.example/") == "application/octet-stream"
