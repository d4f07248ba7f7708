from __future__ import annotations

import locale
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import pytest
from lxml import etree

from feedsvc.feeds.rss import render_rss
from feedsvc.feeds.rules import RenderRules
from feedsvc.model import Enclosure, Entry, FeedSpec, Image, Person

NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "m": "http://search.yahoo.com/mrss/",
}
FULL = RenderRules(content="full", max_bytes=10**6)
SUMMARY = RenderRules(content="summary", max_bytes=10**6)
ANN = Person(name="Ann", email="ann@example.org")
BOB = Person(name="Bob")

MakeEntry = Callable[..., Entry]
MakeFeed = Callable[..., FeedSpec]


def render(spec: FeedSpec, entries: Sequence[Entry], rules: RenderRules = FULL) -> etree._Element:
    channel = etree.fromstring(render_rss(spec, spec.locations[0], entries, rules)).find("channel")
    assert channel is not None
    return channel


def texts(element: etree._Element, path: str) -> list[str | None]:
    return [each.text for each in element.findall(path, NS)]


def test_the_channel_says_what_rss_requires_and_the_profile_recommends(
    make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    channel = render(make_feed("rss"), [make_entry(updated=datetime(2024, 6, 13, 1, 2, 3, tzinfo=UTC))])
    assert channel.getparent().get("version") == "2.0"  # type: ignore[union-attr]
    told = {name: texts(channel, name) for name in ("title", "link", "description", "language", "ttl", "generator")}
    assert told == {
        "title": ["Example"],
        "link": ["https://example.org/"],
        "description": ["News of an example"],
        "language": ["en"],
        "ttl": ["5"],
        "generator": ["feedsvc"],
    }
    assert texts(channel, "lastBuildDate") == ["Thu, 13 Jun 2024 01:02:03 +0000"]
    assert [dict(link.attrib) for link in channel.findall("atom:link", NS)] == [
        {"rel": "self", "href": "https://example.org/rss.xml", "type": "application/rss+xml"}
    ]


def test_the_link_of_the_channel_is_the_site_and_never_the_document(make_feed: MakeFeed) -> None:
    assert texts(render(make_feed("rss", alternate_link="https://example.org/news"), []), "link") == [
        "https://example.org/news"
    ]


def test_a_site_without_a_description_is_described_by_its_title(make_feed: MakeFeed) -> None:
    assert texts(render(make_feed("rss", subtitle=""), []), "description") == ["Example"]


def test_an_empty_feed_has_no_build_date(make_feed: MakeFeed) -> None:
    assert texts(render(make_feed("rss"), []), "lastBuildDate") == []


def test_the_editor_is_told_by_address_only(make_feed: MakeFeed) -> None:
    known = render(make_feed("rss", authors=(ANN,)), [])
    assert (texts(known, "managingEditor"), texts(known, "dc:creator")) == (["ann@example.org (Ann)"], [])
    unknown = render(make_feed("rss", authors=(BOB,)), [])
    assert (texts(unknown, "managingEditor"), texts(unknown, "dc:creator")) == ([], ["Bob"])


def test_an_editor_without_a_name_is_an_address(make_feed: MakeFeed) -> None:
    channel = render(make_feed("rss", authors=(Person(name="", email="ann@example.org"),)), [])
    assert texts(channel, "managingEditor") == ["ann@example.org"]


@pytest.mark.parametrize(
    ("authors", "author", "creators"),
    [
        ((), [], []),
        ((ANN,), ["ann@example.org (Ann)"], []),
        ((BOB,), [], ["Bob"]),
        ((ANN, BOB), [], ["Ann", "Bob"]),
    ],
)
def test_an_author_is_an_address_and_names_alone_are_creators(
    make_feed: MakeFeed,
    make_entry: MakeEntry,
    authors: tuple[Person, ...],
    author: list[str],
    creators: list[str],
) -> None:
    channel = render(make_feed("rss"), [make_entry(authors=authors)])
    assert (texts(channel, "item/author"), texts(channel, "item/dc:creator")) == (author, creators)


def test_no_rendering_touches_the_locale_of_the_process(
    make_feed: MakeFeed, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        pytest.fail("the locale is the whole process's")

    monkeypatch.setattr(locale, "setlocale", refuse)
    channel = render(make_feed("rss"), [make_entry()])
    assert texts(channel, "item/pubDate") == ["Wed, 12 Jun 2024 00:00:00 +0000"]


def test_dates_have_their_right_weekday_and_english_names(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    instants = [datetime(2024, month, 29, 23, 5, 9, tzinfo=UTC) for month in range(1, 13)]
    channel = render(make_feed("rss"), [make_entry(str(n), published=each) for n, each in enumerate(instants)])
    dates = texts(channel, "item/pubDate")
    assert [parsedate_to_datetime(str(date)) for date in dates] == instants
    assert [str(date)[:3] for date in dates] == [
        "Mon",
        "Thu",
        "Fri",
        "Mon",
        "Wed",
        "Sat",
        "Mon",
        "Thu",
        "Sun",
        "Tue",
        "Fri",
        "Sun",
    ]


def test_entries_keep_the_order_they_come_in(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    channel = render(make_feed("rss"), [make_entry("b"), make_entry("a"), make_entry("c")])
    assert texts(channel, "item/title") == ["Title of b", "Title of a", "Title of c"]


def test_a_guid_is_a_permalink_only_where_it_opens_the_post(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    channel = render(make_feed("rss"), [make_entry("a"), make_entry("b", id="tag:example.org,2024:b")])
    assert [(each.text, each.get("isPermaLink")) for each in channel.findall("item/guid")] == [
        ("https://example.org/posts/a/", "true"),
        ("tag:example.org,2024:b", "false"),
    ]
    assert texts(channel, "item/link") == ["https://example.org/posts/a/", "https://example.org/posts/b/"]


def test_the_description_is_the_summary_and_stands_before_the_full_content(
    make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    channel = render(make_feed("rss"), [make_entry(summary="1 < 2 & 3")])
    assert texts(channel, "item/description") == ["1 &lt; 2 &amp; 3"]  # HTML, as a description is
    assert texts(channel, "item/content:encoded") == ["<p>Content of first</p>"]
    item: Any = channel.find("item")
    tags = [etree.QName(child).localname for child in item]
    assert tags.index("description") < tags.index("encoded")


def test_a_feed_of_summaries_has_no_content(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    channel = render(make_feed("rss"), [make_entry(), make_entry("b", summary="")], SUMMARY)
    assert texts(channel, "item/description") == ["Summary of first"]
    assert texts(channel, "item/content:encoded") == []


def test_content_without_a_summary_is_the_description(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    channel = render(make_feed("rss"), [make_entry(summary="")])
    assert texts(channel, "item/description") == ["<p>Content of first</p>"]


def test_no_text_can_look_like_the_document_around_it(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    text = "a ]]> <item> </item> &lt;item&gt; b"
    spec = make_feed("rss")
    body = render_rss(spec, spec.locations[0], [make_entry(title=text, summary=text, content=text)], FULL)
    assert (body.count(b"<item>"), body.count(b"</item>"), body.count(b"CDATA")) == (1, 1, 0)
    assert etree.fromstring(body).findtext("channel/item/title") == text


def test_ampersand_and_less_than_in_titles_are_hexadecimal_references(
    make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    spec = make_feed("rss", title="Q&A")
    body = render_rss(spec, spec.locations[0], [make_entry(title="AT&T <b>")], FULL)
    assert b"<title>AT&#x26;T &#x3C;b&gt;</title>" in body
    assert b"<title>Q&#x26;A</title>" in body


def test_an_enclosure_has_url_length_and_type_and_an_unknown_length_is_zero(
    make_feed: MakeFeed, make_entry: MakeEntry
) -> None:
    known = Enclosure(href="https://example.org/a.mp3", media_type="audio/mpeg", length=1234)
    unknown = Enclosure(href="https://example.org/b.mp3", media_type="audio/mpeg")
    channel = render(make_feed("rss"), [make_entry("a", enclosures=(known,)), make_entry("b", enclosures=(unknown,))])
    assert [dict(each.attrib) for each in channel.findall("item/enclosure")] == [
        {"url": "https://example.org/a.mp3", "length": "1234", "type": "audio/mpeg"},
        {"url": "https://example.org/b.mp3", "length": "0", "type": "audio/mpeg"},
    ]
    assert texts(channel, "item/link") == ["https://example.org/posts/a/", "https://example.org/posts/b/"]


def test_categories_are_told_by_label(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    channel = render(make_feed("rss"), [make_entry(categories=("경제", "R&D"))])
    assert texts(channel, "item/category") == ["경제", "R&D"]


def test_an_image_is_media_rss(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    channel = render(
        make_feed("rss"), [make_entry(image=Image(href="https://example.org/a.webp", media_type="image/webp"))]
    )
    url = "https://example.org/a.webp"
    assert [dict(each.attrib) for each in channel.findall("item/m:*", NS)] == [
        {"url": url, "medium": "image", "type": "image/webp"},
        {"url": url},
    ]


def test_an_item_in_another_language_says_so(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    item: Any = render(make_feed("rss"), [make_entry(language="ko")]).find("item")
    assert item.get("{http://www.w3.org/XML/1998/namespace}lang") == "ko"


def test_a_stylesheet_stands_before_the_root(make_feed: MakeFeed) -> None:
    spec = make_feed("rss")
    rules = RenderRules(content="full", max_bytes=10**6, stylesheet="/feed.xsl")
    lines = render_rss(spec, spec.locations[0], [], rules).splitlines()
    assert lines[1] == b'<?xml-stylesheet href="/feed.xsl" type="text/xsl"?>'
