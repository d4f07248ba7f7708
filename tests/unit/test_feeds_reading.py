from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from feedsvc.feeds.reading import ReadEntry, has_archive, read_document
from feedsvc.feeds.render import RenderRules, render_feed
from feedsvc.model import Category, Enclosure, Entry, FeedSpec, Image, Person

MakeFeed = Callable[..., FeedSpec]
MakeEntry = Callable[..., Entry]
FORMATS = ("atom", "rss", "json")
FULL = RenderRules(content="full", max_bytes=10**6, stylesheet="/-/feed.css")


def documents(spec: FeedSpec, entries: Sequence[Entry], rules: RenderRules = FULL, **more: Any) -> dict[str, bytes]:
    rendered = render_feed(spec, entries, rules, **more).documents
    return {each.location.format: each.body for each in rendered}


@pytest.fixture
def entry(make_entry: MakeEntry) -> Entry:
    entry = make_entry("a")
    post = replace(
        entry.post,
        title='<b> & "제목" ]]> 🚀',
        summary="요약 & <b>",
        content='<p>본문 &amp; &lt;b&gt; ]]&gt; <img src="https://example.org/a.png" alt=""></p>',
        authors=(
            Person(name="김 (민지)", email="minji@example.org"),
            Person(name="박 & 이", uri="https://example.org/"),
        ),
        language="fr",
        image=Image(href="https://example.org/a.png", media_type="image/png", length=5, width=3, height=2),
        enclosures=(
            Enclosure(href="https://example.org/1.mp3", media_type="audio/mpeg", length=123, duration=60),
            Enclosure(href="https://example.org/2.pdf", media_type="application/pdf"),
        ),
    )
    return replace(
        entry, post=post, categories=(Category(term="경제", label="경제"), Category(term="R&D", label="R&D"))
    )


def test_all_formats_say_the_same(make_feed: MakeFeed, make_entry: MakeEntry, entry: Entry) -> None:
    others = [make_entry("b"), replace(make_entry("c"), post=replace(make_entry("c").post, content="", authors=()))]
    alone = replace(others[0], post=replace(others[0].post, authors=(Person(name="김", email="k@example.org"),)))
    spec = make_feed(*FORMATS)
    read = {
        format_: read_document(format_, body, 10)
        for format_, body in documents(spec, [entry, alone, others[1]]).items()
    }
    assert read["atom"] == read["rss"] == read["json"]
    assert (read["json"].subtitle, read["json"].language, read["json"].count) == (spec.subtitle, spec.language, 3)
    first = next(each for each in read["json"].entries if each.language == "fr")
    assert first == ReadEntry(
        url=entry.post.alternate_link,
        title='<b> & "제목" ]]> 🚀',
        published=entry.post.published.replace(microsecond=0),
        authors=("김 (민지)", "박 & 이"),
        categories=("경제", "R&D"),
        language="fr",
        image="https://example.org/a.png",
        content=entry.post.content,
        summary="요약 & <b>",
        enclosures=tuple(replace(each, duration=0) for each in entry.post.enclosures),
    )


@pytest.mark.parametrize("read_more", ["", "계속 읽기"])
def test_a_summary_is_text_or_with_a_link_html_in_all_formats(
    make_feed: MakeFeed, entry: Entry, read_more: str
) -> None:
    rules = RenderRules(content="summary", max_bytes=10**6, read_more=read_more)
    for format_, body in documents(make_feed(*FORMATS), [entry], rules).items():
        (read,) = read_document(format_, body, 1).entries
        if read_more:
            assert read.content.startswith("<p>요약 &amp; &lt;b&gt;</p>")
        else:
            assert (read.content, read.summary) == ("", "요약 & <b>")


