from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from feedsvc.feeds.menu import render_menu
from feedsvc.feeds.opml import render_opml
from feedsvc.model import FeedLocation, FeedSpec

HEADINGS = {"category": "카테고리"}
MakeFeed = Callable[..., FeedSpec]


def make_specs(make_feed: MakeFeed) -> list[FeedSpec]:
    def of(kind: str, key: str, **changes: str) -> FeedSpec:
        location = FeedLocation(format="atom", path=f"/{key}/atom.xml", self_link=f"https://example.org/{key}/atom.xml")
        return replace(make_feed(kind=kind, key=key, **changes), locations=(location,))

    return [
        make_feed("json", "rss", title='"News" & <more>\x07'),
        of("category", "경제", title="Example – 경제"),
        of("category", "it", title="Example – IT", subtitle=""),
        of("zone", "x", title="x"),
    ]


def outlines(body: bytes) -> list[tuple[str, dict[str, str]]]:
    tree = etree.fromstring(body)
    parents = {child: parent for parent in tree.iter() for child in parent}
    return [
        (str(parents[each].get("text", "")), {str(name): str(value) for name, value in each.items()})
        for each in tree.iter("outline")
    ]


def test_opml_lists_the_sites_feed_and_a_folder_of_each_other_kind(make_feed: MakeFeed) -> None:
    body = render_opml("Example & Co", make_specs(make_feed), HEADINGS)
    assert etree.fromstring(body).findtext("head/title") == "Example & Co"
    listed = outlines(body)
    assert [(folder, each["text"]) for folder, each in listed] == [
        ("", '"News" & <more>'),
        ("", "카테고리"),
        ("카테고리", "Example – 경제"),
        ("카테고리", "Example – IT"),
        ("", "zone"),
        ("zone", "x"),
    ]
    assert listed[2][1] == {
        "type": "rss",
        "text": "Example – 경제",
        "title": "Example – 경제",
        "xmlUrl": "https://example.org/경제/atom.xml",
        "htmlUrl": "https://example.org/",
        "description": "News of an example",
        "language": "en",
    }
    assert "description" not in listed[3][1]


def test_opml_names_the_first_document_that_every_reader_of_it_knows(make_feed: MakeFeed) -> None:
    listed = outlines(render_opml("x", [make_feed("json", "rss")], {}))
    assert (listed[0][1]["xmlUrl"], listed[0][1]["version"]) == ("https://example.org/rss.xml", "RSS")
    assert outlines(render_opml("x", [make_feed("json")], {}))[0][1]["xmlUrl"] == "https://example.org/feed.json"


def test_opml_of_the_same_feeds_is_the_same_bytes_and_knows_no_clock(make_feed: MakeFeed) -> None:
    body = render_opml("x", make_specs(make_feed), HEADINGS)
    assert body == render_opml("x", make_specs(make_feed), HEADINGS)
    assert b"date" not in body


def test_a_menu_holds_the_feeds_that_menus_know_by_kind(make_feed: MakeFeed) -> None:
    specs = [*make_specs(make_feed), replace(make_feed("json"), kind="tag", key="j")]
    menu = json.loads(render_menu("Example", specs, HEADINGS))
    assert menu["feed-menu"] == "Example"
    site, categories, zone = menu["items"]
    assert site["rss"] == "https://example.org/rss.xml"
    assert "json" not in site
    assert categories == {
        "feed-menu": "카테고리",
        "items": [
            {"feed-title": "경제", "atom": "https://example.org/경제/atom.xml", "description": "News of an example"},
            {"feed-title": "IT", "atom": "https://example.org/it/atom.xml"},
        ],
    }
    assert zone["feed-menu"] == "zone"


def test_what_a_menu_says_is_cut_to_the_drafts_limits_between_characters(make_feed: MakeFeed) -> None:
    family = "👩‍👩‍👧‍👧"
    spec = make_feed(title=family * 20, subtitle="가" * 200)
    menu = json.loads(render_menu("나" * 51, [spec], {}))
    assert len(menu["feed-menu"]) == 50
    (feed,) = menu["items"]
    assert feed["feed-title"] == family * 7 + "…"
    assert len(feed["description"]) == 140
