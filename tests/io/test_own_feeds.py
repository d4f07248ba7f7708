"""Feeds by rules, by language, and with words of their own, through whole builds."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from feedsvc.model import Snapshot
from feedsvc.publish.snapshot import load_snapshot
from feedsvc.report import BuildReport

WritePost = Callable[..., Path]
Build = Callable[..., BuildReport]
Documents = Callable[..., dict[str, bytes]]
ATOM = {"a": "http://www.w3.org/2005/Atom", "at": "http://purl.org/atompub/tombstones/1.0"}
TOP = {"name": "머리 기사", "include": {"tags": ["Top"]}, "exclude": {"categories": "날씨"}}
TOP_PATH = "/feeds/머리-기사/feed.json"


def read(documents: Documents, path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(documents()[path])
    return document


def titles(documents: Documents, path: str) -> list[str]:
    return [item["title"] for item in read(documents, path)["items"]]


@pytest.fixture
def posts(write_post: WritePost) -> None:
    write_post("2024-06-12-1.md", "경제", title="하나", tags="[TOP]")
    write_post("2024-06-12-2.md", "경제", title="둘")
    write_post("2024-06-12-3.md", "날씨", title="셋", tags="[top]")


def test_a_feed_by_rules_holds_what_they_choose_and_follows_an_edit(
    posts: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    run_build(feed=[TOP])
    (first,) = read(documents, TOP_PATH)["items"]
    assert first["title"] == "하나"
    write_post("2024-06-12-2.md", "경제", title="둘", tags="[top]")
    write_post("2024-06-12-1.md", "경제", title="하나")
    report = run_build(1, feed=[TOP])
    assert titles(documents, TOP_PATH) == ["둘"]
    assert "/feeds/머리-기사/atom.xml" in report.written
    root: Any = etree.fromstring(documents()["/feeds/머리-기사/atom.xml"])
    assert root.findtext("a:title", namespaces=ATOM) == "뉴스 – 머리 기사"
    assert root.findtext("a:id", namespaces=ATOM).startswith("https://example.org/#feed=")
    assert [each.get("ref") for each in root.findall("at:deleted-entry", ATOM)] == [first["id"]]


def test_a_feed_by_rules_is_there_before_and_after_its_posts(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    assert run_build(feed=[TOP]).feeds == 2
    assert titles(documents, TOP_PATH) == []
    path = write_post("2024-06-12-1.md", tags="[top]")
    run_build(1, feed=[TOP])
    assert len(titles(documents, TOP_PATH)) == 1
    path.unlink()
    run_build(2, allow_removals=True, feed=[TOP])
    assert titles(documents, TOP_PATH) == []


def test_a_feed_that_its_owner_gives_up_is_gone(
    posts: None, site: Path, run_build: Build, documents: Documents
) -> None:
    run_build(feed=[TOP])
    run_build(1)
    assert TOP_PATH not in documents()
    snapshot: Snapshot = load_snapshot(site / "public")
    assert TOP_PATH in snapshot.moves.gone


def test_a_feed_by_rules_comes_and_goes_without_a_change_of_any_post(
    posts: None, run_build: Build, documents: Documents
) -> None:
    before = run_build()
    others = documents()
    report = run_build(1, feed=[TOP])
    assert set(report.written) == {"/opml.xml", *(path for path in documents() if path.startswith("/feeds/"))}
    del others["/opml.xml"]
    assert {path: body for path, body in documents().items() if path in others} == others
    assert report.feeds == before.feeds + 1


def test_words_and_limits_of_one_category_change_its_documents_alone(
    posts: None, site: Path, run_build: Build, documents: Documents
) -> None:
    run_build()
    table = {"title": "돈", "description": "경제 소식", "content": "summary", "max_entries": 1}
    report = run_build(1, category={" 경제 ": table})
    changed = [path for path in report.written if "archive" not in path]
    assert {path.rsplit("/", 1)[0] for path in changed if path != "/opml.xml"} == {"/categories/경제"}
    feed = read(documents, "/categories/경제/feed.json")
    assert (feed["title"], feed["description"]) == ("돈", "경제 소식")
    assert [item["title"] for item in feed["items"]] == ["둘"]
    assert "content_html" not in feed["items"][0]
    assert titles(documents, "/feed.json") == ["셋", "둘", "하나"]
    root: Any = etree.fromstring(documents()["/categories/경제/atom.xml"])
    assert root.xpath("count(a:link[@rel='prev-archive'])", namespaces=ATOM) == 1
    (page,) = (site / "public/categories/경제/archive").glob("*/atom.xml.gz")
    archived: Any = etree.fromstring(gzip.decompress(page.read_bytes()))
    assert archived.findtext("a:title", namespaces=ATOM) == "돈"
    assert archived.xpath("count(a:entry/a:content)", namespaces=ATOM) == 0


def test_one_feed_may_have_formats_of_its_own(posts: None, run_build: Build, documents: Documents) -> None:
    run_build(feed=[TOP | {"formats": ["json"], "title": "머리"}])
    assert [path for path in documents() if path.startswith("/feeds/")] == [TOP_PATH]
    assert read(documents, TOP_PATH)["title"] == "머리"


def test_each_language_has_a_feed_in_its_own_words(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("ko/2024-06-12-1.md", title="하나")
    write_post("en/2024-06-12-1.md", title="one")
    write_post("2024-06-12-2.md", title="eins", lang="de")
    report = run_build(
        posts={"languages": ["ko", "en"]},
        feeds={"by": ["language"]},
        language={"en": {"title": "News", "description": "in English"}},
    )
    assert report.feed_warnings == ()
    english: Any = etree.fromstring(documents()["/languages/en/atom.xml"])
    assert english.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert english.findtext("a:title", namespaces=ATOM) == "News"
    assert english.xpath("a:entry/a:title/text()", namespaces=ATOM) == ["one"]
    assert read(documents, "/languages/ko/feed.json")["title"] == "뉴스 – ko"
    assert read(documents, "/languages/de/feed.json")["language"] == "de"
    languages = {item["title"]: item.get("language") for item in read(documents, "/feed.json")["items"]}
    assert languages == {"하나": None, "one": "en", "eins": "de"}


def test_a_table_that_no_feed_answers_to_is_told_with_the_nearest(
    posts: None, write_post: WritePost, run_build: Build
) -> None:
    write_post("2024-06-12-4.md", "환경")
    tables = {"category": {"경재": {"title": "x"}, "경제": {}}, "tag": {"top": {"title": "x"}}}
    report = run_build(**tables)
    assert report.feed_warnings == (
        '[category."경재"]: no post has this category, so the table does nothing; the nearest that has is "경제"',
        '[tag."top"]: there are no feeds by tag; add "tag" to [feeds] by, or remove the table',
    )
    assert run_build(1, **tables).feed_warnings == report.feed_warnings


def test_what_left_a_feed_is_told_as_long_as_the_feed_s_own_window(
    posts: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    tables = {"feed": [TOP | {"window": "1h"}]}
    write_post("2024-06-12-4.md", "경제", title="넷", tags="[top]")
    run_build(**tables)
    write_post("2024-06-12-1.md", "경제", title="하나")
    run_build(1, **tables)
    write_post("2024-06-12-5.md", "경제", title="다섯", tags="[top]")
    run_build(3, **tables)

    def told(path: str) -> int:
        return len(etree.fromstring(documents()[path]).findall("at:deleted-entry", ATOM))

    assert told("/feeds/머리-기사/atom.xml") == 0
    run_build(3, feed=[TOP])
    write_post("2024-06-12-4.md", "경제", title="넷")
    run_build(4, feed=[TOP])
    write_post("2024-06-12-6.md", "경제", title="여섯", tags="[top]")
    run_build(6, feed=[TOP])
    assert told("/feeds/머리-기사/atom.xml") == 1


def test_the_last_good_version_of_a_rejected_post_is_in_the_feeds_of_todays_rules(
    posts: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    run_build(feed=[TOP])
    write_post("2024-06-12-1.md").write_text("---\ntitle: [하나\n---\n", encoding="utf-8")
    report = run_build(1, feed=[TOP])
    assert [each.kept_previous for each in report.rejected] == [True]
    assert titles(documents, TOP_PATH) == ["하나"]
    run_build(2, feed=[{"name": "둘 아님", "include": {"categories": "경제"}, "exclude": {"paths": "*-2.md"}}])
    assert titles(documents, "/feeds/둘-아님/feed.json") == ["하나"]
    run_build(3)
    assert titles(documents, "/categories/경제/feed.json") == ["둘", "하나"]
    run_build(4, feed=[TOP | {"exclude": {"tags": "top"}}])
    assert titles(documents, TOP_PATH) == []


@pytest.mark.parametrize(("window", "newest"), [("7d", "넷"), ("1h", "다섯")])
def test_a_post_that_returns_goes_live_anew_by_the_longest_window_of_its_feeds(
    posts: None, write_post: WritePost, run_build: Build, documents: Documents, window: str, newest: str
) -> None:
    slow = {"feeds": {"window": "1h", "min_entries": 1, "by": ["category", "tag"]}, "tag": {"top": {"window": window}}}
    run_build(**slow)
    write_post("2024-06-12-4.md", title="넷", tags="[TOP]")
    run_build(1, **slow)
    write_post("2024-06-12-4.md", title="넷", tags="[TOP]", published="false")
    write_post("2024-06-12-5.md", title="다섯")
    run_build(73, **slow)
    write_post("2024-06-12-4.md", title="넷", tags="[TOP]")
    run_build(80, **slow)
    assert titles(documents, "/feed.json") == [newest]
