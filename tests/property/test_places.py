"""Whatever patterns, globs and paths people write: places agree with one another, and nothing raises."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.globs import compile_directories, compile_patterns
from feedsvc.posts.jekyll.defaults import read_defaults
from feedsvc.posts.jekyll.paths import Home, locate
from feedsvc.posts.places import Places

NAMES = st.sampled_from(("a", "b.md", "_posts", "_x", "ab", "#a", "~a", "경제", "_drafts", "a_posts"))
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
STEPS = st.sampled_from(
    ("**", "*", "a*", "*.md", "?", "_posts", "_*", "[a_]b", "[!a]", "a", "b.md", "***", "a**b", "[", "]")
)
PATTERNS = st.lists(STEPS, min_size=1, max_size=5).map("/".join)
ODD = st.text(alphabet="a_/*?[]{}!^-,.\\&~|#경", max_size=12)
VALUES = st.recursive(
    st.none() | ODD,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("scope", "values", "path", "type")), inner)
    ),
    max_leaves=8,
)


@given(PATTERNS, PATHS)
@example("**/_posts/**", "a/_posts/a")
@example("_posts/**/**/*.md", "_posts/a/b.md")
def test_a_path_that_a_pattern_names_is_below_directories_that_may_hold_it(pattern: str, path: str) -> None:
    if compile_patterns((pattern,)).fullmatch(path):
        parts = path.split("/")
        held = compile_directories((pattern,)).fullmatch
        assert all(held("/".join(parts[:depth]) + "/") for depth in range(1, len(parts)))


@given(st.lists(ODD.filter(bool), max_size=3), st.lists(ODD.filter(bool), max_size=3), PATHS | ODD)
def test_any_patterns_and_any_exclude_have_an_answer(patterns: list[str], exclude: list[str], path: str) -> None:
    places = Places(patterns, exclude)
    places.leads_to(path)
    assert not (places.takes(path) and path.startswith(tuple(exclude)))


@given(st.lists(VALUES, max_size=3), PATHS, ODD)
def test_any_defaults_have_an_answer(sets: list[Value], path: str, glob: str) -> None:
    sets = [*sets, {"scope": {"path": f"*{glob}"}, "values": {"a": "b"}}]
    found = read_defaults({"defaults": sets, "collections_dir": glob}).of(path, "posts")
    assert found.names.keys() == found.values.keys()


@given(PATHS, PATHS | st.just(""), PATHS | st.just(""), st.sets(NAMES))
def test_any_path_has_a_place_and_its_categories_stand_above_it(
    path: str, inside: str, below: str, labels: set[str]
) -> None:
    place = locate(path, Home(inside, "" if inside else below), labels)
    place.clean(path)
    assert place.relative.startswith("/".join(place.categories))
