from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Brief, Enclosure, Image, Person, Post, PostError, Withheld
from feedsvc.posts.files import NO_FILES, Unparsed
from feedsvc.posts.jekyll.rules import JekyllRules
from feedsvc.posts.jekyll.smartify import Typography
from feedsvc.posts.parse import parse_post, parse_posts
from feedsvc.posts.rules import PostRules

RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("Asia/Seoul"),
    permalink="/posts/:title/",
    language="ko",
    drafts=False,
    encodings=("utf-8-sig", "cp949"),
    id_style="permalink",
)
NAME = "2024-07-11-1335.md"

# In the shapes of two real posts: HTML with the editor's own attributes, filler paragraphs, a stray
# closing tag, an image at a path of the site, and a closing line outside any paragraph.
NEWS = """---
title: 새 등대 완공 12개 항구와 연결된다
categories:
  - News
excerpt: >
  동해안에 새 등대가 섰다. 등대는 12개 항구의 배를 이끌며, 밤마다 불을 밝힌다.
feature_text: >
  동해안에 새 등대가 섰다.
image: '/assets/img/lighthouse.jpg'
---

<p><img src="/assets/img/lighthouse.jpg" alt="등대 속보" /></p>

<h2 data-ke-size="size26">등대의 역할</h2>

<p data-ke-size="size16">&nbsp;</p>

<p>불빛은 <b><span style="color: #ee2323;">40킬로미터</span></b>까지 닿는다.</p></p>

<ul>
  <li>높이 31미터</li>
</ul>
<table style="width: 100%;">
  <tr>
    <td style="text-align: center;"><b>위치</b></td>
  </tr>
</table>
더 많은 소식은, <a href="https://news.example" rel="dofollow">https://news.example</a>

"""


def parse(text: str, path: str = NAME, rules: PostRules = RULES) -> Post:
    post = parse_post(path, text.encode(), rules)
    assert isinstance(post, Post), post
    return post


def refused(text: str, path: str = NAME, rules: PostRules = RULES) -> str:
    error = parse_post(path, text.encode(), rules)
    assert isinstance(error, PostError), error
    return str(error)


def warnings(post: Post) -> list[str]:
    return [str(finding) for finding in post.warnings]


def test_a_news_post_of_a_real_sites_shape_publishes_as_it_stands() -> None:
    post = parse(NEWS)
    assert post.title == "새 등대 완공 12개 항구와 연결된다"
    assert post.summary.startswith("동해안에 새 등대가 섰다. 등대는")
    assert post.alternate_link == post.proposed_id == "https://example.org/posts/1335/"
    assert post.published == post.updated == datetime(2024, 7, 10, 15, tzinfo=UTC)
    assert post.image == Image(href="https://example.org/assets/img/lighthouse.jpg", media_type="image/jpeg")
    assert [(term.kind, term.label) for term in post.terms] == [("category", "News"), ("language", "ko")]
    assert post.warnings == ()
    assert post.content == (
        '<p><img src="https://example.org/assets/img/lighthouse.jpg" alt="등대 속보"></p>\n'
        "<h2>등대의 역할</h2>\n"
        "<p>불빛은 <b>40킬로미터</b>까지 닿는다.</p><ul>\n"
        "  <li>높이 31미터</li>\n"
        "</ul>\n"
        "<table>\n"
        "  <tbody><tr>\n"
        "    <td><b>위치</b></td>\n"
        "  </tr>\n"
        "</tbody></table>\n"
        '더 많은 소식은, <a href="https://news.example">https://news.example</a>'
    )


def test_a_markdown_post_in_windows_line_ends_reads_alike() -> None:
    one, other = parse(NEWS), parse(NEWS.replace("\n", "\r\n"))
    assert replace(one, digest="") == replace(other, digest="")
    assert one.digest != other.digest


def test_a_digest_of_the_body_ignores_the_front_matter() -> None:
    one, other = parse("---\ntitle: a\n---\nbody"), parse("---\ntitle: b\n---\nbody")
    assert one.body_digest == other.body_digest
    assert one.digest != other.digest