def test_a_post_without_any_text_has_none(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    entry = make_entry("a")
    silent = replace(entry, post=replace(entry.post, content="", summary=""))
    for format_, body in documents(make_feed(*FORMATS), [silent]).items():
        (read,) = read_document(format_, body, 1).entries
        assert (read.content, read.summary) == ("", "")


def test_the_first_entries_are_read_and_all_are_counted(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    for format_, body in documents(make_feed(*FORMATS), [make_entry(name) for name in "abc"]).items():
        read = read_document(format_, body, 2)
        assert (len(read.entries), read.count) == (2, 3)


@pytest.mark.parametrize("format_", FORMATS)
def test_an_archive_is_told_by_the_head_and_by_no_text(
    make_feed: MakeFeed, make_entry: MakeEntry, format_: str
) -> None:
    lie = '<link href="x" rel="prev-archive"/> "next_url": "x'
    entry = make_entry("a")
    lying = replace(entry, post=replace(entry.post, title=lie, content=lie))
    spec = replace(make_feed(format_), title=lie, subtitle=lie)
    archive = {format_: "https://example.org/archive/0123456789abcdef/atom.xml"}
    assert not has_archive(format_, documents(spec, [lying])[format_])
    assert has_archive(format_, documents(spec, [lying], archive=archive, has_more=True)[format_])
    assert not has_archive(format_, documents(spec, [])[format_])


@pytest.mark.parametrize(
    ("format_", "body"),
    [
        ("json", b"[]"),
        ("json", b"{}"),
        ("json", b'{"items": {}}'),
        ("json", b"\xff"),
        ("json", b"[" * 100_000),
        ("atom", b""),
        ("atom", b"<feed/>"),
        ("atom", b'<feed xmlns="http://www.w3.org/2005/Atom">'),
        ("rss", b"<rss/>"),
        ("rss", b"<html><channel/></html>"),
        ("rss", b'<!DOCTYPE rss [<!ENTITY x "y">]><rss><channel><title>&x;</title></channel></rss>'),
    ],
)
def test_what_is_no_feed_is_refused(format_: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_document(format_, body, 1)


HOSTILE = {
    "url": "javascript:alert(1)",
    "title": "a\x00\x1bb\ud800",
    "date_published": "2024-13-01T00:00:00Z",
    "authors": [{"name": 5}, "x", {"name": "who"}, None],
    "tags": ["", 5, " x "],
    "image": "data:image/svg+xml,x",
    "content_html": {"a": 1},
    "summary": None,
    "attachments": [
        {"url": "file:///etc/passwd"},
        {"url": "https://example.org/a", "size_in_bytes": -1, "mime_type": []},
        {"url": "https://example.org/b", "size_in_bytes": 10**400},
        7,
    ],
}


def test_what_is_no_value_of_its_field_counts_as_none() -> None:
    body = json.dumps({"items": [5, HOSTILE, None], "description": ["x"], "language": 3}).encode()
    read = read_document("json", body, 9)
    assert (read.subtitle, read.language, read.count) == ("", "", 1)
    assert read.entries == (
        ReadEntry(
            title="ab?",
            authors=("who",),
            categories=("x",),
            enclosures=(
                Enclosure(href="https://example.org/a", media_type=""),
                Enclosure(href="https://example.org/b", media_type=""),
            ),
        ),
    )


@pytest.mark.parametrize("date", ["", "yesterday", "2024-07-11", "2024-07-11T00:00:00", "0001-01-01T00:00:00+14:00"])
def test_an_instant_without_a_zone_or_out_of_time_is_none(date: str) -> None:
    body = json.dumps({"items": [{"date_published": date}]}).encode()
    assert read_document("json", body, 1).entries[0].published is None
    rss = f"<rss><channel><item><pubDate>{date}</pubDate></item></channel></rss>".encode()
    assert read_document("rss", rss, 1).entries[0].published is None


def test_a_date_in_another_zone_is_the_same_instant() -> None:
    instant = datetime(2024, 7, 10, 15, tzinfo=UTC)
    rss = b"<rss><channel><item><pubDate>Thu, 11 Jul 2024 00:00:00 +0900</pubDate></item></channel></rss>"
    body = json.dumps({"items": [{"date_published": "2024-07-11T00:00:00+09:00"}]}).encode()
    assert read_document("rss", rss, 1).entries[0].published == instant
    assert read_document("json", body, 1).entries[0].published == instant
