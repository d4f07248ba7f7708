"""Which feeds of the owner's own a post is in."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.config import make_settings
from feedsvc.feedrules import list_rules
from feedsvc.model import Term
from feedsvc.posts.labels import language_of_path
from feedsvc.posts.membership import terms_of_feeds
from feedsvc.posts.terms import make_term

SITE = {"title": "뉴스", "url": "https://example.org"}
KINDS = {"categories": "category", "tags": "tag", "authors": "author", "languages": "language"}

words = st.sampled_from(["경제", "IT", "it", "R&D", "pt", "pt-BR", "ko"])
paths = st.sampled_from(["a.md", "news/b.md", "news/2024/c.md", "ko/d.html"])
NAMED = {"*.md": "a.md", "news/*": "news/b.md", "**/*.html": "ko/d.html", "**/c.md": "news/2024/c.md"}
globs = st.sampled_from(sorted(NAMED))
posts = st.fixed_dictionaries({key: st.lists(words, max_size=2, unique=True) for key in KINDS})
selectors = st.fixed_dictionaries(
    {}, optional={**{key: st.lists(words, max_size=2) for key in KINDS}, "paths": st.lists(globs, max_size=2)}
)


def is_in(tables: list[dict[str, Any]], path: str, post: dict[str, list[str]]) -> list[str]:
    """Choose as naively as the words of the options say it."""

    def names(key: str, wanted: list[str]) -> bool:
        if key == "paths":
            return any(NAMED[glob] == path for glob in wanted)
        has = [each.lower() for each in post[key]]
        if key == "languages":
            return any(tag == one.lower() or tag.startswith(one.lower() + "-") for tag in has for one in wanted)
        return any(one.lower() in has for one in wanted)

    def answers(selector: dict[str, list[str]]) -> list[bool]:
        return [names(key, wanted) for key, wanted in selector.items() if wanted]

    return [
        table["name"]
        for table in tables
        if (not table["include"] or any(all(answers(each)) for each in table["include"]))
        and not any(answers(table["exclude"]))
    ]


def chosen(tables: list[dict[str, Any]], path: str, post: dict[str, list[str]]) -> list[str]:
    rules = list_rules(make_settings({"site": SITE, "feed": tables}, {}, file=Path("/srv/feedsvc.toml")))
    terms = [make_term(KINDS[key], label) for key, labels in post.items() for label in labels]
    return [term.label for term in terms_of_feeds(path, terms, pickle.loads(pickle.dumps(rules)))]  # noqa: S301


@given(st.lists(st.tuples(st.lists(selectors, max_size=2), selectors), max_size=2), paths, posts)
def test_a_post_is_in_the_feeds_that_a_naive_filter_puts_it_in(
    tables: list[tuple[list[dict[str, Any]], dict[str, Any]]], path: str, post: dict[str, list[str]]
) -> None:
    feeds: list[dict[str, Any]] = [
        {"name": f"Feed {number}", "include": include, "exclude": exclude}
        for number, (include, exclude) in enumerate(tables)
    ]
    assert chosen(feeds, path, post) == is_in(feeds, path, post)


@pytest.mark.parametrize(
    ("table", "there"),
    [
        ({}, True),
        ({"include": {}}, True),
        ({"include": {"categories": "it"}}, True),
        ({"include": {"categories": ["x", "IT"]}}, True),
        ({"include": {"categories": ["IT"], "languages": ["en"]}}, False),
        ({"include": [{"categories": ["x"]}, {"languages": ["pt"]}]}, True),
        ({"include": {"languages": ["PT-br"]}}, True),
        ({"include": {"languages": ["p"]}}, False),
        ({"include": {"paths": "news/**"}}, True),
        ({"include": {"paths": ["*.md"]}}, False),
        ({"exclude": {"tags": ["none"], "languages": ["pt"]}}, False),
        ({"include": {"categories": "it"}, "exclude": {"authors": "ann  LEE"}}, False),
    ],
)
def test_include_wants_all_it_says_and_exclude_any(table: dict[str, Any], there: bool) -> None:
    post = {"categories": ["IT"], "tags": [], "authors": ["Ann Lee"], "languages": ["pt-BR"]}
    assert chosen([{"name": "x"} | table], "news/2024/a.md", post) == (["x"] if there else [])


def test_the_term_of_a_feed_is_made_of_its_name() -> None:
    (rule,) = list_rules(
        make_settings({"site": SITE, "feed": [{"name": " Top  뉴스 "}]}, {}, file=Path("/srv/feedsvc.toml"))
    )
    assert rule.term == Term(kind="feed", key="top 뉴스", label="Top 뉴스", slug="top-뉴스")


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("ko/_posts/a.md", "ko"),
        ("posts/EN/2024/a.md", "en"),
        ("en/blog/ko/a.md", "ko"),
        ("pt_br/a.md", "pt-BR"),
        ("ko.md", ""),
        ("korea/a.md", ""),
        ("fr/a.md", ""),
    ],
)
def test_the_nearest_directory_of_a_known_language_tells_it(path: str, language: str) -> None:
    assert language_of_path(path, ("ko", "en", "pt-BR")) == language
    assert language_of_path(path, ()) == ""
