"""Liquid in one post without a site's files: what is told, what survives, and where it stops."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Post, PostError
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.liquid.bounds import MAX_OUTPUT, MAX_STEPS
from feedsvc.posts.liquid.lexer import read_pieces
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="/posts/:title/",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig",),
    id_style="permalink",
    jekyll=JekyllRules(),
)
FRONT = "---\ntitle: 제목\n---\n"


def read(body: str, rules: PostRules = RULES, front: str = FRONT) -> Post:
    post = parse_post("2024-07-11-a.html", (front + body).encode(), rules)
    assert isinstance(post, Post), post
    return post


def refused(body: str) -> PostError:
    error = parse_post("2024-07-11-a.html", (FRONT + body).encode(), RULES)
    assert isinstance(error, PostError), error
    return error


def told(post: Post) -> list[str]:
    return [f"{finding.line}:{finding.column} {finding.reason}" for finding in post.warnings]


@pytest.mark.parametrize(
    ("body", "content", "findings"),
    [
        ("a {% youtube x %} b", "a  b", ["4:3 youtube is no tag that is known here, and was left out"]),
        ("{% box %}in{% endbox %} out", "in out", ["4:1 box is no tag that is known here, and was left out"]),
        ("a{% endif %}b", "ab", ["4:2 endif closes nothing, and was left out"]),
        ("a{% else %}b", "ab", ["4:2 else stands in no block that it could belong to, and was left out"]),
        ("a{% if true %}b", "ab", ["4:2 if is never closed, and was left out"]),
        (
            "{% for i in (1..2) %}{% if true %}x{% endfor %}y",
            "xxy",
            ["4:22 if is never closed, and was left out"],
        ),
        ("a\nb{% raw %}c", "a\nbc", ["5:2 raw is never closed, and was left out"]),
        ("a{% comment %}b", "ab", ["4:2 comment is never closed, and was left out"]),
        ("a{{ 'b' | shout }}c", "abc", ["4:11 shout is no filter that is known here; the value stays as it is"]),
        (
            "a{% for %}b{% endfor %}c",
            "abc",
            ["4:2 `for` is not valid Liquid (missing expression), and was left out"],
        ),
        ("a{% assign %}b", "ab", ["4:2 `assign` is not valid Liquid (missing expression), and was left out"]),
        ("a{% %}b", "ab", ["4:2 {% %} names no tag, and was left out"]),
        ("a{{ 1 | divided_by: 0 }}b", "ab", ["4:2 divided by 0"]),
        ("a{% break %}b", "ab", ["4:2 break stands in no loop, and was left out"]),
        ("a {{ b", "a {{ b", ["4:3 {{ is never closed by }}, and stays as text"]),
        ("a{% if 1 < 'b' %}c{% endif %}d", "ad", None),
        ("a{% include b.html %}c", "ac", None),
        ("a{% include ../b.html %}c", "ac", None),
        ("a{% link b.md %}c", "ac", None),
        ("a{% post_url 2024-01-01-b %}c", "ac", None),
        ("a{% post_url b %}c", "ac", None),
        ("a{{ site.title | sort }}c", "ac", None),
        ("a{{ '1' | slice: 'x' }}c", "ac", None),
    ],
)
def test_what_is_wrong_is_told_and_the_text_around_it_survives(
    body: str, content: str, findings: list[str] | None
) -> None:
    post = read(body)
    assert post.content == content
    assert told(post) == findings if findings is not None else len(told(post)) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{% for i in (1..1000000000) %}x{% endfor %}", f"more than {MAX_STEPS:,} steps"),
        ("{% for i in (1..900) %}{% for j in (1..900) %}{% endfor %}{% endfor %}", f"more than {MAX_STEPS:,} steps"),
        ("{% for i in (1..900000000) reversed limit:1 %}x{% endfor %}", f"more than {MAX_STEPS:,} steps"),
        ("{% for i in (1..900000000) offset:800000000 limit:1 %}x{% endfor %}", f"more than {MAX_STEPS:,} steps"),
        (
            "{% assign a = (1..9000) | join | split: ' ' %}{% for i in (1..99999) %}{% if a contains 'x' %}{% endif %}"
            "{% endfor %}",
            f"more than {MAX_STEPS:,} steps",
        ),
        ("{% tablerow i in (1..1000000000) %}x{% endtablerow %}", f"more than {MAX_STEPS:,} steps"),
        (
            "{% assign a = 'ab' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}",
            "1,000,000 characters",
        ),
        (
            "{% assign a = 'a' | split: '' %}{% for i in (1..99) %}{% assign a = a | concat: a %}{% endfor %}",
            "1,000,000",
        ),
        ("{% assign a = 'a' | split: '' %}{% for i in (1..99) %}{% assign a = a | push: a %}{% endfor %}", "1,000,000"),
        ("{% assign a = 9 %}{% for i in (1..99) %}{% assign a = a | times: a %}{% endfor %}", "4096 bits"),
        ("{% assign a = (1..1000000000) | join %}", "1,000,000 characters"),
        ("{% assign a = (1..100000) | join %}{{ a | replace: '1', a }}", "1,000,000 characters"),
        ("{% assign a = (1..100000) | join %}{% for i in (1..99) %}{{ a }}{% endfor %}", f"more than {MAX_OUTPUT:,}"),
        (
            "{% assign a = (1..100000) | join %}"
            "{% for i in (1..99) %}{% capture b %}{{ b }}{{ a }}{% endcapture %}{% endfor %}",
            "1,000,000 characters",
        ),
    ],
)
def test_what_would_have_no_end_keeps_the_post_out_and_says_where(body: str, reason: str) -> None:
    error = refused(f"text\n{body}")
    assert reason in error.reason
    assert error.line == 5


def test_a_body_of_too_many_pieces_is_kept_out_before_they_are_read() -> None:
    assert "more than 20,000 pieces" in refused("{{ x }}" * 20_001).reason


def test_a_range_beyond_all_numbers_is_told() -> None:
    huge = "9" * 30
    for body in (f"{{% for i in (1..{huge}) %}}x{{% endfor %}}", f"{{{{ (1..{huge}) | join }}}}"):
        post = read(f"a{body}b")
        assert (post.content, len(post.warnings)) == ("ab", 1)


def test_deep_blocks_and_long_expressions_are_left_out_by_themselves() -> None:
    post = read("{% if true %}" * 60 + "in" + "{% endif %}" * 60)
    assert post.content == "in"
    assert any("more than 40 other blocks" in reason for reason in told(post))
    assert read("a{{ x" + "[x" * 60 + "]" * 60 + " }}b").content == "ab"
    assert read("a{% if x" + " and x" * 100 + " %}b{% endif %}c").content == "abc"
    assert read("a{{ '" + "x" * 30_000 + "' }}b").content == "ab"


def test_at_most_thirty_problems_of_a_post_are_told() -> None:
    assert len(read("{% nope %}{{ x | }}" * 500).warnings) == 30


@pytest.mark.parametrize(
    "piece", ["{{", "{%", "{% raw %}", "{{ a }", "{% comment %}", "{%-", "{{ x | y: '", "{% endraw"]
)
def test_a_body_of_one_mark_repeated_is_read_in_one_pass(piece: str) -> None:
    # Once a mark without its end was searched for from each of its places this took minutes.
    pieces, _ = read_pieces(piece * 50_000)
    assert sum(len(each.text) for each in pieces) <= len(piece) * 50_000


def test_liquid_is_not_touched_where_it_is_not_asked_for() -> None:
    body = "a {{ page.title }}"
    assert read(body).content == "a 제목"
    assert read(body, front="---\ntitle: b\nrender_with_liquid: false\n---\n").content == body
    assert read(body, replace(RULES, jekyll=JekyllRules(liquid=False))).content == body
    assert read(body, replace(RULES, jekyll=None)).content == body


def test_titles_and_summaries_are_not_filled_in() -> None:
    post = read("x {{ 1 }}", front='---\ntitle: "{{ site.title }}"\nexcerpt: "{{ page.title }}"\n---\n')
    assert (post.title, post.summary) == ("{{ site.title }}", "{{ page.title }}")


def test_a_post_with_liquid_is_not_deferred_so_that_its_errors_are_told() -> None:
    post = read("a {% nope %}", replace(RULES, defer=True))
    assert (post.pending, len(post.warnings)) == (False, 1)
    assert read("a", replace(RULES, defer=True)).pending


def test_the_time_of_a_site_is_that_of_its_post() -> None:
    for word in ("site.time", "'now'", "'today'", "page.date"):
        assert read(f"{{{{ {word} | date: '%F %T %z' }}}}").content == "2024-07-11 00:00:00 +0900"
    assert read("[{{ now }}{{ today }}]").content == "[]"


def test_a_sample_is_the_same_each_time() -> None:
    body = "{{ 'a,b,c,d,e,f' | split: ',' | sample }}{{ 'a,b,c' | split: ',' | sample: 2 | join }}"
    assert {read(body).content for _ in range(20)} == {read(body).content}


def test_the_body_is_known_by_what_was_written_not_by_what_it_became() -> None:
    assert read("a {{ 1 }}").body_digest != read("a {{ 2 | minus: 1 }}").body_digest


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("{% gist ann/c08ee0f2 %}", '<a href="https://gist.github.com/ann/c08ee0f2">gist.github.com/ann/c08ee0f2</a>'),
        (
            "{% gist 'c08ee0f2' \"a b.rb\" %}",
            "",
        ),
        (
            "{% assign id = 'ann/1' %}{% gist id Main&.rb %}",
            '<a href="https://gist.github.com/ann/1#file-main-rb">gist.github.com/ann/1 (Main&amp;.rb)</a>',
        ),
        ("{% gist c08ee0f2 %}", '<a href="https://gist.github.com/c08ee0f2">gist.github.com/c08ee0f2</a>'),
        ("{% gist ../../evil %}{% gist javascript:x %}{% gist %}", ""),
    ],
)
def test_a_gist_is_a_link(body: str, content: str) -> None:
    post = read(f"<p>{body}</p>")
    assert post.content == (f"<p>{content}</p>" if content else "")
    assert bool(post.warnings) == (not content)
