"""The facts of a site as they go to replicas: nothing that a store says is believed unchecked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feedsvc.errors import ObjectStoreError
from feedsvc.remote.sitefacts import SiteFacts, dump_site, parse_site

FACTS = SiteFacts(
    title="과학 소식",
    url="https://example.org/blog",
    description="매일 새로운 소식",
    language="ko-KR",
    server_url="https://feeds.example.org",
    timezone="Asia/Seoul",
    max_age=60,
    stale_while_revalidate=0,
    stale_if_error=1,
    archive_max_age=2,
    readers=("feedly", "local"),
    browser_page=False,
    frame_hosts=("youtube.com",),
    hubs=("https://hub.example/", "https://other.example/hub?key=1"),
    texts={"index.title": "안녕"},
)
LEAST: dict[str, Any] = {"title": "News", "url": "https://example.org"}


def test_facts_that_were_sent_are_the_facts_that_are_read() -> None:
    sent = json.loads(json.dumps(dump_site(FACTS)))
    sent["texts"] = {}
    read = parse_site(sent, "s3://b/head.json")
    assert dump_site(read) == {**dump_site(FACTS), "texts": {}}


def test_words_of_a_sites_own_reach_the_pages_of_a_replica() -> None:
    key, text = next(
        (key, text) for key, text in FACTS.words().texts.items() if isinstance(text, str) and "{" not in text
    )
    read = parse_site({**LEAST, "texts": {key: text + "!"}}, "s3://b/head.json")
    assert read.words()(key) == text + "!"


def test_a_builder_of_another_version_may_leave_facts_out_and_add_some() -> None:
    assert parse_site({**LEAST, "colour": "red"}, "s3://b/head.json") == SiteFacts(**LEAST)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 7),
        ("title", "a\0b"),
        ("title", "x" * 20_000),
        ("title", "\ud800"),
        ("url", "javascript:alert(1)"),
        ("url", "https://user:secret@example.org"),
        ("url", "https://example.org/\r\nX: y"),
        ("server_url", "//example.org"),
        ("language", 'en" onload="'),
        ("timezone", "../../etc/passwd"),
        ("timezone", "Mars/Olympus"),
        ("max_age", -1),
        ("max_age", True),
        ("max_age", 10**12),
        ("max_age", 1.5),
        ("readers", ["<b>"]),
        ("readers", "feedly"),
        ("frame_hosts", ["*; script-src *"]),
        ("frame_hosts", ["a"] * 3000),
        ("hubs", "https://hub.example/"),
        ("hubs", ["javascript:alert(1)"]),
        ("hubs", ["https://hub.example/?a=\r\nSet-Cookie: x"]),
        ("hubs", ['https://hub.example/?a="; rel="self"']),
        ("hubs", ["https://hub.example/?a>"]),
        ("browser_page", "yes"),
        ("texts", {"no.such.text": "x"}),
        ("texts", {"index.title": 1}),
        ("texts", []),
    ],
)
def test_a_fact_that_is_none_is_refused_with_the_address_of_the_head(name: str, value: object) -> None:
    with pytest.raises(ObjectStoreError, match=f"^s3://b/head.json: says of the site a {name} that is none"):
        parse_site({**LEAST, name: value}, "s3://b/head.json")


@pytest.mark.parametrize("document", [{}, {"title": "x"}, {"url": "https://example.org"}])
def test_a_site_without_a_name_or_a_place_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ObjectStoreError, match="does not say what the site is called"):
        parse_site(document, "s3://b/head.json")
