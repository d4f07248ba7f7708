"""The front matter of Hugo, Zola, Hexo and Eleventy, each form with what it must come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from feedsvc.model import Post, PostError, UndatedError, Withheld
from feedsvc.posts.parse import parse_post
from feedsvc.posts.rules import PostRules

RULES = PostRules(
    site_url="https://example.org",
    timezone=ZoneInfo("UTC"),
    permalink="/:title/",
    language="en",
    drafts=False,
    encodings=("utf-8",),
    id_style="permalink",
)
PERMALINKS = {
    "jekyll": "/:categories/:title/",
    "hugo": "/:language/:sections/:slugorcontentbasename/",
    "zola": "/:language/:directories/:slug/",
    "hexo": "/:year/:month/:day/:path/",
    "eleventy": "/blog/:path/",
}


def read(generator: str, path: str, text: str, **rules: Any) -> Post | PostError | Withheld:
    given = replace(RULES, generator=generator, permalink=PERMALINKS[generator], languages=("ko", "pt-br"))
    return parse_post(path, text.encode(), replace(given, **rules))


def post_of(generator: str, path: str, text: str, **rules: Any) -> Post:
    post = read(generator, path, text, **rules)
    assert isinstance(post, Post), post
    return post


def labels(post: Post, kind: str) -> list[str]:
    return [term.label for term in post.terms if term.kind == kind]


DAY = "date: 2024-01-02\n"

# generator, path, front matter, the path of the URL
ADDRESSES = [
    # Zola: file_info.rs, page.rs and slugs.rs, with the cases of their own tests.
    ("zola", "blog/2024-01-02-a-slug.md", "+++\n+++", "/blog/a-slug/"),
    ("zola", "blog/2024-01-02_a-slug.md", "+++\n+++", "/blog/a-slug/"),
    ("zola", "2024-01-02T10:20:30+09:00-timed.md", "+++\n+++", "/timed/"),
    ("zola", "posts/2018-10-08_hello/index.md", "+++\n+++", "/posts/hello/"),
    ("zola", "posts/with-assets/index.md", "+++\ndate = 2024-01-02\n+++", "/posts/with-assets/"),
    ("zola", "posts/with-assets/index.md", '+++\ndate = 2024-01-02\nslug = "hey"\n+++', "/posts/hey/"),
    ("zola", "file with space.md", "+++\ndate = 2024-01-02\n+++", "/file-with-space/"),
    ("zola", "posts/intro/x.md", '+++\ndate = 2024-01-02\nslug = "hello-&-world"\n+++', "/posts/intro/hello-world/"),
    ("zola", "a.md", '+++\ndate = 2024-01-02\npath = "/hey/there"\n+++', "/hey/there/"),
    ("zola", "a.md", '+++\ndate = 2024-01-02\npath = "no/slash"\n+++', "/no/slash/"),
    ("zola", "a.md", '+++\ndate = 2024-01-02\npath = "a:title"\n+++', "/a%3Atitle/"),
    ("zola", "blog/a.ko.md", "+++\ndate = 2024-01-02\n+++", "/ko/blog/a/"),
    ("zola", "blog/a/index.ko.md", "+++\ndate = 2024-01-02\n+++", "/ko/blog/a/"),
    ("zola", "blog/v1.2.md", "+++\ndate = 2024-01-02\n+++", "/blog/v1-2/"),
    ("zola", "2024-01-02.md", "+++\n+++", "/2024-01-02/"),
    # Hugo: what hugo 0.168 publishes of these files.
    ("hugo", "posts/a.md", f"---\n{DAY}---", "/posts/a/"),
    ("hugo", "posts/2024-01-02-dated.md", f"---\n{DAY}---", "/posts/2024-01-02-dated/"),
    (
        "hugo",
        "posts/Cap_And Space (x)+~@#é한글.md",
        f"---\n{DAY}---",
        "/posts/cap_and-space-x+~@%23%C3%A9%ED%95%9C%EA%B8%80/",
    ),
    ("hugo", "posts/slugged.md", f"---\n{DAY}slug: My Slug!\n---", "/posts/my-slug/"),
    ("hugo", "posts/urled.md", f"---\n{DAY}url: /x/y.html\n---", "/x/y.html"),
    ("hugo", "posts/urled.md", f"---\n{DAY}URL: x2/y2\n---", "/x2/y2/"),
    ("hugo", "posts/bundle/index.md", f"---\n{DAY}---", "/posts/bundle/"),
    ("hugo", "posts/bundle/index.ko.md", f"---\n{DAY}---", "/ko/posts/bundle/"),
    ("hugo", "posts/a.pt-br.md", f"---\n{DAY}---", "/pt-br/posts/a/"),
    ("hugo", "posts/a.en.md", f"---\n{DAY}---", "/posts/a.en/"),
    ("hugo", "posts/My Sec/in--it.md", '{"date": "2024-01-02"}', "/posts/my-sec/in--it/"),
    # Hexo: its post_permalink filter.
    ("hexo", "hello.md", "---\ndate: 2024/01/02 10:20\n---", "/2024/01/02/hello/"),
    ("hexo", "sub/hello.md", "---\ndate: 2024-01-02 10:20:30\n---", "/2024/01/02/sub/hello/"),
    ("hexo", "hello.md", "---\ndate: 2024-01-02\npermalink: own/place/\n---", "/own/place/"),
    # Eleventy: what 3.1 does; only page.fileSlug, which is not in an address by default, lacks the date.
    ("eleventy", "2024-01-02-hello.md", "---\n---", "/blog/2024-01-02-hello/"),
    ("eleventy", "dir/hello/index.md", f"---\n{DAY}---", "/blog/dir/hello/"),
    ("eleventy", "x.md", f"---\n{DAY}permalink: /own/index.html\n---", "/own/"),
    ("eleventy", "x.md", f"---\n{DAY}permalink: /{{{{ title | slug }}}}/\n---", "/blog/x/"),
    # A plain folder.
    ("jekyll", "sub/2024-01-02-trip/index.md", "---\n---", "/trip/"),
    ("jekyll", "2024-01-02_trip.md", "---\n---", "/trip/"),
    ("jekyll", "24-01-02_trip.md", f"---\n{DAY}---", "/24-01-02_trip/"),
    ("jekyll", "x.md", f"---\n{DAY}url: /elsewhere/\npath: /elsewhere/\n---", "/x/"),
]


@pytest.mark.parametrize(("generator", "path", "matter", "expected"), ADDRESSES)
def test_a_post_is_where_its_generator_puts_it(generator: str, path: str, matter: str, expected: str) -> None:
    post = post_of(generator, path, f"{matter}\nText.\n")
    assert post.alternate_link.removeprefix("https://example.org") == expected


@pytest.mark.parametrize(
    ("template", "matter", "expected"),
    [
        ("/:section/:slugortitle/", "title: My Title\n", "/posts/my-title/"),
        ("/:section/:slugortitle/", "title: My Title\nslug: s\n", "/posts/s/"),
        ("/:year/:page_title/", "title: 한글 Title\nslug: s\n", "/2024/%ED%95%9C%EA%B8%80-title/"),
        ("/:contentbasename/", "slug: s\n", "/a-b/"),
        ("/:category/:post_title/", "title: A (B)\n", "/uncategorized/a-b/"),
        ("/:category/:post_title/", "title: T\ncategories: [Sports, Ball Games]\n", "/Sports/Ball-Games/t/"),
        ("/:category/:post_title/", "title: T\ncategories: [[A, B], [A, C]]\n", "/A/C/t/"),
        ("/:category/:post_title/", "title: T\ncategories: [[A, B], [A, C], Life]\n", "/Life/t/"),
    ],
)
def test_addresses_hold_what_other_generators_fill_in(template: str, matter: str, expected: str) -> None:
    post = post_of("hexo", "posts/sub/A b.md", f"---\n{DAY}{matter}---\nText.\n", permalink=template)
    assert post.alternate_link.removeprefix("https://example.org") == expected


# generator, front matter, published, updated
TIMES = [
    ("zola", "+++\ndate = 2024-01-02\n+++", "2024-01-02T00:00Z", "2024-01-02T00:00Z"),
    ("zola", "+++\ndate = 2024-01-02T10:20:30\n+++", "2024-01-02T10:20:30Z", "2024-01-02T10:20:30Z"),
    ("zola", "+++\ndate = 2024-01-02 10:20:30.5+09:00\n+++", "2024-01-02T01:20:30.500Z", "2024-01-02T01:20:30.500Z"),
    ("zola", "+++\ndate = 2024-01-02\nupdated = 2024-02-01\n+++", "2024-01-02T00:00Z", "2024-02-01T00:00Z"),
    ("hugo", f"---\n{DAY}publishDate: 2024-02-03T10:00:00+09:00\n---", "2024-02-03T01:00Z", "2024-02-03T01:00Z"),
    ("hugo", "---\npublishdate: 2024-02-03\n---", "2024-02-03T00:00Z", "2024-02-03T00:00Z"),
    ("hugo", "---\nPubDate: 2024-02-03\n---", "2024-02-03T00:00Z", "2024-02-03T00:00Z"),
    ("hugo", "---\nlastmod: 2024-02-03\n---", "2024-02-03T00:00Z", "2024-02-03T00:00Z"),
    ("hugo", f"---\n{DAY}lastmod: 2024-03-01\n---", "2024-01-02T00:00Z", "2024-03-01T00:00Z"),
    ("hugo", f"---\n{DAY}Modified: 2024-03-01\n---", "2024-01-02T00:00Z", "2024-03-01T00:00Z"),
    (
        "hugo",
        "+++\nDate = 2024-01-02T10:20:30Z\nisCJKLanguage = true\n+++",
        "2024-01-02T10:20:30Z",
        "2024-01-02T10:20:30Z",
    ),
    (
        "hexo",
        "---\ndate: 2024/01/02 10:20\nupdated: 2024/01/03 1:02:03\n---",
        "2024-01-02T10:20Z",
        "2024-01-03T01:02:03Z",
    ),
    ("jekyll", f"---\n{DAY}lastmod: 2024-03-01\n---", "2024-01-02T00:00Z", "2024-03-01T00:00Z"),
]


@pytest.mark.parametrize(("generator", "matter", "published", "updated"), TIMES)
def test_dates_are_read_in_every_generators_forms(generator: str, matter: str, published: str, updated: str) -> None:
    post = post_of(generator, "a.md", f"{matter}\nText.\n")
    assert post.published == datetime.fromisoformat(published)
    assert post.updated == datetime.fromisoformat(updated)


def test_an_address_holds_the_date_and_not_when_the_post_goes_live() -> None:
    text = f"---\n{DAY}publishDate: 2025-06-07\n---\nText.\n"
    assert post_of("hugo", "a.md", text, permalink="/:year/:title/").alternate_link == "https://example.org/2024/a/"


@pytest.mark.parametrize("key", ["expiryDate", "expirydate"])
@pytest.mark.parametrize("generator", ["hugo", "jekyll"])
def test_a_post_tells_from_when_on_it_is_away(generator: str, key: str) -> None:
    post = post_of(generator, "a.md", f"---\n{DAY}{key}: 2024-02-03 04:05:06\n---\nText.\n")
    assert post.expires == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("key", ["publishDate", "expiryDate"])
def test_a_time_that_cannot_be_kept_keeps_the_post_out_and_is_called_as_its_author_does(key: str) -> None:
    error = read("hugo", "a.md", f"---\n{DAY}{key}: soon\n---\nText.\n")
    assert isinstance(error, PostError)
    assert str(error).startswith(f"a.md:3:{len(key) + 3}: {key}: 'soon' is not a date")


# generator, front matter, categories, tags, authors
TERMS: list[tuple[str, str, list[str], list[str], list[str]]] = [
    (
        "zola",
        '+++\ndate = 2024-01-02\n[taxonomies]\ncategories = ["a b"]\ntags = ["t", "u v"]\nauthors = ["K"]\n+++',
        ["a b"],
        ["t", "u v"],
        ["K"],
    ),
    ("zola", '+++\ndate = 2024-01-02\nauthors = ["K", "L"]\n+++', [], [], ["K", "L"]),
    ("zola", '+++\ndate = 2024-01-02\n[extra]\nauthor = "K"\n+++', [], [], ["K"]),
    ("hugo", f"---\n{DAY}categories: a b\ntags: [t]\nseries: [s]\n---", ["a b"], ["t"], []),
    ("hugo", f"---\n{DAY}Tags: [t]\nparams:\n  author: K\n---", [], ["t"], ["K"]),
    ("hexo", f"---\n{DAY}categories:\n- [A, B]\n- [A, C]\n- D\ntags: x y\n---", ["A", "B", "C", "D"], ["x y"], []),
    ("eleventy", f"---\n{DAY}tags: post\n---", [], [], []),
    ("eleventy", f"---\n{DAY}tags: [posts, all, sea, [], [deep]]\n---", [], ["sea", "deep"], []),
    ("jekyll", f"---\n{DAY}categories: a b\ntags: post x\n---", ["a", "b"], ["post", "x"], []),
    ("jekyll", f"---\n{DAY}taxonomies: {{tags: [t]}}\n---", [], ["t"], []),
]


@pytest.mark.parametrize(("generator", "matter", "categories", "tags", "authors"), TERMS)
def test_terms_are_those_of_the_generator(
    generator: str, matter: str, categories: list[str], tags: list[str], authors: list[str]
) -> None:
    post = post_of(generator, "a.md", f"{matter}\nText.\n")
    assert (labels(post, "category"), labels(post, "tag"), labels(post, "author")) == (categories, tags, authors)


@pytest.mark.parametrize(
    ("generator", "path", "matter", "reason"),
    [
        ("hugo", "posts/_index.md", "title: T", "the page of a section"),
        ("zola", "posts/_index.ko.md", "title: T", "the page of a section"),
        ("hugo", "a.md", "headless: true", "headless: true"),
        ("hugo", "a.md", "build:\n  list: never", "build: list: never"),
        ("hugo", "a.md", "_build:\n  render: false", "_build: render: never"),
        ("hugo", "a.md", "Draft: true", "a draft"),
        ("eleventy", "a.md", "permalink: false", "permalink: false"),
        ("eleventy", "a.md", "eleventyExcludeFromCollections: true", "eleventyExcludeFromCollections: true"),
    ],
)
def test_what_a_generator_keeps_out_is_no_post(generator: str, path: str, matter: str, reason: str) -> None:
    assert read(generator, path, f"---\n{DAY}{matter}\n---\nText.\n") == Withheld(path=path, reason=reason)


@pytest.mark.parametrize("date", ["Created", "Last Modified", "git Created", "git Last Modified"])
def test_the_date_of_the_file_is_no_date_of_the_post(date: str) -> None:
    assert isinstance(read("eleventy", "a.md", f"---\ndate: {date}\n---\nText.\n"), UndatedError)


def test_a_post_without_a_date_takes_the_one_it_is_given_and_no_other_does() -> None:
    given = datetime(2020, 5, 6, tzinfo=UTC)
    undated = parse_post("a.md", b"---\ntitle: T\n---\nText.\n", RULES, dated=given)
    assert isinstance(undated, Post)
    assert undated.published == given
    dated = parse_post("2024-01-02-a.md", b"---\ntitle: T\n---\nText.\n", RULES, dated=given)
    assert isinstance(dated, Post)
    assert dated.published == datetime(2024, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.ko.md", "ko"),
        ("a.KO.md", "ko"),
        ("a/index.pt-br.md", "pt-br"),
        ("ko/a.md", "ko"),
        ("a.md", "en"),
        ("a.fr.md", "en"),
    ],
)
def test_a_files_name_tells_the_language_if_the_site_has_it(path: str, language: str) -> None:
    assert post_of("hugo", path, f"---\n{DAY}---\nText.\n").language == language


def test_the_media_of_a_bundle_are_found_beside_it() -> None:
    text = f"---\n{DAY}images: [cover.jpg, other.jpg]\naudio: /a.mp3\nvideo: {{url: v.mp4, type: video/mp4}}\n---\n"
    post = post_of("hugo", "posts/b/index.md", f"{text}![x](in.png) ![y](/up.png)\n")
    assert post.image is not None
    assert post.image.href == "https://example.org/posts/b/cover.jpg"
    assert [each.href for each in post.enclosures] == [
        "https://example.org/a.mp3",
        "https://example.org/posts/b/v.mp4",
    ]
    assert 'src="https://example.org/posts/b/in.png"' in post.content
    assert 'src="https://example.org/up.png"' in post.content


def test_media_of_other_posts_stay_files_of_the_site() -> None:
    post = post_of("hugo", "posts/b.md", f"---\n{DAY}image: cover.jpg\n---\nText.\n")
    assert post.image is not None
    assert post.image.href == "https://example.org/cover.jpg"


def test_a_computed_permalink_is_told_of() -> None:
    post = post_of("eleventy", "x.md", f"---\n{DAY}permalink: '/{{{{ page.fileSlug }}}}.html'\n---\nText.\n")
    assert [str(finding) for finding in post.warnings] == [
        "x.md:3:12: permalink: only Eleventy can compute this, so [posts] permalink is used; write the path itself"
    ]


def test_a_short_title_stands_in_for_a_missing_one_only() -> None:
    assert post_of("hugo", "a.md", f"---\n{DAY}linkTitle: Short\n---\nText.\n").title == "Short"
    assert post_of("hugo", "a.md", f"---\n{DAY}title: Long\nlinkTitle: Short\n---\nText.\n").title == "Long"


def test_aliases_are_read_by_nobody_and_change_nothing() -> None:
    plain = post_of("hugo", "a.md", f"---\n{DAY}---\nText.\n")
    other = post_of("hugo", "a.md", f"---\n{DAY}aliases: [/old/, 3]\n---\nText.\n")
    assert (other.proposed_id, other.warnings) == (plain.proposed_id, ())
