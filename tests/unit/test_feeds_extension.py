from __future__ import annotations

from feedgen.feed import FeedGenerator
from lxml import etree

from feedsvc.feeds.extension import Link, refer_to_markup, register

ATOM_LINK = "{http://www.w3.org/2005/Atom}link"


def test_rss_holds_every_link_of_the_feed() -> None:
    generator = FeedGenerator()
    register(generator)
    generator.title("Example")
    generator.link(href="https://example.org/")
    generator.description("News")
    generator.feedsvc.links = (
        Link(rel="self", href="https://example.org/rss.xml", media_type="application/rss+xml"),
        Link(rel="hub", href="https://hub.example/"),
        Link(rel="prev-archive", href="https://example.org/archive/1/rss.xml"),
    )
    root = etree.fromstring(generator.rss_str())
    assert [(link.get("rel"), link.get("type")) for link in root.iter(ATOM_LINK)] == [
        ("self", "application/rss+xml"),
        ("hub", None),
        ("prev-archive", None),
    ]
    assert root.findtext("channel/link") == "https://example.org/"


def test_references_change_nothing_for_a_parser() -> None:
    for text in ("plain", "a & b", "<<&&>>", "&", "끝<", ""):
        parent = etree.Element("item")
        etree.SubElement(parent, "title").text = text
        refer_to_markup(parent, "title", "absent")
        assert (etree.fromstring(etree.tostring(parent)).findtext("title") or "") == text


def test_every_child_of_the_name_is_rewritten() -> None:
    parent = etree.Element("item")
    etree.SubElement(parent, "category").text = "R&D"
    etree.SubElement(parent, "category").text = "1<2"
    refer_to_markup(parent, "category")
    assert etree.tostring(parent) == b"<item><category>R&#x26;D</category><category>1&#x3C;2</category></item>"
