"""What `feedsvc check --fix` mends, to the byte, and what it leaves to the author."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from feedsvc.checking import mends
from feedsvc.checking.mending import Mended, Reader, mend
from feedsvc.checking.rules import UNQUOTED_TEXT
from feedsvc.model import Finding, Post
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.split import FrontMatter, read_front_matter
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

PATH = "2024-07-11-a.md"
RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="pretty",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="permalink",
    defer=True,
)


def mended(data: bytes, rules: PostRules = RULES) -> Mended:
    return mend(data, Reader(path=PATH, encodings=rules.encodings, parse=partial(parse_post, PATH, rules=rules)))


def said(data: bytes, key: str = "title") -> object:
    source = decode(PATH, data, RULES.encodings)
    front = read_front_matter(source)  # type: ignore[arg-type]
    assert isinstance(front, FrontMatter)
    return front.matter.values[key]


def post(*lines: str, body: str = "본문\n") -> bytes:
    return ("---\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}").encode()


QUOTED = [
    "'장금이' 전국 확대, 전통시장",
    "'임영웅' '신곡' '온기'",
    "'임영웅', '광고왕'",
    "'임영웅'의 '데스노트'가 400만뷰",
    "'인 악토버'의 '공개'",
    "'a' b",
    "'a' b's c",
    '"a" b',
    "'a' \"b\" c",
    "'a' b\\c",
    "[속보] 새 소식",
    "[a] [b]",
    "[a, b]",
    "{a} b",
    "a: b",
    "a: b: c",
    "*bold* text",
    "*gone",
    "&amp; x",
    "&D 이야기",
    "!new x",
    "@foo",
    "`foo`",
    "%foo",
    "> foo",
    "| foo",
    "- foo",
    ", foo",
    "] foo",
    "} foo",
    "'a'\tb",
]


@pytest.mark.parametrize("title", QUOTED)
def test_a_title_is_put_in_double_quotes_word_for_word(title: str) -> None:
    before = post("layout: x", f"title: {title}", "categories: [환경]")
    after = mended(before).data
    escaped = title.replace("\\", "\\\\").replace('"', '\\"')
    assert after == post("layout: x", f'title: "{escaped}"', "categories: [환경]")
    assert said(after) == title


@pytest.mark.parametrize("key", ["excerpt", "description", "summary", "subtitle", "linkTitle", "Title"])
def test_other_texts_of_one_line_are_put_in_quotes_too(key: str) -> None:
    assert mended(post(f"{key}: 'a' b")).data == post(f"{key}: \"'a' b\"")


def test_blanks_around_a_value_stay() -> None:
    assert mended(post("title : \t'a' b \t")).data == post("title : \t\"'a' b\" \t")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_stay(end: str) -> None:
    before, after = post("title: 'a' b", "x: y"), post("title: \"'a' b\"", "x: y")
    ended = [each.replace(b"\n", end.encode()) for each in (before, after)]
    assert mended(ended[0]).data == ended[1]


def test_the_encoding_stays() -> None:
    before = "---\ntitle: '장금이' 확대\n---\n본문\n".encode("cp949")
    assert mended(before).data == "---\ntitle: \"'장금이' 확대\"\n---\n본문\n".encode("cp949")


def test_several_texts_are_mended_where_the_post_reads_then() -> None:
    result = mended(post("title: 'a' b", "excerpt: [c] d", "summary: 'e' f"))
    assert result.data == post("title: \"'a' b\"", 'excerpt: "[c] d"', "summary: \"'e' f\"")
    assert [each.what for each in result.mends] == [
        "the title is in double quotes",
        "the excerpt is in double quotes",
        "the summary is in double quotes",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbf---\ntitle: a\n---\nb\n", b"---\ntitle: a\n---\nb\n"),
        (b"\xef\xbb\xbf\xef\xbb\xbf---\ntitle: a\n---\nb\n", b"---\ntitle: a\n---\nb\n"),
        (b"---\ntitle: a\0b\n---\nc\0\0d\n", b"---\ntitle: ab\n---\ncd\n"),
        (b"---\ntitle: a\x0c\n---\n\x1b[31mb\xc2\x85\n", b"---\ntitle: a\n---\n[31mb\n"),
        (b"\xef\xbb\xbf---\ntitle: 'a' b\0\n---\n\xef\xbb\xbfc\n", b"---\ntitle: \"'a' b\"\n---\n\xef\xbb\xbfc\n"),
    ],
)
def test_what_no_feed_may_carry_is_taken_out(before: bytes, after: bytes) -> None:
    assert mended(before).data == after


def test_carriage_returns_beside_blanks_are_taken_out_of_a_line() -> None:
    before = b"---\ntitle: t\nexcerpt: >\n  a\r \r b\r c\ntags: [d]\n---\ne\r\nf\rg\n"
    after = b"---\ntitle: t\nexcerpt: >\n  a  b c\ntags: [d]\n---\ne\r\nf\rg\n"
    assert mended(before).data == after
    assert said(after, "excerpt") == "a  b c\n"


LEFT = [
    "title: 'it's'",
    "title: 'it's Bob's'",
    "title: 'he said 'yes' to me'",
    "title: 'he said 'yes''",
    'title: "he said "yes""',
    "title: 'It's a title",
    "title: 'a''b' c",
    'title: "a\\"b" c',
    'title: "a\\u0041" b',
    'title: "a',
    "title: 'a' b # c",
    "title: a # b",
    "title: @a # b",
    "title: a date: 2024-01-01",
    "title: 'a' b tags: c",
    "title: 'a' b\n  c",
    "title: > foo\n  bar",
    "title: [a",
    'title: "a\\q"',
    "title: 1. a\n2. b",
    "title: 'a' b\ntitle: c",
    "title: 'a' b\u2028c",
    "tags: 'a' b",
    "categories: [a] b",
    "date: '2024' b",
    "my_list: [a] b",
    "params:\n  title: 'a' b",
    "title: 'a' b\ndate: never",
    "title: 'a' b\ntags: 'c' d",
    "title: a\ntitle: b",
    "excerpt: >\n  a\rb\n c",
    "excerpt: >\n  a\r b\rc",
    "excerpt: >\n  a\r b\r tags: c",
    "excerpt: >\n  a\r b\r - c",
    "title: a\nupdated: never",
]


@pytest.mark.parametrize("lines", LEFT)
def test_what_may_be_meant_otherwise_is_left_to_the_author(lines: str) -> None:
    before = post(*lines.split("\n"))
    assert mended(before) == Mended(data=before)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe\0",
        "---\ntitle: 'a' b\n---\n".encode("utf-16"),
        b'+++\ntitle = ["a"]\n+++\nb',
        b'{"title": ["a"]}\nb',
        b"---\ntitle: a\n---\nb\r\0\nc",
        b"---\rtitle: 'a' b\rx: y\r---\rb",
        b"\0" * 100,
    ],
)
def test_a_file_that_is_no_yaml_text_is_left_alone(data: bytes) -> None:
    assert mended(data).data == data


def test_a_list_that_is_used_again_is_left_alone() -> None:
    before = post("title: [a]", "description: &x [b] c", "tags: *x")
    assert mended(before).data == before


def test_a_mend_that_would_change_the_address_is_not_made() -> None:
    rules = replace(RULES, permalink="/:page_title/")
    before = post("title: [a, b]")
    assert isinstance(parse_post(PATH, before, rules), Post)
    assert mended(before, rules).data == before
    assert mended(before).data != before


def test_a_mend_that_changes_anything_else_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    before, quote = post("title: 'a' b", "tags: [c]"), mends._PROPOSALS[UNQUOTED_TEXT]

    def clumsy(text: str, finding: Finding) -> mends.Mend | None:
        mend = quote(text, finding)
        assert mend
        return replace(mend, apply=lambda text: mend.apply(text).replace("[c]", "[d]"))

    monkeypatch.setattr(mends, "_PROPOSALS", {UNQUOTED_TEXT: clumsy})
    assert mended(before).data == before


def test_a_mended_file_is_not_mended_again() -> None:
    for title in QUOTED:
        once = mended(post(f"title: {title}")).data
        assert mended(once).mends == ()
