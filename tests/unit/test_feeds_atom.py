from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from lxml import etree

from feedsvc.feeds.atom import render_atom
from feedsvc.feeds.rules import RenderRules
from feedsvc.model import DeletedEntry, Enclosure, Entry, FeedSpec, Image, Person

NS = {"a": "http://www.w3.org/2005/Atom", "m": "http://search.yahoo.com/mrss/"}
FULL = RenderRules(content="full", max_bytes=10**6)
SUMMARY = RenderRules(content="summary", max_bytes=10**6)
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

MakeEntry = Callable[..., Entry]
MakeFeed = Callable[..., FeedSpec]


def render(spec: FeedSpec, entries: Sequence[Entry], rules: RenderRules = FULL) -> etree._Element:
    return etree.fromstring(render_atom(spec, spec.locations[0], entries, rules))


def one(root: etree._Element, path: str) -> etree._Element:
    found: Any = root.xpath(path, namespaces=NS)
    assert len(found) == 1, f"{path}: {len(found)}"
    element: etree._Element = found[0]
    return element


def links(element: etree._Element) -> list[dict[str, str]]:
    return [{str(name): str(value) for name, value in link.items()} for link in element.findall("a:link", NS)]


def test_the_feed_says_what_rfc_4287_requires_and_who_it_is(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    root = render(make_feed("atom"), [make_entry(updated=datetime(2024, 6, 13, 1, 2, 3, 400, tzinfo=UTC))])
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert one(root, "a:id").text == "https://example.org/"
    assert one(root, "a:title").text == "Example"
    assert one(root, "a:subtitle").text == "News of an example"
    assert one(root, "a:updated").text == "2024-06-13T01:02:03+00:00"
    assert one(root, "a:author/a:name").text == "Example"
    assert root.get(XML_LANG) == "en"
    assert links(root) == [
        {"rel": "self", "href": "https://example.org/atom.xml", "type": "application/atom+xml"},
        {"rel": "alternate", "href": "https://example.org/", "type": "text/html"},
    ]


def test_the_generator_is_named_without_a_version(make_feed: MakeFeed) -> None:
    generator = one(render(make_feed("atom"), []), "a:generator")
    assert (generator.text, generator.items()) == ("feedsvc", [])


def test_an_empty_feed_has_an_instant_of_its_own_and_no_clock(make_feed: MakeFeed) -> None:
    root = render(make_feed("atom"), [])
    assert one(root, "a:updated").text == "2005-12-01T00:00:00+00:00"
    assert root.findall("a:entry", NS) == []


def test_entries_keep_the_order_they_come_in(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    root = render(make_feed("atom"), [make_entry("b"), make_entry("a"), make_entry("c")])
    assert root.xpath("a:entry/a:title/text()", namespaces=NS) == ["Title of b", "Title of a", "Title of c"]


def test_entry_links_keep_rel_type_language_and_length(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    enclosure = Enclosure(href="https://example.org/a.mp3", media_type="audio/mpeg", length=1234)
    root = render(make_feed("atom"), [make_entry(enclosures=(enclosure,), language="ko")])
    assert links(one(root, "a:entry")) == [
        {"rel": "alternate", "href": "https://example.org/posts/first/", "type": "text/html", "hreflang": "ko"},
        {"rel": "enclosure", "href": "https://example.org/a.mp3", "type": "audio/mpeg", "length": "1234"},
    ]


def test_an_unknown_length_is_left_out(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    enclosure = Enclosure(href="https://example.org/a.mp3", media_type="audio/mpeg")
    root = render(make_feed("atom"), [make_entry(enclosures=(enclosure,))])
    assert "length" not in links(one(root, "a:entry"))[1]


def test_dates_are_in_utc_and_whole_seconds(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    seoul = timezone(timedelta(hours=9))
    entry = make_entry(
        published=datetime(2024, 6, 12, 9, 0, 0, 999999, tzinfo=seoul),
        updated=datetime(2024, 6, 12, 10, 30, tzinfo=seoul),
    )
    root = render(make_feed("atom"), [entry])
    assert one(root, "a:entry/a:published").text == "2024-06-12T00:00:00+00:00"
    assert one(root, "a:entry/a:updated").text == "2024-06-12T01:30:00+00:00"


def test_content_is_escaped_html_and_the_summary_is_text(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    html = '<p title="x">]]> &amp; &lt;entry> 🚀</p>'
    spec = make_feed("atom")
    body = render_atom(spec, spec.locations[0], [make_entry(content=html, summary="1 < 2 & 3")], FULL)
    assert b"CDATA" not in body
    assert body.count(b"<entry") == 1
    root = etree.fromstring(body)
    assert (one(root, "//a:content").get("type"), one(root, "//a:content").text) == ("html", html)
    assert (one(root, "//a:summary").get("type"), one(root, "//a:summary").text) == ("text", "1 < 2 & 3")


def test_a_title_with_markup_reads_back_as_it_was(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    title = "Use <b> & \"1&1\" ]]> 'now' 🚀"
    root = render(make_feed("atom"), [make_entry(title=title)])
    assert one(root, "a:entry/a:title").text == title


def test_a_feed_of_summaries_has_no_content(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    root = render(make_feed("atom"), [make_entry()], SUMMARY)
    assert root.findall(".//a:content", NS) == []
    assert one(root, "//a:summary").text == "Summary of first"
    assert links(one(root, "a:entry"))[0]["rel"] == "alternate"


def test_a_post_of_nothing_but_a_title_has_some_text(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    root = render(make_feed("atom"), [make_entry(content="", summary="")])
    assert root.findall(".//a:content", NS) == []
    assert one(root, "//a:summary").text == "Title of first"


def test_content_needs_no_summary(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    assert render(make_feed("atom"), [make_entry(summary="")]).findall(".//a:summary", NS) == []


def test_authors_come_with_what_is_known_of_them(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    people = (Person(name="Ann", email="ann@example.org"), Person(name="박", uri="https://example.org/park"))
    root = render(make_feed("atom"), [make_entry(authors=people), make_entry("second")])
    first, second = root.findall("a:entry", NS)
    told = [
        [(etree.QName(child).localname, child.text) for child in author] for author in first.findall("a:author", NS)
    ]
    assert told == [
        [("name", "Ann"), ("email", "ann@example.org")],
        [("name", "박"), ("uri", "https://example.org/park")],
    ]
    assert second.findall("a:author", NS) == []


def test_categories_have_a_term_and_a_label(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    root = render(make_feed("atom"), [make_entry(categories=("경제", "R&D"))])
    assert [dict(each.attrib) for each in root.findall(".//a:category", NS)] == [
        {"term": "경제", "label": "경제"},
        {"term": "R&D", "label": "R&D"},
    ]


def test_an_image_is_media_rss_outside_any_group(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    known = Image(href="https://example.org/a.jpg", media_type="image/jpeg", length=9999, width=640, height=480)
    unknown = Image(href="https://example.org/b")
    root = render(make_feed("atom"), [make_entry(image=known), make_entry("second", image=unknown)])
    contents = root.findall("a:entry/m:content", NS)
    assert [dict(each.attrib) for each in contents] == [
        {
            "url": known.href,
            "medium": "image",
            "type": "image/jpeg",
            "fileSize": "9999",
            "width": "640",
            "height": "480",
        },
        {"url": "https://example.org/b", "medium": "image"},
    ]
    assert [dict(each.attrib) for each in root.findall("a:entry/m:thumbnail", NS)] == [
        {"url": known.href, "width": "640", "height": "480"},
        {"url": unknown.href},
    ]


def test_namespaces_are_declared_once_and_with_their_usual_prefixes(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    spec = make_feed("atom")
    body = render_atom(spec, spec.locations[0], [make_entry(image=Image(href="https://example.org/a.png"))], FULL)
    assert body.count(b"xmlns:media=") == 1
    assert b"ns0" not in body


def test_only_an_entry_in_another_language_says_its_language(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    root = render(make_feed("atom"), [make_entry(language="ko"), make_entry("b", language="EN"), make_entry("c")])
    assert [entry.get(XML_LANG) for entry in root.findall("a:entry", NS)] == ["ko", None, None]


@pytest.mark.parametrize(
    ("href", "data"),
    [
        ("/feed.xsl", 'href="/feed.xsl" type="text/xsl"'),
        ('/a"b?c&d>.css', 'href="/a&quot;b?c&amp;d&gt;.css" type="text/css"'),
    ],
)
def test_a_stylesheet_stands_before_the_root(make_feed: MakeFeed, href: str, data: str) -> None:
    root = render(make_feed("atom"), [], RenderRules(content="full", max_bytes=10**6, stylesheet=href))
    instruction: Any = root.getprevious()
    assert instruction.target == "xml-stylesheet"
    assert instruction.text == data


def test_without_a_stylesheet_nothing_stands_before_the_root(make_feed: MakeFeed) -> None:
    assert render(make_feed("atom"), []).getprevious() is None


def test_what_left_is_told_before_the_entries_with_its_instant(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    """RFC 6721, 3, in the place that the grammar of RFC 4287 has for all that is not an entry."""
    when = datetime(2024, 6, 12, 9, 30, 0, 999999, tzinfo=timezone(timedelta(hours=9)))
    deleted = [DeletedEntry(ref='https://example.org/?a=1&b="<2>"', when=when), DeletedEntry(ref="tag:한", when=when)]
    spec = make_feed("atom")
    root = etree.fromstring(render_atom(spec, spec.locations[0], [make_entry("b"), make_entry("a")], FULL, deleted))
    assert [(each.tag, dict(each.attrib)) for each in root if "tombstones" in str(each.tag)] == [
        (
            "{http://purl.org/atompub/tombstones/1.0}deleted-entry",
            {"ref": ref, "when": "2024-06-12T00:30:00+00:00"},
        )
        for ref in ('https://example.org/?a=1&b="<2>"', "tag:한")
    ]
    kinds = [etree.QName(each).localname for each in root]
    assert kinds[kinds.index("deleted-entry") :] == ["deleted-entry", "deleted-entry", "entry", "entry"]


def test_a_feed_that_nothing_left_does_not_name_the_namespace(make_feed: MakeFeed, make_entry: MakeEntry) -> None:
    spec = make_feed("atom")
    assert b"tombstones" not in render_atom(spec, spec.locations[0], [make_entry()], FULL)
