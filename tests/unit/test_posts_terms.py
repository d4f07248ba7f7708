from __future__ import annotations

import unicodedata

import pytest

from feedsvc.posts.frontmatter.fields import Fields
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.slugs import MAX_SLUG_BYTES, slugify, term_slug
from feedsvc.posts.terms import make_term, read_categories, read_tags, term_key, unique_terms


def fields(**values: Value) -> Fields:
    return Fields(SourceText(path="a.md", text=""), Matter(values=values))


@pytest.mark.parametrize(
    ("plural", "single", "categories"),
    [
        ("News  IT", None, ("News", "IT")),
        (["News", "IT plans"], None, ("News", "IT plans")),
        (None, "IT plans", ("IT plans",)),
        ("News", "IT plans", ("News", "IT plans")),
        (["a", ["b", ["c"]], None, "", " "], ["a", "d"], ("a", "b", "c", "d")),
        (["no", "1.5", "2024"], None, ("no", "1.5", "2024")),
        ({"k": "v"}, None, ("k",)),
        (None, None, ()),
    ],
)
def test_categories_are_read_as_jekyll_reads_them(plural: Value, single: Value, categories: tuple[str, ...]) -> None:
    assert read_categories(fields(categories=plural, category=single)) == categories


@pytest.mark.parametrize(
    ("plural", "single", "tags"),
    [
        ("a b", None, ("a", "b")),
        (None, "a b", ("a b",)),
        ("c", "a b", ("a b",)),
        (["c", "d"], ["a"], ("a",)),
        (["c d"], None, ("c d",)),
    ],
)
def test_a_single_tag_wins_over_tags(plural: Value, single: Value, tags: tuple[str, ...]) -> None:
    assert read_tags(fields(tags=plural, tag=single)) == tags


def test_a_term_too_long_is_left_out_and_reported() -> None:
    asked = fields(tags=["x" * 201, "fine"])
    assert read_tags(asked) == ("fine",)
    assert "longer than 200 characters" in asked.findings[0].reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("News", "NEWS"),
        ("경제", unicodedata.normalize("NFD", "경제")),
        ("Straße", "STRASSE"),
        ("IT  news", " it news"),
        ("\u0345x", "\u03b9x"),
    ],
)
def test_spellings_of_one_term_share_a_key(one: str, other: str) -> None:
    assert term_key(one) == term_key(other)


def test_a_term_keeps_the_label_its_author_wrote_composed() -> None:
    term = make_term("category", unicodedata.normalize("NFD", " 경제  News "))
    assert (term.kind, term.key, term.label, term.slug) == ("category", "경제 news", "경제 News", "경제-news")


def test_of_two_spellings_the_first_stays_where_it_stood() -> None:
    terms = [make_term("tag", "A"), make_term("category", "a"), make_term("tag", "b"), make_term("tag", "a")]
    assert [(term.kind, term.label) for term in unique_terms(terms)] == [("tag", "A"), ("category", "a"), ("tag", "b")]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("So what is Jekyll, exactly?", "so-what-is-jekyll-exactly"),
        ("كيف حالك؟", "كيف-حالك"),
        ("Pre-releases", "pre-releases"),
        ("The _config.yml file", "the-config-yml-file"),
        ("Customizing Git - Git Hooks", "customizing-git-git-hooks"),
        ("5時〜6時 三・一四", "5時-6時-三-一四"),
        ("மல்லிப்பூ வகைகள்", "மல்லிப்பூ-வகைகள்"),
        ("💎", ""),
    ],
)
def test_slugs_are_jekylls(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_pretty_slugs_keep_what_urls_may_hold() -> None:
    assert slugify("The _config.yml file?", pretty=True) == "the-_config.yml-file"
    assert slugify("The _config.yml file?", pretty=True, cased=True) == "The-_config.yml-file"


@pytest.mark.parametrize(("label", "slug"), [("경제", "경제"), ("R&D", "r-d"), ("İ", "i̇"), ("Ⅳ 5", "5")])
def test_a_terms_slug_keeps_letters_of_every_script(label: str, slug: str) -> None:
    assert term_slug(label) == slug


@pytest.mark.parametrize("label", ["", ".", "..", "/", "!!!", "💎"])
def test_a_terms_slug_is_never_empty_nor_a_step_in_a_path(label: str) -> None:
    assert term_slug(label).isalnum()
    assert term_slug(label) == term_slug(label)


def test_a_long_terms_slug_is_cut_between_characters_and_stays_its_own() -> None:
    one, other = term_slug("한" * 100 + "가"), term_slug("한" * 100 + "나")
    assert one != other
    assert all(len(slug.encode()) <= MAX_SLUG_BYTES and slug.startswith("한한한") for slug in (one, other))
