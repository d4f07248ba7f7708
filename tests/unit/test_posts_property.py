"""Whatever the bytes are, parsing answers, and its answers can be published."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.model import Post, PostError, Withheld
from feedsvc.posts.frontmatter.source import UNPUBLISHABLE
from feedsvc.posts.html.plaintext import plain_text
from feedsvc.posts.html.summary import shorten
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.jekyll.smartify import Typography
from feedsvc.posts.names import name_key
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules
from feedsvc.posts.slugs import MAX_SLUG_BYTES, term_slug
from feedsvc.posts.terms import term_key
from feedsvc.posts.urls import absolute_url

RULES = PostRules(
    site_url="https://example.org/blog",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="/:categories/:year/:month/:day/:title/",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="tag",
)
JEKYLL = replace(
    RULES,
    id_style="jekyll-feed",
    jekyll=JekyllRules(authors={"": "x", "a": {"name": ["x"]}, "b": ["a"]}, typography=Typography()),
)

KEYS = (
    st.sampled_from(["description", "feed", "last_modified_at"])
    | st.sampled_from(
        [
            "title",
            "date",
            "categories",
            "category",
            "tags",
            "author",
            "authors",
            "lang",
            "image",
            "enclosure",
            "permalink",
        ]
    )
    | st.sampled_from(["slug", "id", "excerpt", "draft", "updated", "<<"])
)
MARKUP = ["<b>", "<iframe src=", "<a href=", "<!--", "&#1;", "\0", "\ufeff", "\u2028", "\r", "\n", "\t"]
SIGNS = ["'", '"', "[", "]", "{", "}", ": ", "- ", "&a ", "*a", "!b ", "> ", "|\n  ", "#", "\\"]
URLS = ["..", "%2e", "//x", ":title", ":", "2024-01-02", "http://"]
PIECES = st.text(max_size=20) | st.sampled_from(MARKUP) | st.sampled_from(SIGNS) | st.sampled_from(URLS)
VALUES = st.lists(PIECES, max_size=6).map("".join)
FRONT = st.lists(st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]}: {pair[1]}\n"), max_size=6).map("".join)
POSTS = st.tuples(
    st.sampled_from(["---\n", "+++\n", "{\n", ""]), FRONT, st.sampled_from(["---\n", "...\n", "+++\n", "}", ""]), VALUES
)
FILES = st.one_of(st.binary(max_size=300), POSTS.map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass")))


def texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    if is_dataclass(value):
        return [text for field in fields(value) for text in texts(getattr(value, field.name))]
    return []


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILES, st.sampled_from([RULES, JEKYLL]))
def test_parsing_answers_whatever_the_bytes_are(data: bytes, rules: PostRules) -> None:
    answer = parse_post("2024-01-02-a.md", data, rules)
    assert isinstance(answer, Post | PostError | Withheld)
    if isinstance(answer, PostError):
        assert answer.reason
        assert answer.hint
    if isinstance(answer, Post):
        assert answer == parse_post("2024-01-02-a.md", data, rules)
        assert answer.title
        assert answer.alternate_link.startswith("https://example.org/blog/")
        assert "/../" not in answer.alternate_link
        assert answer.alternate_link.isascii()
        assert answer.updated >= answer.published
        # name_key alone holds a character that XML has no use for: the tab it sorts by, which is legal.
        assert [text for text in texts(answer) if UNPUBLISHABLE.search(text)] == []


@given(st.text(), st.text())
def test_two_paths_never_share_a_sort_key(one: str, other: str) -> None:
    assert (name_key(one) == name_key(other)) == (one == other)


@given(st.text())
def test_a_terms_slug_is_fit_for_a_path(label: str) -> None:
    slug = term_slug(label)
    assert slug not in {"", ".", ".."}
    assert "/" not in slug
    assert len(slug.encode()) <= MAX_SLUG_BYTES


@given(st.text())
def test_a_terms_key_is_its_own_key(label: str) -> None:
    assert term_key(term_key(label)) == term_key(label)


@given(st.text())
def test_plain_text_is_one_line_and_a_short_one_after_a_cut(markup: str) -> None:
    text = plain_text(markup)
    assert text == " ".join(text.split())
    assert len(shorten(text, 20)) <= 20


@given(st.text())
def test_a_url_is_ascii_or_none_at_all(reference: str) -> None:
    url = absolute_url(reference, "https://example.org/a/")
    assert url is None or (url.isascii() and " " not in url)
