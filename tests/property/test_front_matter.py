"""Front matter of the same values reads the same, be it YAML, TOML or JSON, and whoever's words it is in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.model import Post, PostError, Withheld
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.split import FrontMatter, read_front_matter
from feedsvc.posts.generators.dialects import GENERATORS
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="/:language/:sections/:slugorcontentbasename/",
    language="en",
    drafts=False,
    encodings=("utf-8",),
    id_style="permalink",
    languages=("en", "ko"),
)
# Every character that may be published but line ends, which none of the three has unescaped.
characters = st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"), blacklist_characters="\ufffe\uffff\ufeff")
texts = st.text(characters, max_size=12) | st.sampled_from(
    ["no", "12:30", "1e3", "~", "# x", "&D x", "{{ x }}", "a: b"]
)
zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
days = st.dates(date(1980, 1, 1), date(2080, 1, 1))
instants = st.datetimes(datetime(1980, 1, 1), datetime(2080, 1, 1), timezones=st.one_of(st.none(), zones)).map(  # noqa: DTZ001
    lambda instant: instant.replace(microsecond=0)
)
numbers = st.integers(-(10**9), 10**9)
plain = texts | numbers | st.booleans() | days | instants
keys = st.sampled_from([
    *("title", "date", "slug", "categories", "category", "tags", "tag", "author", "authors", "lang", "image", "images"),
    *("description", "draft", "published", "publishDate", "expiryDate", "lastmod", "updated", "url", "path", "id"),
    *("permalink", "taxonomies", "extra", "params", "linkTitle", "aliases", "headless", "build", "weight", "Title"),
])  # fmt: skip
lists = st.lists(texts | numbers, max_size=3) | st.lists(st.lists(texts, max_size=2), max_size=2)
inner = st.dictionaries(keys, texts | st.lists(texts, max_size=3), max_size=3)
titles = frozenset({"title", "Title", "linkTitle"})


def _with_plain_titles(matter: dict[str, Any]) -> dict[str, Any]:
    """Make texts of titles that are lists: the line that an author wrote is taken for those, so the syntax shows."""
    return {key: "x" if key in titles and isinstance(value, list | dict) else value for key, value in matter.items()}


matters = st.dictionaries(keys, plain | lists | inner, max_size=6).map(_with_plain_titles)
generators = st.sampled_from(GENERATORS)
paths = st.sampled_from(
    ["a.md", "2024-01-02-a.md", "posts/2024-01-02_a.ko.md", "posts/b/index.md", "posts/b/index.ko.md"]
)


def literal(value: object, *, toml: bool) -> str:
    """Write a value as TOML has it, or as JSON; YAML's flow style has JSON's, and dates without quotes."""
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, date):
        return str(value) if toml else json.dumps(str(value))
    if isinstance(value, list):
        return f"[{', '.join(literal(item, toml=toml) for item in value)}]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)}{' = ' if toml else ': '}{literal(item, toml=toml)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return json.dumps(value, ensure_ascii=False)


def written(matter: dict[str, Any]) -> tuple[str, str, str]:
    """One front matter three times, each with the same body."""
    yaml = "".join(f"{key}: {_bare(value)}\n" for key, value in matter.items())
    toml = "".join(f"{key} = {literal(value, toml=True)}\n" for key, value in matter.items())
    body = "\nThe *same* body.\n"
    return f"---\n{yaml}---{body}", f"+++\n{toml}+++{body}", literal(matter, toml=False) + body


def _bare(value: object) -> str:
    return str(value) if isinstance(value, date) else literal(value, toml=False)


def said(outcome: Post | PostError | Withheld) -> object:
    """What does not hang on the place of a key, or on the bytes."""
    if isinstance(outcome, Post):
        return replace(outcome, digest="", warnings=()), [finding.reason for finding in outcome.warnings]
    return type(outcome), outcome.reason


@settings(max_examples=150)
@given(matters, generators, paths)
def test_the_same_values_read_the_same_in_every_syntax(matter: dict[str, Any], generator: str, path: str) -> None:
    rules = replace(RULES, generator=generator)
    yaml, toml, js = (parse_post(path, text.encode(), rules) for text in written(matter))
    assert said(yaml) == said(js)
    assert said(toml) == said(js)


@settings(max_examples=150)
@given(matters)
def test_the_same_values_are_the_same_text_in_every_syntax(matter: dict[str, Any]) -> None:
    values: list[dict[str, Any]] = []
    for text in written(matter):
        front = read_front_matter(SourceText(path="a.md", text=text))
        assert isinstance(front, FrontMatter), front
        values.append(dict(front.matter.values))
    assert values[0] == values[1] == values[2]


@settings(max_examples=100)
@given(instants, zones)
def test_a_publish_date_is_kept_to_the_second(instant: datetime, zone: timezone) -> None:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=zone)
    text = f"+++\ndate = 1980-01-01\npublishDate = {aware.isoformat()}\nexpiryDate = {aware.isoformat()}\n+++\nText.\n"
    post = parse_post("a.md", text.encode(), RULES)
    assert isinstance(post, Post)
    assert post.published == post.expires == aware.astimezone(UTC)


@settings(max_examples=200)
@given(st.binary(max_size=200), generators, paths)
def test_no_bytes_break_any_generators_reading(data: bytes, generator: str, path: str) -> None:
    for fence in (b"---\n%s\n---\n", b"+++\n%s\n+++\n", b"{%s}", b"%s"):
        outcome = parse_post(path, fence % data, replace(RULES, generator=generator))
        assert isinstance(outcome, Post | PostError | Withheld)
