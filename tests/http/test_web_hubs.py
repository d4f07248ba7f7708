"""Subscribers find hub and topic in Link headers (WebSub, 4), from the fast path and from Flask alike."""

from __future__ import annotations

from typing import Any

import pytest

from feedsvc.web.hubs import HubLinks
from tests.http.conftest import PAGE

HUB = "https://hub.example/?a=1"
HUBS = HubLinks(hubs=(HUB, "https://two.example/"), server_url="https://feeds.example.org")


def links(answer: Any) -> list[str]:
    return list(answer.headers.getlist("Link"))


def named(topic: str) -> list[str]:
    return [
        f'<{HUB}>; rel="hub"',
        '<https://two.example/>; rel="hub"',
        f'<https://feeds.example.org{topic}>; rel="self"',
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("/atom.xml", "/atom.xml"),
        ("/feed.xml", "/atom.xml"),
        ("/categories/경제/rss.xml", "/categories/%EA%B2%BD%EC%A0%9C/rss.xml"),
    ],
)
def test_every_feed_names_its_hubs_and_the_topic_that_it_is(world: Any, method: str, path: str, topic: str) -> None:
    world.hubs = HUBS
    answer = world.client().open(path, method=method)
    assert (answer.status_code, links(answer)) == (200, named(topic))
    answer = world.client().open(path, method=method, headers={"If-None-Match": answer.headers["ETag"]})
    assert (answer.status_code, links(answer)) == (304, [])


@pytest.mark.parametrize("path", ["/opml.xml", "/", f"/archive/{PAGE}/atom.xml", "/nothing.xml"])
def test_what_is_no_topic_names_no_hub(world: Any, path: str) -> None:
    world.hubs = HUBS
    assert links(world.client().get(path)) == []


def test_without_hubs_there_is_no_link(world: Any) -> None:
    assert links(world.client().get("/atom.xml")) == []
