"""Front matter defaults by themselves; what Jekyll makes of the same is compared in tests/e2e/test_jekyll_places.py."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Post, PostError, Withheld
from feedsvc.posts.frontmatter.matter import Matter, Span, Value
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.jekyll.defaults import Defaults, begin_with, merge, read_defaults
from feedsvc.posts.jekyll.paths import Home, SitePath, collection_permalinks, locate
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules


def read(text: str) -> dict[str, Value]:
    matter = load_yaml(SourceText(path="_config.yml", text=text), 0, len(text))
    assert isinstance(matter, Matter), matter
    return dict(matter.values)


def defaults(*sets: str, config: str = "") -> Defaults:
    items = "".join(f"- {{{each}}}\n" for each in sets)
    return read_defaults(read(f"{config}\ndefaults:\n{items}"))


POST = "news/_posts/2024/2024-01-02-a.md"
WIDE, NARROW = "scope: {path: ''}, values: {x: wide}", "scope: {path: news}, values: {x: narrow}"
TYPED = "scope: {path: '', type: posts}, values: {x: typed}"


@pytest.mark.parametrize(
    ("sets", "x"),
    [
        ((WIDE,), "wide"),
        ((WIDE, NARROW), "narrow"),
        ((NARROW, WIDE), "narrow"),
        ((WIDE, TYPED), "typed"),
        ((TYPED, WIDE), "typed"),
        ((TYPED, NARROW), "narrow"),
        ((WIDE, "values: {x: none}"), "none"),
        (("scope: {type: post}, values: {x: old}",), "old"),
        (("scope: {type: pages}, values: {x: pages}",), None),
        (("scope: {type: drafts}, values: {x: drafts}",), None),
        (("scope: {type: }, values: {x: nothing}",), None),
        (("scope: {type: [posts]}, values: {x: list}",), None),
        (("scope: {path: [news]}, values: {x: list}",), "list"),
        (("scope: {path: /news}, values: {x: slash}",), None),
        (("scope: {path: new}, values: {x: beginning}",), "beginning"),
        (("scope: {path: olds}, values: {x: other}",), None),
        (("scope: {path: 'news/*'}, values: {x: glob}",), "glob"),
        (("scope: {path: '*/_posts/'}, values: {x: glob}",), "glob"),
        (("scope: {path: '*.md'}, values: {x: glob}",), None),
        (("scope: {path: '**/*.md'}, values: {x: glob}",), "glob"),
        (("scope: {path: '**/{olds,news}/_po?ts'}, values: {x: glob}",), "glob"),
        (("scope: {path: '**/{olds,old,s}/_posts'}, values: {x: glob}",), None),
        (("scope: {path: 'n*/_posts/[12]*'}, values: {x: glob}",), "glob"),
        (("scope: {path: 'n*/_posts/[!12]*'}, values: {x: glob}",), None),
        (("scope: {path: '*,news'}, values: {x: glob}",), None),
        (("scope: {path: '*/{'}, values: {x: open}",), None),
        (("scope: {path: '*/['}, values: {x: open}",), None),
        (("scope: x", "values: x", "scope: {path: ''}, values: {y: 1}"), None),
    ],
)
def test_the_most_specific_scope_that_applies_says_it(sets: tuple[str, ...], x: str | None) -> None:
    assert defaults(*sets).of(POST, "posts").values.get("x") == x


def test_mappings_are_merged_and_all_else_is_replaced() -> None:
    below: dict[str, Value] = {"a": {"b": "1", "c": ["1"]}, "d": "1", "e": None}
    assert merge(below, {"a": {"c": ["2"]}, "d": None, "f": None}) == {
        "a": {"b": "1", "c": ["2"]},
        "d": "1",
        "e": None,
        "f": None,
    }


def test_scopes_may_name_the_directory_of_collections_or_not() -> None:
    for path in ("coll/news", "news", "coll/*/_posts"):
        found = defaults(f"scope: {{path: '{path}'}}, values: {{x: y}}", config="collections_dir: coll")
        assert found.of(POST, "posts").values == {"x": "y"}, path


@pytest.mark.parametrize("text", ["", "defaults: x", "defaults: {a: b}", "defaults: [x, [y], {}, null]"])
def test_a_configuration_without_defaults_says_nothing(text: str) -> None:
    assert read_defaults(read(text)).of(POST, "posts").values == {}


@pytest.mark.parametrize(
    ("own", "categories"),
    [
        ({}, ["news", "a", "b"]),
        ({"categories": "c a"}, ["news", "a", "b", "c", "a"]),
        ({"categories": ["c d"]}, ["news", "a", "b", "c d"]),
        ({"categories": None}, ["news", "a", "b"]),
    ],
)
def test_categories_add_up_from_path_defaults_and_front_matter(own: dict[str, Value], categories: list[str]) -> None:
    given = defaults("values: {categories: a b}").of(POST, "posts")
    assert begin_with(Matter(values=own), ("news",), given).values["categories"] == categories


def test_front_matter_keeps_its_own_and_its_places() -> None:
    given = defaults("values: {lang: en, layout: x}").of(POST, "posts")
    own = Matter(values={"lang": "ko"}, spans={"lang": Span(4, 10, 12)})
    found = begin_with(own, (), given)
    assert found.values == {"lang": "ko", "layout": "x"}
    assert found.spans == own.spans
    assert list(found.names) == ["layout"]
    assert begin_with(own, (), defaults().of(POST, "posts")) is own


@pytest.mark.parametrize(
    ("path", "home", "collection", "draft", "categories", "cleaned"),
    [
        ("2024-01-02-a.md", Home(), "posts", False, (), "2024-01-02-a"),
        ("sub/2024-01-02-a.md", Home(inside="_posts"), "posts", False, (), "/sub/2024-01-02-a"),
        ("2024-01-02-a.md", Home(inside="a/b/_posts"), "posts", False, ("a", "b"), "a/b//2024-01-02-a"),
        ("_posts/x/a.md", Home(), "posts", False, (), "/x/a"),
        ("a/b/_posts/c/d.md", Home(), "posts", False, ("a", "b"), "a/b//c/d"),
        ("a/_posts/b/_posts/d.md", Home(), "posts", False, ("a",), "a//b/_posts/d"),
        ("my_posts/_posts/d.md", Home(), "posts", False, ("my",), "my/_posts/d"),
        ("_drafts/a.md", Home(), "posts", True, (), "_drafts/a"),
        ("a/_drafts/b/c.md", Home(), "posts", True, ("a",), "a/_drafts/b/c"),
        ("_posts/_drafts/c.md", Home(), "posts", False, (), "/_drafts/c"),
        ("coll/a/_posts/c.md", Home(below="coll"), "posts", False, ("a",), "a//c"),
        ("_recipes/a/c.md", Home(), "recipes", False, (), "/a/c"),
        ("coll/_recipes/c.md", Home(below="coll"), "recipes", False, (), "/c"),
        ("_others/a/c.md", Home(), "posts", False, (), "_others/a/c"),
        ("a_b.md", Home(), "posts", False, (), "a_b"),
    ],
)
def test_a_path_tells_collection_draft_and_categories(
    path: str, home: Home, collection: str, draft: bool, categories: tuple[str, ...], cleaned: str
) -> None:
    place = locate(path, home, {"recipes", "posts"})
    assert (place.collection, place.draft, place.categories) == (collection, draft, categories)
    assert place.clean(path.removesuffix(".md")) == cleaned


@pytest.mark.parametrize(
    ("text", "permalinks"),
    [
        ("", {}),
        ("collections: x", {}),
        ("collections: [a, posts]", {"a": "/:collection/:path:output_ext"}),
        ("collections: {a: , b: {permalink: /b/}}\npermalink: pretty", {"a": "/:collection/:path/", "b": "/b/"}),
        ("collections: [a]\npermalink: /:title/", {"a": "/:collection/:path/"}),
        ("collections: [a]\npermalink: /:title:output_ext", {"a": "/:collection/:path:output_ext"}),
        ("collections: [a]\npermalink: /:title", {"a": "/:collection/:path"}),
        ("collections: [a]\npermalink: ordinal", {"a": "/:collection/:path:output_ext"}),
    ],
)  # fmt: skip
def test_a_collection_has_its_own_permalink_or_its_path(text: str, permalinks: dict[str, str]) -> None:
    assert collection_permalinks(read(text)) == permalinks


def rules(config: str, *, drafts: bool = False) -> PostRules:
    values = read(config)
    jekyll = JekyllRules(values=values, defaults=read_defaults(values), permalinks=collection_permalinks(values))
    return PostRules(
        site_url="https://example.org",
        timezone=ZoneInfo("UTC"),
        permalink="/:categories/:title/",
        language="ko",
        drafts=drafts,
        encodings=("utf-8",),
        id_style="permalink",
        excerpt_separator=jekyll.excerpt_separator,
        jekyll=jekyll,
    )


def parse(path: str, text: str, config: str, *, drafts: bool = False) -> Post | PostError | Withheld:
    return parse_post(path, text.encode(), rules(config, drafts=drafts))


ALL = """
collections: [recipes]
defaults:
- values:
    {lang: en, author: Ann, tags: [wire], permalink: "/x/:slug/", last_modified_at: 2024-02-03, excerpt_separator: "+"}
