from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from feedsvc.config import Settings, fingerprint, make_settings
from feedsvc.config.redirects import find_idle, parse_redirects
from feedsvc.config.values import RefusedError
from feedsvc.errors import ConfigError


def settle(redirects: Any, environ: dict[str, str] | None = None, **tables: Any) -> Settings:
    document = {"site": {"title": "t", "url": "https://e.example"}, "redirects": redirects, **tables}
    return make_settings(document, environ or {}, file=Path("/s/feedsvc.toml"))


def test_redirects_are_decoded_sorted_and_in_one_normal_form() -> None:
    given = {"/z.xml": "/atom.xml", "/%E1%84%80%E1%85%A1/*": "/b%20c/*", "/old/": "https://X.example/뉴스/"}
    assert list(parse_redirects(given).items()) == [
        ("/old", "https://x.example/%EB%89%B4%EC%8A%A4/"),
        ("/z.xml", "/atom.xml"),
        ("/가/*", "/b c/*"),
    ]


@pytest.mark.parametrize(
    ("redirects", "reason"),
    [
        ([], "not a table"),
        ({"old.xml": "/atom.xml"}, "begin with a slash"),
        ({"/old.xml": 3}, "not text"),
        ({"/old.xml": "ftp://x.example/"}, "http or https"),
        ({"/old.xml": "//x.example/"}, "empty part"),
        ({"/old.xml": "/atom.xml?x"}, "no path has"),
        ({"/*/a": "/b"}, "not alone"),
        ({"/a*": "/b"}, "not alone"),
        ({"/metrics": "/b"}, "keeps for itself"),
        ({"/": "/b"}, "keeps for itself"),
        ({"/-/x": "/b"}, "keeps for itself"),
        ({"/a.xml.gz": "/b"}, "keeps for itself"),
        ({"/a/*": "/b"}, "only one"),
        ({"/a": "https://x.example/*"}, "only one"),
        ({"/a": "/b", "/%61": "/b"}, "named twice"),
        ({"/a": "/a"}, "redirects again"),
        ({"/a": "/a/"}, "redirects again"),
        ({"/a": "/b", "/b": "/c"}, "redirects again"),
        ({"/a": "/b/x", "/b/*": "/c/*"}, "redirects again"),
        ({"/a/*": "/b/*", "/b/x/*": "/c/*"}, "redirects again"),
        ({"/a/b/*": "/a/*", "/a/*": "/c/*"}, "redirects again"),
        ({"/*": "/x/*"}, "redirects again"),
    ],
)
def test_a_redirect_that_cannot_be_followed_is_refused(redirects: Any, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        parse_redirects(redirects)


@pytest.mark.parametrize(
    ("redirects", "reason"),
    [
        ({"/atom.xml": "/rss.xml"}, r"feedsvc.toml: \[redirects\] /atom.xml: a feed is published there"),
        ({"/feed.xml": "/rss.xml"}, "a feed is published there"),
        ({"/a": "https://e.example/a"}, "redirects again"),
        ({"/*": "https://e.example/*"}, "redirects again"),
    ],
)
def test_a_redirect_that_contradicts_the_rest_is_refused(redirects: Any, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        settle(redirects, feeds={"aliases": {"/feed.xml": "/atom.xml"}})


def test_redirects_can_be_set_in_the_environment_and_shape_no_feed() -> None:
    settings = settle({}, {"FEEDSVC_REDIRECTS": "/a=/atom.xml,/b/*=/c/*"})
    assert dict(settings.redirects) == {"/a": "/atom.xml", "/b/*": "/c/*"}
    assert fingerprint(settings) == fingerprint(settle({}))
    assert dict(settle({"/*": "https://new.example/*"}).redirects) == {"/*": "https://new.example/*"}


def test_a_redirect_where_a_feed_is_published_is_idle() -> None:
    redirects = ("/*", "/a/*", "/a/b/x.xml", "/c/*", "/d.xml")
    assert find_idle(redirects, ["/a/b/x.xml", "/atom.xml"]) == ("/a/*", "/a/b/x.xml")
