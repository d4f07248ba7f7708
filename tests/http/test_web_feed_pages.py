"""A feed's page and the feed itself at one address: who gets which, and what a cache may make of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from feedsvc.errors import StaleSnapshotError
from feedsvc.web.tallies import Tallies

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

Ask = Callable[..., "TestResponse"]

BROWSERS = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
VISIT = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Accept": BROWSERS}
HTML, ATOM = "text/html; charset=utf-8", "application/atom+xml; charset=utf-8"
IN_PLACE = "Accept-Encoding, Accept, Sec-Fetch-Dest, Sec-Fetch-Mode"

DESTINATIONS = (None, "document", "empty", "iframe", "image", "object", "Document", "document, document", "")
MODES = (None, "navigate", "cors", "no-cors", "same-origin", "")
ACCEPTS = (
    (None, False),
    ("", False),
    ("*/*", False),
    ("text/*", False),
    ("application/atom+xml", False),
    ("text/html;q=0", False),
    ("application/xhtml+xml, */*", False),
    ("application/atom+xml, text/html;q=0.9", False),
    (BROWSERS, True),
    ("text/html", True),
    ("TEXT/HTML;q=0.1", True),
    ("application/atom+xml, text/html", True),
    ("application/atom+xml;q=0.5, text/html", True),
)
METHODS = ("GET", "HEAD")


def matrix() -> Iterator[tuple[str, dict[str, str], bool]]:
    for method, to, mode, (accept, html) in product(METHODS, DESTINATIONS, MODES, ACCEPTS):
        sent = {"Sec-Fetch-Dest": to, "Sec-Fetch-Mode": mode, "Accept": accept}
        shown = html and (to, mode) == ("document", "navigate")
        yield method, {name: value for name, value in sent.items() if value is not None}, shown


def test_only_a_browser_that_navigates_and_asks_for_html_gets_the_page(ask: Ask) -> None:
    feed = ask("GET", "/atom.xml")
    for method, headers, shown in matrix():
        answer = ask(method, "/atom.xml", headers)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == (HTML if shown else ATOM), headers
        if shown:
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert answer.headers["Vary"] == IN_PLACE
        else:
            # Byte for byte what it was before there were pages.
            assert list(answer.headers) == list(feed.headers)
            assert answer.data == (feed.data if method == "GET" else b"")


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_validators_of_the_two_are_never_taken_for_one_another(ask: Ask, coding: str) -> None:
    coded = {"Accept-Encoding": coding}
    feed, page = ask("GET", "/atom.xml", coded), ask("GET", "/atom.xml", {**VISIT, **coded})
    assert feed.headers["ETag"] != page.headers["ETag"]
    known = {each: {**coded, "If-None-Match": answer.headers["ETag"]} for each, answer in (("f", feed), ("p", page))}
    assert ask("GET", "/atom.xml", {**known["f"], **VISIT}).status_code == 200
    assert ask("GET", "/atom.xml", known["p"]).status_code == 200
    assert ask("GET", "/atom.xml", known["f"]).status_code == 304
    unchanged = ask("GET", "/atom.xml", {**known["p"], **VISIT})
    assert unchanged.status_code == 304
    assert (unchanged.headers["Cache-Control"], unchanged.headers["Vary"]) == ("private, no-store", IN_PLACE)
    # A page has no date: one that a feed had must not spare it.
    since = {"If-Modified-Since": feed.headers["Last-Modified"], **VISIT}
    assert ask("GET", "/atom.xml", since).status_code == 200
    assert ask("GET", "/atom.xml", {"If-Match": feed.headers["ETag"], **VISIT, **coded}).status_code == 412


def test_head_says_what_get_says(ask: Ask) -> None:
    for path in ("/atom.xml", "/categories/it/", "/latest/"):
        get, head = ask("GET", path, VISIT), ask("HEAD", path, VISIT)
        assert list(get.headers) == list(head.headers)
        assert head.data == b""
        assert len(get.data) == int(get.headers["Content-Length"])


def test_the_page_runs_nothing_and_is_in_no_frame(ask: Ask) -> None:
    policy = ask("GET", "/categories/it/").headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src https:; media-src https:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def test_a_switch_leaves_the_feed_alone_and_its_page_in_its_folder(world: Any) -> None:
    world.browser_page = False
    client = world.client()
    assert client.get("/atom.xml", headers=VISIT).headers["Content-Type"] == ATOM
    assert client.get("/latest/", headers=VISIT).headers["Content-Type"] == HTML


def test_a_page_is_of_the_edition_that_is_current(empty_world: Any) -> None:
    client = empty_world.client()
    assert client.get("/latest/").status_code == 503
    for number in ("가", "나"):
        empty_world.snapshot = empty_world.publish(number)
        assert client.get("/atom.xml", headers=VISIT).status_code == 200
        assert client.get("/latest/").status_code == 200


def test_a_document_that_no_page_can_be_made_of_is_shown_itself(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    world.snapshot = replace(world.snapshot, read_body=lambda path, coding: b"[]")
    client = world.client()
    with caplog.at_level(logging.WARNING):
        assert client.get("/atom.xml", headers=VISIT).headers["Content-Type"] == ATOM
        assert client.get("/latest/").status_code == 404
    assert "/feed.json cannot be shown as a page" in caplog.text


def test_a_body_that_was_just_replaced_is_read_again(world: Any) -> None:
    whole, asked = world.snapshot, []

    def stale(path: str, coding: str) -> bytes:
        asked.append(path)
        raise StaleSnapshotError(path)

    world.snapshot = replace(whole, read_body=stale)

    def source() -> Any:
        return whole if asked else world.snapshot

    assert world.client(source).get("/atom.xml", headers=VISIT).headers["Content-Type"] == HTML


def test_a_visit_is_no_poll(world: Any, tmp_path: Path) -> None:
    world.tallies = Tallies(tmp_path / "metrics")
    client = world.client()
    client.get("/atom.xml", headers=VISIT)
    client.get("/atom.xml")
    counted = world.tallies.read_all()
    assert {feed: tally[0] for (feed, *_), tally in counted.items()} == {"": 1, "site": 1}