- scope: {type: recipes}
  values: {date: 2024-05-06}
"""


def test_what_defaults_say_is_read_as_if_the_post_said_it() -> None:
    post = parse("news/_posts/2024-01-02-a.md", "one + two", ALL)
    assert isinstance(post, Post)
    assert post.alternate_link == "https://example.org/x/a/"
    assert (post.language, post.summary) == ("en", "one")
    assert post.updated == datetime(2024, 2, 3, tzinfo=UTC)
    assert {(term.kind, term.label) for term in post.terms} == {
        ("category", "news"),
        ("tag", "wire"),
        ("author", "Ann"),
        ("language", "en"),
        ("collection", "posts"),
    }


def test_a_document_of_a_collection_is_a_post_with_a_date_from_its_defaults() -> None:
    post = parse("_recipes/soup.md", "---\npermalink:\n---\n", ALL)
    assert isinstance(post, Post)
    assert post.published == datetime(2024, 5, 6, tzinfo=UTC)
    assert ("collection", "recipes") in {(term.kind, term.label) for term in post.terms}
    error = parse("_recipes/soup.md", "---\n---\ntext", "collections: [recipes]")
    assert isinstance(error, PostError)
    assert error.reason == "date: neither the front matter nor the file's name has one"
    assert isinstance(parse("_recipes/soup.md", "a static file", "collections: [recipes]"), Withheld)


def test_a_draft_is_withheld_by_its_place_whatever_is_in_it() -> None:
    assert parse("a/_drafts/b.md", "---\nunclosed", "") == Withheld(path="a/_drafts/b.md", reason="a draft")
    shown = parse("a/_drafts/b.md", "---\ndate: 2024-01-02\n---\n", "", drafts=True)
    assert isinstance(shown, Post)
    assert shown.alternate_link == "https://example.org/a/b/"


def test_defaults_may_keep_posts_back_and_a_post_may_come_forth() -> None:
    config = "defaults: [{scope: {path: old}, values: {published: false}}]"
    assert isinstance(parse("old/_posts/2024-01-02-a.md", "text", config), Withheld)
    assert isinstance(parse("old/_posts/2024-01-02-a.md", "---\npublished: true\n---\n", config), Post)
    assert isinstance(parse("new/_posts/2024-01-02-a.md", "text", config), Post)


def test_a_finding_about_a_default_says_which_one_it_is() -> None:
    config = "defaults:\n- values: {layout: x}\n- values: {lang: '?', date: soon}\n"
    error = parse("_posts/2024-01-02-a.md", "text", config)
    assert isinstance(error, PostError)
    assert error.reason == "date (item 2 of `defaults` in the site's configuration): 'soon' is not a date"
    post = parse("_posts/2024-01-02-a.md", "---\ndate: 2024-01-02\n---\n", config)
    assert isinstance(post, Post)
    (warning,) = post.warnings
    assert warning.reason.startswith("lang (item 2 of `defaults` in the site's configuration): '?' is not a language")
    own = parse("_posts/2024-01-02-a.md", "---\ndate: late\n---\n", config)
    assert isinstance(own, PostError)
    assert (own.line, own.column, own.reason) == (2, 7, "date: 'late' is not a date")


@pytest.mark.parametrize(
    ("config", "front", "summary"),
    [
        ("", "", "One."),
        ("excerpt_separator: <!--cut-->", "", "One. Two."),
        ("excerpt_separator: <!--cut-->", "excerpt_separator: ''", "One."),
        ("excerpt_separator: ''", "excerpt_separator: <!--cut-->", "One. Two."),
        ("excerpt_separator: ''", "", "One."),
        ("excerpt_separator:", "", "One."),
    ],
)
def test_an_excerpt_ends_where_post_or_site_say(config: str, front: str, summary: str) -> None:
    post = parse("_posts/2024-01-02-a.md", f"---\n{front}\n---\nOne.\n\nTwo.\n\n<!--cut-->\n\nThree.\n", config)
    assert isinstance(post, Post)
    assert post.summary == summary


def test_rules_go_to_other_processes_and_say_the_same_there() -> None:
    there = pickle.loads(pickle.dumps(rules(ALL)))  # noqa: S301 (our own)
    data = b"one + two"
    assert parse_post("_posts/2024-01-02-a.md", data, there) == parse_post("_posts/2024-01-02-a.md", data, rules(ALL))


def test_a_place_is_found_without_a_site_too() -> None:
    assert locate("경제/_posts/2024-01-02-a.md") == SitePath(
        "경제/_posts/2024-01-02-a.md", Home(), categories=("경제",)
    )


def test_the_first_posts_of_a_path_ends_its_categories_be_it_in_the_name() -> None:
    # `Document#categories_from_path`: no draft to Jekyll, since there is a `_posts` in its path.
    assert locate("a/_drafts/my_posts.md").categories == ("a", "_drafts", "my")
    assert locate("a/_drafts/my.md").categories == ("a",)


def test_a_path_in_a_permalink_is_below_the_directory_of_its_collection() -> None:
    jekyll = JekyllRules(home=Home(inside="news/_posts"))
    post = parse_post("2024/2024-01-02-a.md", b"text", replace(rules(""), jekyll=jekyll, permalink="/:path/"))
    assert isinstance(post, Post)
    assert post.alternate_link == "https://example.org/news/2024/2024-01-02-a/"


def test_of_two_scopes_as_long_the_one_with_a_type_goes_first() -> None:
    typed: Value = {"scope": {"path": "", "type": "posts"}, "values": {"a": "typed"}}
    untyped: Value = {"scope": {"path": ""}, "values": {"a": "untyped"}}
    for sets in ([typed, untyped], [untyped, typed]):
        assert read_defaults({"defaults": sets}).of("_posts/a.md", "posts").values == {"a": "typed"}


def test_drafts_are_no_collection_though_the_site_names_them_one() -> None:
    place = locate("_drafts/a.md", collections=("drafts", "posts"))
    assert (place.collection, place.draft) == ("posts", True)
