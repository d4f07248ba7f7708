from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from feedsvc.feeds.stylesheet import render_stylesheet, stylesheet_href
from feedsvc.model import Moves, Representation, Snapshot, Variant
from feedsvc.web.feedpages import FeedPages
from feedsvc.web.feedplaces import find_places, is_gone
from feedsvc.web.pages import PageFacts
from feedsvc.web.pages.feed import MOST_ENTRIES
from feedsvc.words import load_words, make_words

FACTS = PageFacts(
    title="소식",
    description="",
    language="ko",
    server_url="https://example.org/blog",
    timezone="Asia/Seoul",
    words=load_words("ko"),
)
FILES = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}
Key = tuple[str, str]


def represent(path: str, feed: Key = ("site", ""), format_: str = "", title: str = "", **more: str) -> Representation:
    by_name = {file: each for each, file in FILES.items()}
    return Representation(
        path=path,
        media_type="application/x",
        last_modified=datetime(2024, 7, 11, tzinfo=UTC),
        entry_count=1,
        variants=(Variant(coding="identity", etag=path, size=1),),
        feed=feed,
        format=format_ or by_name[path.rpartition("/")[2]],
        title=title or feed[1] or "소식",
        **more,
    )


SITE = [represent("/rss.xml"), represent("/atom.xml"), represent("/feed.json")]
ECONOMY = [represent(f"/categories/경제/{file}", ("category", "경제")) for file in FILES.values()]
TAG = [represent("/tags/x/feed.json", ("tag", "x")), represent("/tags/x/atom.xml", ("tag", "x"))]


def paths(*representations: Representation) -> dict[Key, str]:
    return dict(find_places(representations).paths)


def test_a_feed_has_its_page_in_the_folder_of_its_documents_and_the_site_at_latest() -> None:
    alias = represent("/old/feed.xml", format_="atom", alias_of="/atom.xml")
    listed = represent("/opml.xml", ("list", "opml"), format_="opml")
    assert paths(*ECONOMY, *TAG, *SITE, alias, listed) == {
        ("category", "경제"): "/categories/경제/",
        ("tag", "x"): "/tags/x/",
        ("site", ""): "/latest/",
    }


@pytest.mark.parametrize(
    ("documents", "found"),
    [
        # The site's feed below a folder of its own.
        ([represent("/feeds/atom.xml")], {("site", ""): "/feeds/"}),
        # A category that is called so.
        ([*SITE, represent("/latest/atom.xml", ("category", "latest"))], {("category", "latest"): "/latest/"}),
        # Feeds that share a folder, be it the top.
        ([represent("/a.xml", ("tag", "a"), "atom"), represent("/b.xml", ("tag", "b"), "atom")], {}),
        ([represent("/t/a.xml", ("tag", "a"), "atom"), represent("/t/b.xml", ("tag", "b"), "atom")], {}),
        ([represent("/a.xml", ("tag", "a"), "atom")], {}),
        # A feed whose formats are in folders of their own.
        ([represent("/atom.xml/a", ("tag", "a"), "atom"), represent("/rss.xml/a", ("tag", "a"), "rss")], {}),
    ],
)
def test_a_folder_that_is_not_one_feeds_own_is_no_page(documents: list[Representation], found: dict[Key, str]) -> None:
    assert paths(*documents) == found


def test_documents_are_in_the_same_order_whatever_that_of_the_manifest() -> None:
    for given in (SITE, SITE[::-1]):
        assert [each.format for each in find_places(given).documents["site", ""]] == ["atom", "rss", "json"]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/categories/경제", "/categories/%EA%B2%BD%EC%A0%9C/"),
        ("/categories/\u1100\u1167\u11bc\u110c\u1166/", "/categories/%EA%B2%BD%EC%A0%9C/"),
        ("/categories/경제//", "/categories/%EA%B2%BD%EC%A0%9C/"),
        ("/categories/money/", "/categories/%EA%B2%BD%EC%A0%9C/"),
        ("/categories/경제/", None),
        ("/categories/away/", None),
        ("/categories/lost/", None),
        ("/categories/", None),
        ("/", None),
    ],
)
def test_another_spelling_and_an_older_name_lead_to_the_page(path: str, location: str | None) -> None:
    moved = {
        "/categories/money/*": "/categories/경제/*",
        "/categories/away/*": "https://other.example/*",
        "/categories/lost/*": "/categories/nowhere/*",
    }
    snapshot = shot({}, ECONOMY, Moves(moved=moved))
    move = find_places(ECONOMY).find_move(snapshot, path)
    assert (move.location if move else None) == location


def test_the_page_of_a_feed_that_is_gone_is_gone() -> None:
    snapshot = shot({}, (), Moves(gone=frozenset({"/categories/사람/atom.xml", "/feed.xml"})))
    gone = [is_gone(snapshot, path) for path in ("/categories/사람/", "/categories/사람", "/categories/", "/")]
    assert gone == [True, True, False, False]