def test_a_blank_body_has_no_digest_by_which_posts_would_be_taken_for_one_another() -> None:
    assert parse("---\ntitle: a\n---\n").body_digest == parse("---\ntitle: a\n---\n \n\n").body_digest == ""


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ("12:30", "12:30"),
        ("no", "no"),
        ("2024", "2024"),
        ("012", "012"),
        ("'  two\n\n  lines '", "two lines"),
        ('"<b>A &amp; B</b> <vector> ]]> R&D"', "A & B <vector> ]]> R&D"),
        ("😀 그림", "😀 그림"),
        ("[속보]", "[속보]"),
        ("{a: b}", "{a: b}"),
        ("", "Some Post"),
        ("'  '", "Some Post"),
        ("~", "Some Post"),
        ("<b></b>", "Some Post"),
        ("\n- a\n- b", "Some Post"),
    ],
)
def test_a_title_is_text_as_its_author_wrote_it(title: str, read_as: str) -> None:
    assert parse(f"---\ntitle: {title}\n---\n", "2024-01-02-some-post.md").title == read_as


def test_a_title_that_yaml_reads_otherwise_is_reported() -> None:
    assert warnings(parse("---\ntitle: [속보]\n---\n")) == [
        f"{NAME}:2:8: title: YAML reads this as a list or a mapping; put the whole title in double quotes"
    ]
    assert warnings(parse("---\ntitle: 뉴스 #속보\n---\n")) == [
        f"{NAME}:2:8: title: what follows # is a comment to YAML, and no part of the title; put it in double quotes"
    ]
    assert warnings(parse("---\ntitle: '뉴스' #속보\n---\n")) == []
    assert warnings(parse("---\ntitle: C#\n---\n")) == []


def test_without_any_title_a_post_is_called_by_its_file() -> None:
    assert parse("x", "2024-01-02-.md").title == "2024-01-02-"


@pytest.mark.parametrize(
    ("front", "path", "utc"),
    [
        ("date: 2024-02-03 10:00:00 +0900", NAME, datetime(2024, 2, 3, 1, tzinfo=UTC)),
        ("date: 2024-02-03", "about.md", datetime(2024, 2, 2, 15, tzinfo=UTC)),
        ("date:", "2024-1-2-x.md", datetime(2024, 1, 1, 15, tzinfo=UTC)),
        ("a: b", "2024-01-02-x.md", datetime(2024, 1, 1, 15, tzinfo=UTC)),
        ("date: 2024-02-03", "2024-13-45-x.md", datetime(2024, 2, 2, 15, tzinfo=UTC)),
    ],
)
def test_a_date_comes_from_the_front_matter_or_else_the_name(front: str, path: str, utc: datetime) -> None:
    assert parse(f"---\n{front}\n---\n", path).published == utc


@pytest.mark.parametrize(
    ("front", "path", "said"),
    [
        ("date: 2024-13-45", NAME, ":3:7: date: '2024-13-45' does not exist"),
        ("date: [2024]", NAME, ":3:7: date: '' is not a date"),
        ("b: c", "about.md", ":1:1: date: neither the front matter nor the file's name has one; add `date: 2024-"),
        ("b: c", "2024-13-45-x.md", ":1:1: date: in the file's name, '2024-13-45' does not exist"),
    ],
)
def test_a_post_without_a_possible_date_is_refused(front: str, path: str, said: str) -> None:
    assert refused(f"---\na: b\n{front}\n---\n", path).startswith(path + said)


@pytest.mark.parametrize("key", ["last_modified_at", "updated", "last_modified"])
def test_a_change_is_never_before_publication(key: str) -> None:
    assert parse(f"---\n{key}: 2024-08-01 00:00 UTC\n---\n").updated == datetime(2024, 8, 1, tzinfo=UTC)
    early = parse(f"---\n{key}: 2001-01-01\n---\n")
    assert early.updated == early.published


def test_a_change_at_no_possible_time_is_a_warning_only() -> None:
    post = parse("---\nupdated: 2024-02-30\n---\n")
    assert post.updated == post.published
    assert warnings(post)[0].startswith(f"{NAME}:2:10: updated: '2024-02-30' does not exist")


