"""Which directories are entered, and which files are taken. What Jekyll takes is told by Jekyll in tests/e2e."""

from __future__ import annotations

import pytest

from feedsvc.posts.globs import compile_patterns
from feedsvc.posts.places import Places

SITE = ("**/_posts/**/*.md", "**/_drafts/**/*.md", "_recipes/**/*.md")


def is_taken(path: str, patterns: tuple[str, ...] = SITE, exclude: tuple[str, ...] = ()) -> bool:
    places = Places(patterns, exclude)
    return places.leads_to(path) and places.takes(path)


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("_posts/2024-01-02-a.md", True),
        ("_posts/deep/er/2024-01-02-a.md", True),
        ("news/_posts/2024-01-02-a.md", True),
        ("a/b/_posts/c/2024-01-02-a.md", True),
        ("_drafts/idea.md", True),
        ("news/_drafts/idea.md", True),
        ("_recipes/soup.md", True),
        ("about.md", False),
        ("news/index.md", False),
        ("news/_recipes/soup.md", False),
        ("_site/_posts/2024-01-02-a.md", False),
        ("_posts/_2024-01-02-a.md", False),
        ("_posts/#2024-01-02-a.md", False),
        ("_posts/~2024-01-02-a.md", False),
        ("_posts/_old/2024-01-02-a.md", False),
        ("_posts/.git/2024-01-02-a.md", False),
        ("node_modules/x/_posts/2024-01-02-a.md", False),
        ("news/node_modules/_posts/2024-01-02-a.md", False),
        ("vendor/bundle/gem/_posts/2024-01-02-a.md", False),
        ("vendor/_posts/2024-01-02-a.md", True),
    ],
)
def test_a_sites_posts_are_where_its_patterns_name_them(path: str, taken: bool) -> None:
    assert is_taken(path) == taken


@pytest.mark.parametrize(
    ("exclude", "path", "taken"),
    [
        ("public/", "public/_posts/1.md", False),
        ("public/", "publication/_posts/1.md", True),
        ("pub", "publication/_posts/1.md", False),  # a beginning is a beginning, as in Jekyll
        ("news/_posts/1.md", "news/_posts/1.md", False),
        ("news", "old/news/_posts/1.md", True),
        ("*/news", "old/news/_posts/1.md", False),
        ("*.bak.md", "_posts/1.bak.md", False),
        ("_posts/[12]*", "_posts/10.md", False),
        ("_posts/[^12]*", "_posts/10.md", True),
        ("_posts/[", "_posts/10.md", True),
    ],
)
def test_what_is_excluded_is_a_beginning_or_a_glob(exclude: str, path: str, taken: bool) -> None:
    assert is_taken(path, exclude=(exclude,)) == taken


@pytest.mark.parametrize(
    ("pattern", "entered", "passed"),
    [
        ("**/*.md", ("a", "a/b"), ("_a", "a/_b", ".a")),
        ("*.md", (), ("a", "_a")),
        ("2024/*.md", ("2024",), ("2023", "2024/a")),
        ("a/*/c/*.md", ("a", "a/b", "a/b/c"), ("b", "a/b/d", "a/_b", "a/b/c/d")),
        ("_x/**", ("_x", "_x/a", "_x/a/b"), ("a", "_x/_a")),
        ("./a?/b.md", ("ab",), ("a", "abc")),
    ],
)
def test_directories_are_entered_only_where_a_post_may_be_below(
    pattern: str, entered: tuple[str, ...], passed: tuple[str, ...]
) -> None:
    places = Places((pattern,))
    assert [path for path in (*entered, *passed) if places.enters(path)] == list(entered)


@pytest.mark.parametrize(("pattern", "path"), [("_index.md", "_index.md"), ("**/[_0-9]*.md", "a/_b.md"), ("**", "a/b")])
def test_a_name_with_an_underscore_is_taken_if_it_is_named(pattern: str, path: str) -> None:
    assert is_taken(path, (pattern,))


def test_wildcards_that_choose_among_posts_match_any_name() -> None:
    paths = ("news/_posts/1.md", "_posts/1.md", "_a.md")
    matches = compile_patterns(("news/**", "*/1.md", "?a.md"), special=True).fullmatch
    assert all(matches(path) for path in paths)
    assert not any(map(compile_patterns(("news/**", "*/1.md", "?a.md")).fullmatch, paths))
