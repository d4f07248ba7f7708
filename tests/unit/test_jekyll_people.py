"""People whom ``_data/authors`` of a Jekyll site tells by their keys."""

from __future__ import annotations

from feedsvc.model import Person
from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.people import read_authors


def test_a_key_stands_for_a_person_whom_the_site_knows() -> None:
    known: dict[str, Value] = {
        "박": {"name": "박상아", "uri": "/park/"},
        "quiet": {"email": "a@b.example"},
        "plain": "A Name",
        "loop": "loop",
        "empty": {},
    }
    keys: Value = ["박", " quiet ", "plain", "loop", "empty", "other"]
    asked = Fields(SourceText(path="a.md", text=""), Matter(values={"author": keys}))
    assert list(read_authors(asked, "https://example.org/blog", known)) == [
        Person(name="박상아", uri="https://example.org/blog/park/"),
        Person(name="quiet", email="a@b.example"),
        Person(name="A Name"),
        Person(name="loop"),
        Person(name="empty"),
        Person(name="other"),
    ]
    assert asked.findings == []