def shot(
    documents: Mapping[str, Any], representations: Any, moves: Moves | None = None, archived: str = ""
) -> Snapshot:
    """An edition whose JSON documents hold these items, by path."""

    def read(path: str, _coding: str) -> bytes:
        if path.endswith(".json"):
            head = json.dumps({"description": '"부제" <b>', "language": "ko"}, ensure_ascii=False)
            return f'{head[:-1]}, "items": {json.dumps(documents.get(path, []), ensure_ascii=False)}}}'.encode()
        return f'<feed><link href="x" rel="{archived}"/></feed>'.encode()

    return Snapshot(
        id="1",
        representations={each.path: each for each in representations},
        read_body=read,
        moves=moves or Moves(),
    )


ITEM = {
    "url": 'https://example.org/1/?a=1&b="',
    "title": "</h3><script>alert(1)</script>",
    "date_published": "2024-07-10T15:30:00+00:00",
    "authors": [{"name": "김 <i>"}, {"name": "Lee"}],
    "tags": ["경제", "X", "<b>없음"],
    "image": "https://pictures.example/1.png",
    "content_html": "<h1>큰 제목</h1><p>본문</p>",
    "summary": "요약 <b>",
    "attachments": [
        {"url": "https://m.example/1.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 12_345_678},
        {"url": "https://m.example/2.mp4", "mime_type": "video/mp4", "size_in_bytes": 900},
        {"url": "https://m.example/%EB%85%B8%ED%8A%B8.pdf", "mime_type": '"><script>'},
        {"url": "https://m.example/"},
    ],
    "language": "ar",
}


class Outline(HTMLParser):
    """Every start tag with its attributes in order, that every element is closed, and the text."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [each for name, each in self.tags if name == tag and attributes.items() <= each.items()]


def show(
    items: Any, path: str = "/categories/경제/", facts: PageFacts = FACTS, archived: str = "", **more: Any
) -> Outline:
    snapshot = shot({"/categories/경제/feed.json": items}, [*SITE, *ECONOMY, *TAG], archived=archived)
    found = FeedPages(facts, **more).find(snapshot, path, "public, max-age=5")
    assert found is not None
    assert found[1].cache_control == "public, max-age=5"
    return Outline(found[0].bodies["identity"].decode())


def test_an_entry_is_shown_as_a_reader_shows_it() -> None:
    page = show([ITEM])
    assert page.named("h1") == [{}]
    assert page.named("a", href='https://example.org/1/?a=1&b="')
    assert page.named("time") == [{"datetime": "2024-07-10T15:30:00+00:00"}]
    # In the zone of the site, in the words of its language.
    assert "2024년 7월 11일 00:30" in page.text
    for text in (
        "</h3><script>alert(1)</script>",
        "글 김 <i>, Lee",
        "<b>없음",
        '"부제" <b>',
        "노트.pdf",
        "12 MB",
        "1 kB",
    ):
        assert text in page.text
    assert "요약" not in page.text
    assert [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)] == ["h1", "h2", "h2", "h3", "h4"]
    assert page.named("article") == [{"class": "entry", "lang": "ar", "dir": "rtl"}]
    assert [each["href"] for each in page.named("a", **{"class": "term"})] == [
        "../../categories/%EA%B2%BD%EC%A0%9C/", "../../tags/x/",
    ]  # fmt: skip
    assert [each["src"] for each in page.named("audio") + page.named("video")] == [
        "https://m.example/1.mp3", "https://m.example/2.mp4",
    ]  # fmt: skip
    assert page.named("script") == [{"src": page.named("script")[0]["src"], "defer": None}]
    assert {each["href"] for each in page.named("a", rel="noopener noreferrer")} >= {"https://m.example/"}


def test_the_picture_of_an_entry_is_shown_once_and_late() -> None:
    content = '<p><img src="https://pictures.example/1.png" alt="x"></p>'
    for items in ([ITEM], [{**ITEM, "content_html": content}]):
        (picture,) = show(items).named("img", src="https://pictures.example/1.png")
        assert (picture["loading"], picture["referrerpolicy"]) == ("lazy", "no-referrer")


def test_feeds_are_discovered_the_sites_first_then_the_pages_own() -> None:
    links = [each["href"] for each in show([]).named("link", rel="alternate")]
    category = "../../categories/%EA%B2%BD%EC%A0%9C/"
    assert links == [
        "../../atom.xml", "../../rss.xml", "../../feed.json",
        f"{category}atom.xml", f"{category}rss.xml", f"{category}feed.json",
    ]  # fmt: skip
    assert [each["href"] for each in show([], "/latest/").named("link", rel="alternate")] == [
        "../atom.xml", "../rss.xml", "../feed.json",
    ]  # fmt: skip


def test_each_format_is_told_by_its_address_with_a_button_that_copies_it() -> None:
    page = show([])
    addresses = [f"https://example.org/blog/categories/%EA%B2%BD%EC%A0%9C/{file}" for file in FILES.values()]
    assert [each["data-copy"] for each in page.named("button")] == addresses
    assert all(address in page.text for address in addresses)
    assert page.named("link", rel="canonical")[0]["href"] == "https://example.org/blog/categories/%EA%B2%BD%EC%A0%9C/"


def test_the_feed_is_opened_in_readers_by_the_address_of_its_first_format() -> None:
    page = show([], readers=("feedly", "local"))
    address = "https://example.org/blog/categories/%EA%B2%BD%EC%A0%9C/atom.xml"
    (feedly, local) = (each["href"] or "" for each in page.named("a", rel="noreferrer"))
    assert feedly.startswith("https://feedly.com/")
    assert local == f"feed:{address}"
    assert not show([]).named("details")


def test_a_summary_stands_for_a_content_that_is_not_there_or_too_long() -> None:
    for content in ("", f"<p>{'가' * 500_000}</p>"):
        page = show([{**ITEM, "content_html": content}])
        assert "요약 <b>" in page.text
        assert "가가" not in page.text
    assert "사이트에서 읽기" in show([{**ITEM, "content_html": "", "summary": ""}]).text


def test_the_newest_entries_are_shown_and_the_others_counted() -> None:
    page = show([ITEM] * (MOST_ENTRIES + 3))
    assert len(page.named("article")) == MOST_ENTRIES
    assert "3개 더" in page.text
    assert "보관함" not in page.text
    assert "보관함" in show([], archived="prev-archive").text


def test_a_feed_without_entries_says_so() -> None:
    assert "아직 글이 없습니다" in show([]).text


def test_a_frame_comes_from_the_hosts_that_posts_may_show_only() -> None:
    content = '<iframe src="https://www.youtube.com/embed/x"></iframe>'
    assert show([{**ITEM, "content_html": content}], frame_hosts=("youtube.com",)).named("iframe")
    assert not show([{**ITEM, "content_html": content}]).named("iframe")
    snapshot = shot({}, SITE)
    found = FeedPages(FACTS, frame_hosts=("youtube.com", "tv.naver.com")).find(snapshot, "/latest/", "")
    assert found is not None
    policy = dict(found[1].described)["Content-Security-Policy"]
    assert "frame-src https://youtube.com https://*.youtube.com https://tv.naver.com https://*.tv.naver.com;" in policy
    plain = FeedPages(replace(FACTS, server_url="http://127.0.0.1:8000")).find(snapshot, "/latest/", "")
    assert plain is not None
    assert "img-src http: https:;" in dict(plain[1].described)["Content-Security-Policy"]


def test_pages_are_made_once_for_an_edition_and_those_asked_for_last_are_held() -> None:
    snapshot = shot({}, [*SITE, *ECONOMY, *TAG])
    pages = FeedPages(FACTS)
    first = pages.find(snapshot, "/latest/", "")
    again = pages.find(snapshot, "/latest/", "x")
    assert first is not None
    assert again is not None
    assert first[0] is again[0]
    size = sum(map(len, first[0].bodies.values()))
    other = pages.find(replace(snapshot), "/latest/", "")
    assert other is not None
    assert other[0] is not first[0]
    assert other[0].bodies == first[0].bodies
    small = FeedPages(FACTS, memory=3 * size)
    held = [small.find(snapshot, path, "") for path in ("/latest/", "/tags/x/", "/latest/", "/categories/경제/")]
    kept, dropped = small.find(snapshot, "/latest/", ""), small.find(snapshot, "/tags/x/", "")
    assert kept is not None
    assert dropped is not None
    assert held[0] is not None
    assert held[1] is not None
    assert kept[0] is held[0][0]
    assert dropped[0] is not held[1][0]
    tiny = FeedPages(FACTS, memory=1)
    assert tiny.find(snapshot, "/latest/", "") is not None


def test_the_style_sheet_says_in_the_sites_language_what_a_feed_is_and_nothing_breaks_out() -> None:
    sheet = render_stylesheet(load_words("ko"))
    assert 'content: "이 페이지는 피드입니다.' in sheet
    assert "@notice@" not in sheet
    assert "direction: ltr;" in sheet
    told = render_stylesheet(make_words("ar", {"feed.raw": 'a"b\\c\n</style>@direction@'}))
    assert 'content: "a\\22 b\\5c c\\a \\3c /style>@direction@";' in told
    assert "direction: rtl;" in told
    assert "url(" not in told


@pytest.mark.parametrize(
    ("server", "href"),
    [
        ("https://example.org", "/-/feed.css"),
        ("https://example.org/a/%EA%B2%BD", "/a/%EA%B2%BD/-/feed.css"),
        ("http://localhost:8000/x/", "/x/-/feed.css"),
    ],
)
def test_the_style_sheet_is_named_by_a_path_of_the_same_origin(server: str, href: str) -> None:
    assert stylesheet_href(server) == href