@pytest.mark.parametrize("word", ["true", "yes", "On", "y", "soon"])
def test_a_draft_is_withheld_unless_drafts_are_wanted(word: str) -> None:
    text = f"---\ndraft: {word}\ndate: nonsense\n---\n"
    assert parse_post("x.md", text.encode(), RULES) == Withheld(path="x.md", reason="a draft")
    wanted = replace(RULES, drafts=True)
    assert isinstance(parse_post(NAME, f"---\ndraft: {word}\n---\n".encode(), wanted), Post)


@pytest.mark.parametrize("word", ["false", "no", "OFF", "n"])
def test_published_false_is_withheld_even_with_drafts(word: str) -> None:
    text = f"---\npublished: {word}\n---\n".encode()
    assert parse_post(NAME, text, replace(RULES, drafts=True)) == Withheld(path=NAME, reason="published: false")


@pytest.mark.parametrize("front", ["draft: false", "draft: no", "published: true", "published:", "draft:"])
def test_what_is_not_withheld_is_published(front: str) -> None:
    assert parse(f"---\n{front}\n---\n").path == NAME


@pytest.mark.parametrize(
    ("front", "summary"),
    [
        ("excerpt: >\n  a <b>b</b>\n  &amp; c\ndescription: d", "a b & c"),
        ("description: d\nsummary: e", "d"),
        ("summary: e", "e"),
        ("excerpt: [x]\nsummary: e", "e"),
        ("excerpt: '  '", "first"),
        ("excerpt_separator: CUT", "first second"),
        ("excerpt_separator: [x]", "first"),
    ],
)
def test_a_summary_is_the_authors_or_else_the_beginning(front: str, summary: str) -> None:
    assert parse(f"---\n{front}\n---\nfirst\n\nsecond\n\nCUT\n\nthird").summary == summary


def test_the_sites_separator_ends_an_excerpt() -> None:
    rules = replace(RULES, excerpt_separator="CUT")
    assert parse("first\n\nsecond\n\nCUT\n\nthird", rules=rules).summary == "first second"


@pytest.mark.parametrize(
    ("front", "url"),
    [
        ("permalink: /own/:title.html", "https://example.org/blog/own/1335.html"),
        ("permalink: pretty", "https://example.org/blog/pretty"),
        ("slug: 새 글", "https://example.org/blog/posts/%EC%83%88-%EA%B8%80/"),
        ("slug: [x]", "https://example.org/blog/posts/1335/"),
        ("permalink: /../evil.example/../x", "https://example.org/blog/evil.example/x"),
    ],
)
def test_a_post_lives_at_its_permalink_below_the_site(front: str, url: str) -> None:
    assert (
        parse(f"---\n{front}\n---\n", rules=replace(RULES, site_url="https://example.org/blog")).alternate_link == url
    )


def test_a_permalink_repeating_the_sites_path_is_taken_for_the_whole_path() -> None:
    rules = replace(RULES, site_url="https://example.org/blog")
    assert parse("---\npermalink: /blog/x/\n---\n", rules=rules).alternate_link == "https://example.org/blog/x/"


def test_an_unknown_placeholder_is_refused_with_those_known() -> None:
    said = refused("---\npermalink: /:foo/\n---\n")
    assert said.startswith(f"{NAME}:2:12: permalink: :foo is none of the placeholders of a permalink; known are :coll")


@pytest.mark.parametrize(
    ("style", "front", "path", "proposed"),
    [
        ("permalink", "a: b", NAME, "https://example.org/posts/1335/"),
        ("tag", "a: b", "sub/2024-07-11-새 글.md", "tag:example.org,2024-07-11:sub/%EC%83%88%20%EA%B8%80"),
        ("tag", "date: 2024-07-10 16:00 UTC", "x.md", "tag:example.org,2024-07-11:x"),
        ("jekyll-feed", "permalink: date\ncategories: [A, 경제]", NAME, "https://example.org/1335"),
        ("jekyll-feed", "a: b", "2024-07-11-새 글.md", "https://example.org/posts/%EC%83%88%20%EA%B8%80"),
        ("jekyll-feed", "permalink: /x/y.html\nslug: z", NAME, "https://example.org/x/z"),
        ("jekyll-feed", "a: b", "2024-07-11-한글①.md", "https://example.org/posts/%ED%95%9C%EA%B8%801"),
        ("jekyll-feed", "slug: '한/글?100%'", NAME, "https://example.org/posts/%ED%95%9C/%EA%B8%80?100%25"),
        ("tag", "id: urn:uuid:1", NAME, "urn:uuid:1"),
        ("tag", "guid: https://old.example/?p=1", NAME, "https://old.example/?p=1"),
        ("permalink", "id: 17", NAME, "tag:example.org,2024-07-11:17"),
        ("permalink", "id: 'old: 1'", NAME, "tag:example.org,2024-07-11:old:%201"),
    ],
)
def test_an_id_is_the_authors_or_else_in_the_sites_style(style: str, front: str, path: str, proposed: str) -> None:
    assert parse(f"---\n{front}\n---\n", path, replace(RULES, id_style=style)).proposed_id == proposed


