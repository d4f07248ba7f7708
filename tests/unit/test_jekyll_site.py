from __future__ import annotations

import pytest

from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.jekyll.site import JekyllSite, collections_directory, understand_config


def read(text: str) -> dict[str, Value]:
    matter = load_yaml(SourceText(path="_config.yml", text=text), 0, len(text))
    assert isinstance(matter, Matter), matter
    return dict(matter.values)


def understand(text: str) -> JekyllSite:
    return understand_config(read(text), {"dir": "_posts"})


def test_a_news_sites_configuration_is_understood() -> None:
    site = understand(
        """
author: 등대 # default author
permalink: pretty # Permalink style
timezone: Europe/London
collections:
  posts:
    title: news
    future: true
defaults:
  -
    scope:
      path: ""
      type: "posts"
    values:
      layout: post
lang: ko-KR
title: "등대"
description: "가장 빠른
  소식"
url: "https://example.github.io"
baseurl: ""
future : true
"""
    )
    assert site == JekyllSite(
        site={
            "title": "등대",
            "url": "https://example.github.io",
            "description": "가장 빠른 소식",
            "language": "ko-KR",
            "timezone": "Europe/London",
            "author": "등대",
        },
        posts={"dir": "_posts", "permalink": "pretty", "future": True},
        notes=(),
    )


def test_an_empty_configuration_says_little() -> None:
    site = understand_config({}, {})
    assert (site.site, site.posts) == ({}, {"permalink": "date"})
    assert site.notes == ("Jekyll reads dates in the time zone of the machine it runs on: set timezone to yours.",)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("url: https://example.org", "https://example.org"),
        ("url: https://example.org/\nbaseurl: /blog/", "https://example.org/blog"),
        ("url: https://example.org\nbaseurl: blog", "https://example.org/blog"),
        ("url: ''\nbaseurl: /blog", None),
        ("baseurl: /blog", None),
    ],
)
def test_the_address_is_url_and_baseurl(text: str, url: str | None) -> None:
    assert understand(text).site.get("url") == url


@pytest.mark.parametrize(
    "url", ["example.org", "//example.org", "ftp://example.org", "https://", "'https://a b'", "'http://[x'"]
)
def test_an_address_that_is_not_absolute_is_left_out_and_noted(url: str) -> None:
    site = understand(f"url: {url}\ntimezone: UTC")
    assert "url" not in site.site
    assert "is not an absolute http or https URL" in site.notes[0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("lang: ko", "ko"),
        ("language: pt-BR", "pt-BR"),
        ("locale: ko_KR", "ko-KR"),
        ("locale: en_US.UTF-8", "en-US"),
        ("lang: '?'\nlocale: ko", "ko"),
        ("lang: [ko, en]", None),
    ],
)
def test_the_language_has_several_keys(text: str, language: str | None) -> None:
    assert understand(text).site.get("language") == language


@pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "/etc/localtime", "KST-9", "Europe", "a\\0b"])
def test_a_time_zone_nobody_knows_is_left_out_and_noted(zone: str) -> None:
    site = understand(f'timezone: "{zone}"')
    assert "timezone" not in site.site
    assert "is not a known IANA time zone" in site.notes[0]


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("author: A  B", "A B"),
        ("author: {name: A, email: a@b.example, url: https://a.example/}", {"name": "A", "email": "a@b.example", "uri": "https://a.example/"}),
        ("author: {name: A, email: nobody, uri: /me}", {"name": "A"}),
        ("author: {email: a@b.example}", None),
        ("author: [A]", None),
        ("author:", None),
    ],
)  # fmt: skip
def test_an_author_is_text_or_mapping(text: str, author: object) -> None:
    assert understand(text).site.get("author") == author


@pytest.mark.parametrize(
    ("text", "permalink"),
    [
        ("", "date"),
        ("permalink: none", "none"),
        ("permalink: /:title/", "/:title/"),
        ("permalink: none\ncollections: {posts: {permalink: /:year/:title/}}", "/:year/:title/"),
        ("permalink: none\ndefaults: [{scope: {path: ''}, values: {permalink: /a/}}]", "none"),
        ("permalink: [x]", "date"),
    ],
)
def test_a_permalink_is_the_collections_or_the_sites(text: str, permalink: str) -> None:
    assert understand(text).posts["permalink"] == permalink


@pytest.mark.parametrize(
    ("text", "future", "drafts"),
    [
        ("future : true", True, None),
        ("future: no", False, None),
        ("collections: {posts: {future: yes}}", True, None),
        ("collections: [posts]\nfuture: perhaps", None, None),
        ("show_drafts: true", None, True),
        ("show_drafts:", None, None),
    ],
)
def test_switches_are_on_off_or_not_there(text: str, future: bool | None, drafts: bool | None) -> None:
    posts = understand(text).posts
    assert (posts.get("future"), posts.get("drafts")) == (future, drafts)


def test_titles_have_older_names_too() -> None:
    assert understand("name: Old\ntagline: Theme").site["title"] == "Old"
    assert understand("name: Old\ntagline: Theme").site["description"] == "Theme"


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("", "."),
        ("collections_dir: my_collections", "my_collections"),
        ("source: ./src/\ncollections_dir: c", "src/c"),
        ("source: .", "."),
    ],
)
def test_collections_are_where_jekyll_looks_for_them(text: str, directory: str) -> None:
    assert collections_directory(read(text)) == directory


@pytest.mark.parametrize(
    ("config", "notes"),
    [
        ("unpublished: true\nlimit_posts: 5", ["unpublished is not", "limit_posts is not"]),
        ("unpublished: false\nlimit_posts: 0", []),
    ],
)
def test_settings_that_choose_posts_and_are_not_taken_over_are_noted(config: str, notes: list[str]) -> None:
    found = understand(f"timezone: UTC\n{config}\n").notes
    assert len(found) == len(notes)
    assert all(note.startswith(start) for note, start in zip(found, notes, strict=True))


def test_what_is_markdown_the_site_says() -> None:
    own, usual = JekyllRules(values={"markdown_ext": "txt, Note"}), JekyllRules()
    assert [own.is_markdown(each) for each in (".TXT", ".note", ".md", ".html", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [usual.is_markdown(each) for each in (".MD", ".mkdn", ".txt")] == [True, True, False]
