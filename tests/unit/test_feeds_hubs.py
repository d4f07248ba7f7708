"""Feeds name their hubs, each format in its own words; pages of archives do not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lxml import etree

from feedsvc.feeds.render import RenderRules, render_feed, render_page
from feedsvc.model import FeedLocation, FeedSpec, Person

HUBS = ("https://hub.example/", "https://other.example/hub?a=1&b=2")
RULES = RenderRules(content="full", max_bytes=1_000_000)


def spec_of(format_: str) -> FeedSpec:
    location = FeedLocation(format=format_, path=f"/{format_}", self_link=f"https://feeds.example/{format_}")
    return FeedSpec(
        kind="site",
        key="",
        id="https://feeds.example/",
        title="소식",
        subtitle="",
        language="ko",
        authors=(Person(name="김"),),
        alternate_link="https://feeds.example/",
        ttl=5,
        locations=(location,),
    )


def hubs_in(format_: str, body: bytes) -> list[str]:
    if format_ == "json":
        hubs = json.loads(body).get("hubs", [])
        assert all(hub["type"] == "WebSub" for hub in hubs)
        return [hub["url"] for hub in hubs]
    root = etree.fromstring(body)
    parent = root if format_ == "atom" else root[0]
    links = parent.findall("{http://www.w3.org/2005/Atom}link")
    assert [link.get("href") for link in links if link.get("rel") == "self"]
    return [link.get("href", "") for link in links if link.get("rel") == "hub"]


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_a_feed_names_each_hub_in_the_order_given(format_: str) -> None:
    document = render_feed(spec_of(format_), [], replace(RULES, hubs=HUBS)).documents[0]
    assert hubs_in(format_, document.body) == list(HUBS)


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_without_hubs_no_byte_differs(format_: str) -> None:
    plain = render_feed(spec_of(format_), [], RULES).documents[0].body
    assert hubs_in(format_, plain) == []
    assert b"hub" not in plain


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_a_page_of_an_archive_is_no_topic_and_names_no_hub(format_: str) -> None:
    spec = spec_of(format_)
    location = replace(
        spec.locations[0], current="https://feeds.example/current", self_link="https://feeds.example/page"
    )
    page = render_page(spec, location, [], replace(RULES, hubs=HUBS))
    assert b"hub.example" not in page.body