JEKYLL = replace(RULES, id_style="jekyll-feed", jekyll=JekyllRules())


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("2024-07-11 10:20:30", "2024-07-11 10:20:30"),
        ("2024-07-11T10:20:30.5", "2024-07-11 10:20:30.5"),
        ("2024-07-11 10:20", "2024-07-11 01:20:00"),
        ("'2024-07-11 10:20:30'", "2024-07-11 01:20:30"),
        ('"2024-07-11 10:20:30"', "2024-07-11 01:20:30"),
        ("2024-07-11 10:20:30 +0900", "2024-07-11 01:20:30"),
        ("2024-07-11", "2024-07-10 15:00:00"),
    ],
)
def test_jekyll_takes_a_time_with_seconds_and_no_quotes_for_utc(date: str, utc: str) -> None:
    post = parse(f"---\ndate: {date}\nlast_modified_at: {date}\n---\n", NAME, JEKYLL)
    assert post.published == post.updated == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_a_page_of_jekylls_stays_below_the_path_of_the_site_be_it_called_alike() -> None:
    rules = replace(JEKYLL, site_url="https://example.org/blog", permalink="pretty")
    post = parse("---\ncategories: [blog]\n---\n", NAME, rules)
    assert post.alternate_link == "https://example.org/blog/blog/2024/07/11/1335/"
    assert post.proposed_id == "https://example.org/blog/blog/2024/07/11/1335"


def test_on_a_jekyll_site_a_description_comes_before_an_excerpt_and_authors_have_keys() -> None:
    rules = replace(JEKYLL, jekyll=JekyllRules(authors={"kim": {"name": "Kim"}}, typography=Typography()))
    post = parse("---\ntitle: '\"Sea\" -- and...'\nauthor: kim\nexcerpt: E\ndescription: D\n---\n", NAME, rules)
    assert (post.summary, post.title) == ("D", "“Sea” – and…")
    assert post.authors == (Person(name="Kim"),)


def test_the_authority_of_a_tag_is_in_ascii_lower_case() -> None:
    rules = replace(RULES, id_style="tag", site_url="https://등대.Example:8080/x")
    assert parse("x", rules=rules).proposed_id == "tag:xn--vk1bv0b.example,2024-07-11:1335"
    assert parse("x", rules=replace(rules, site_url="nonsense")).proposed_id == "tag:localhost,2024-07-11:1335"


def test_everything_an_author_can_say_arrives() -> None:
    post = parse(
        "---\ncategories: News IT\ncategory: 국제 면\ntags: [no, 1.5]\nauthor: {name: A, email: a@b.example}\n"
        "authors: [B]\nlang: ko_KR\naudio: /a.mp3\n---\n"
    )
    assert post.authors == (Person(name="A", email="a@b.example"), Person(name="B"))
    assert post.enclosures == (Enclosure(href="https://example.org/a.mp3", media_type="audio/mpeg"),)
    assert post.language == "ko-KR"
    assert [(term.kind, term.label) for term in post.terms] == [
        ("category", "News"),
        ("category", "IT"),
        ("category", "국제 면"),
        ("tag", "no"),
        ("tag", "1.5"),
        ("author", "A"),
        ("author", "B"),
        ("language", "ko-KR"),
    ]


@pytest.mark.parametrize("front", ["lang: '?!'", "lang: korean language", "lang: [ko]"])
def test_a_language_that_is_none_is_a_warning(front: str) -> None:
    post = parse(f"---\n{front}\n---\n", rules=replace(RULES, language=""))
    assert (post.language, post.terms) == ("", ())
    assert post.warnings[-1].line == 2


def test_references_that_no_document_may_carry_are_removed_and_reported() -> None:
    post = parse("---\ntitle: a\n---\n\nb &amp; c&#1;d")
    assert post.content == "<p>b &amp; cd</p>"
    assert warnings(post) == [
        f"{NAME}:5:10: the character U+0001 may not stand in a feed and was removed; "
        "delete the reference to it, a code like &#1;"
    ]


def test_a_body_that_would_take_minutes_is_refused() -> None:
    said = refused("---\ntitle: a\n---\n" + "<div>" * 5_000)
    assert said.startswith(f"{NAME}:4:1: the body has elements nested more than 1,000 levels deep")


def test_findings_of_every_step_reach_the_author_in_order() -> None:
    post = parse("---\ntitle: a\x00\ntitle: b\nlang: '?'\n---\n")
    assert [(finding.line, finding.column) for finding in post.warnings] == [(2, 9), (3, 1), (4, 7)]


@pytest.mark.parametrize("text", ["", "---\ntitle: 'a' b\n---\n", "---\ntitle: a\n"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    assert refused(text).startswith(NAME)


def test_bytes_in_no_known_encoding_are_refused() -> None:
    assert isinstance(parse_post(NAME, b"\xff\xff", RULES), PostError)


@pytest.mark.parametrize("permalink", ["https://elsewhere.example/x", "//elsewhere.example/x", "gopher://x"])
def test_a_permalink_of_another_host_is_refused(permalink: str) -> None:
    assert "not a path of the site" in refused(f'---\npermalink: "{permalink}"\n---\n')


def test_a_permalink_with_a_query_is_told() -> None:
    assert any("? and #" in told for told in warnings(parse("---\npermalink: /x?p=1\n---\n")))


@pytest.mark.parametrize("date", ["9999-12-31 23:00:00 +0000", "0001-01-01 00:00:00 +0000"])
def test_a_date_that_some_zone_cannot_tell_is_refused(date: str) -> None:
    assert "edge of the calendar" in refused(f"---\ndate: {date}\n---\n")


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        ("README.md", "about these posts", Withheld),
        ("parts/snippet.md", "<p>x</p>", Withheld),
        ("README.md", "---\ntitle: forgotten\n---\n", PostError),
        ("2024-01-02-a.md", "no front matter", Post),
    ],
)
def test_a_file_that_jekyll_takes_for_no_post_is_none(path: str, text: str, outcome: type) -> None:
    assert isinstance(parse_post(path, text.encode(), JEKYLL), outcome)
    assert not isinstance(parse_post("README.md", b"x", RULES), Withheld)


@pytest.mark.parametrize(
    ("text", "is_brief"),
    [
        ("---\ntitle: a\nimage: /b.png\n---\nbody {", True),
        ("---\ndate: 2024-07-10 15:00:00 +0000\n---\n", True),
        ("---\ndate: 2024-07-10 15:00:01 +0000\n---\n", False),
        ("---\npublishdate: 2024-07-11 00:00:01 +0900\n---\n", False),
        ("---\nexpirydate: 2099-01-01\n---\n", False),
        ("{{ x }}", False),
        ("&#1;", False),
    ],
)
def test_only_a_post_that_is_out_and_stays_and_whose_body_can_wait_is_read_in_brief(text: str, is_brief: bool) -> None:
    rules = replace(RULES, jekyll=JekyllRules())
    data, until = text.encode(), datetime(2024, 7, 10, 15, tzinfo=UTC)
    whole, (outcome,) = parse_post(NAME, data, rules), parse_posts([Unparsed(NAME, data, NO_FILES)], rules, until)
    assert isinstance(outcome, Brief) is is_brief
    assert is_brief or outcome == whole


def test_a_post_in_brief_is_withheld_or_refused_like_any_other() -> None:
    for text in ("---\npublished: false\n---\n", "---\ntitle: 'a' b\n---\n", "---\npermalink: /:x/\n---\n"):
        data = text.encode()
        (outcome,) = parse_posts([Unparsed(NAME, data, NO_FILES)], RULES, datetime(2100, 1, 1, tzinfo=UTC))
        assert outcome == parse_post(NAME, data, RULES)
        assert not isinstance(outcome, Post | Brief)
