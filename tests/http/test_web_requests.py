"""One table of requests against the application: what is asked, and what must be in the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import ANY

import pytest
from werkzeug.exceptions import RequestEntityTooLarge

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from feedsvc.model import Snapshot

ECONOMY = "/categories/%EA%B2%BD%EC%A0%9C"
ECONOMY_NFD = "/categories/%E1%84%80%E1%85%A7%E1%86%BC%E1%84%8C%E1%85%A6"
CHANGED, BEFORE = "Thu, 11 Jul 2024 12:00:00 GMT", "Thu, 11 Jul 2024 11:59:59 GMT"
ATOM, RSS, JSON = "application/atom+xml; charset=utf-8", "application/rss+xml; charset=utf-8", "application/feed+json"
TEXT = "text/plain; charset=utf-8"
READ = "GET, HEAD, OPTIONS"


@dataclass(frozen=True, kw_only=True)
class Case:
    """``tags`` are codings whose etag of /atom.xml stands in for ``{}`` in the headers; None: the field is absent."""

    name: str
    method: str = "GET"
    path: str = "/atom.xml"
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    status: int = 200
    answer: Mapping[str, str | None] = field(default_factory=dict)


FRESH: Mapping[str, str | None] = {
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Encoding",
    "Last-Modified": CHANGED,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
}
WHOLE: Mapping[str, str | None] = {**FRESH, "X-Content-Type-Options": "nosniff", "Set-Cookie": None}
UNCHANGED: Mapping[str, str | None] = {
    **FRESH,
    "Content-Type": None,
    "Content-Length": None,
    "Content-Encoding": None,
}
ERROR: Mapping[str, str | None] = {
    "Content-Type": TEXT,
    "X-Content-Type-Options": "nosniff",
    "ETag": None,
    "Content-Encoding": None,
}


def moved_to(location: str, max_age: int = 3600) -> Mapping[str, str | None]:
    return {**ERROR, "Location": location, "Cache-Control": f"max-age={max_age}", "Access-Control-Allow-Origin": "*"}


PEOPLE = "/categories/%EC%82%AC%EB%9E%8C/atom.xml"
GONE: Mapping[str, str | None] = {**ERROR, "Cache-Control": "public, max-age=300"}

# A page of an archive (RFC 5005), kept in the tree as gzip only.
PAGE = "/archive/00000000deadbeef/atom.xml"
LONG: Mapping[str, str | None] = {**WHOLE, "Cache-Control": "public, max-age=604800", "Content-Type": ATOM}

# A person's browser, which says what the answer is for.
BROWSER = {
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}
HTML = "text/html; charset=utf-8"
PAGE_OF_FEED: Mapping[str, str | None] = {
    "Content-Type": HTML,
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Last-Modified": None,
    "Access-Control-Allow-Origin": None,
}
IN_PLACE: Mapping[str, str | None] = {
    **PAGE_OF_FEED,
    "Cache-Control": "private, no-store",
    "Vary": "Accept-Encoding, Accept, Sec-Fetch-Dest, Sec-Fetch-Mode",
}

VISITS = [
    Case(name="visited", headers=BROWSER, answer=IN_PLACE),
    Case(name="visited, rss", path=f"{ECONOMY}/rss.xml", headers=BROWSER, answer=IN_PLACE),
    Case(name="visited, json", path="/feed.json", headers=BROWSER, answer=IN_PLACE),
    Case(name="visited, an alias", path="/feed.xml", headers=BROWSER, answer=IN_PLACE),
    Case(name="visited, to head", method="HEAD", headers=BROWSER, answer=IN_PLACE),
    Case(
        name="visited, coded",
        headers={**BROWSER, "Accept-Encoding": "gzip, deflate, br, zstd"},
        answer={**IN_PLACE, "ETag": ANY},
    ),
    Case(
        name="visited by who knows the feed",
        headers={**BROWSER, "If-None-Match": '"{}"', "If-Modified-Since": CHANGED},
        tags=("identity",),
        answer=IN_PLACE,
    ),
    Case(
        name="visited by who takes deltas", headers={**BROWSER, "If-None-Match": '"x"', "A-IM": "feed"}, answer=IN_PLACE
    ),
    Case(name="post by a browser", method="POST", headers=BROWSER, status=405, answer={**ERROR, "Allow": READ}),
    Case(name="options by a browser", method="OPTIONS", headers=BROWSER, status=204, answer={"Allow": READ}),
    Case(name="moved for a browser", path="/old.xml", headers=BROWSER, status=301, answer=moved_to("/atom.xml")),
    Case(name="gone for a browser", path=PEOPLE, headers=BROWSER, status=410, answer=GONE),
    Case(name="nothing there for a browser", path="/nowhere.xml", headers=BROWSER, status=404, answer=ERROR),
    Case(name="archived, for a browser", path=PAGE, headers=BROWSER, answer=LONG),
]
FEED_PAGES = [
    Case(name="feed page", path=f"{ECONOMY}/", answer={**PAGE_OF_FEED, "Cache-Control": "public, max-age=300"}),
    Case(
        name="feed page, for a browser",
        path=f"{ECONOMY}/",
        headers=BROWSER,
        answer={**PAGE_OF_FEED, "Cache-Control": "public, max-age=300"},
    ),
    Case(name="feed page, to head", method="HEAD", path=f"{ECONOMY}/", answer=PAGE_OF_FEED),
    Case(
        name="feed page, coded", path="/latest/", headers={"Accept-Encoding": "br"}, answer={"Content-Encoding": "br"}
    ),
    Case(
        name="feed page, any",
        path="/latest/",
        headers={"If-None-Match": "*"},
        status=304,
        answer={"Content-Type": None},
    ),
    Case(name="post to a feed page", method="POST", path=f"{ECONOMY}/", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="feed page, without its slash", path=ECONOMY, status=301, answer=moved_to(f"{ECONOMY}/", 86400)),
    Case(name="feed page, with slashes", path="/latest//", status=301, answer=moved_to("/latest/", 86400)),
    Case(
        name="feed page, in the other form", path=f"{ECONOMY_NFD}/", status=301, answer=moved_to(f"{ECONOMY}/", 86400)
    ),
    Case(
        name="feed page of a category's old name",
        path="/categories/economy/",
        status=301,
        answer=moved_to(f"{ECONOMY}/"),
    ),
    Case(name="feed page that is gone", path="/categories/%EC%82%AC%EB%9E%8C/", status=410, answer=GONE),
    Case(name="no feed page", path="/categories/", status=404, answer=ERROR),
    Case(
        name="style of feeds",
        path="/-/feed.css",
        answer={"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=300"},
    ),
]

CASES = [
    *VISITS,
    *FEED_PAGES,
    Case(name="archived", path=PAGE, answer={**LONG, "Content-Encoding": None}),
    Case(
        name="archived, coded",
        path=PAGE,
        headers={"Accept-Encoding": "gzip, br"},
        answer={**LONG, "Content-Encoding": "gzip"},
    ),
    Case(
        name="archived, in no coding that is accepted",
        path=PAGE,
        headers={"Accept-Encoding": "br, zstd"},
        answer={**LONG, "Content-Encoding": None},
    ),
    Case(name="archived, to head", method="HEAD", path=PAGE, answer={**LONG, "Content-Encoding": None}),
    Case(name="archived below hangul", path=f"{ECONOMY}{PAGE}", answer=LONG),
    Case(name="archived, ranges are ignored", path=PAGE, headers={"Range": "bytes=0-9"}, answer=LONG),
    Case(
        name="archived since",
        path=PAGE,
        headers={"If-Modified-Since": CHANGED},
        status=304,
        answer={**UNCHANGED, "Cache-Control": "public, max-age=604800"},
    ),
    Case(name="archived after", path=PAGE, headers={"If-Modified-Since": BEFORE}, answer=LONG),
    Case(name="archived, but asked otherwise", path=PAGE, headers={"If-Match": '"x"'}, status=412, answer=ERROR),
    Case(name="post to an archive", method="POST", path=PAGE, status=405, answer={**ERROR, "Allow": READ}),
    Case(name="options of an archive", method="OPTIONS", path=PAGE, status=204, answer={"Allow": READ}),
    Case(name="moved in the archive", path="/archive/00000000cafecafe/atom.xml", status=301, answer=moved_to(PAGE)),
    Case(
        name="post to what moved in the archive",
        method="POST",
        path="/archive/00000000cafecafe/atom.xml",
        status=405,
        answer={**ERROR, "Allow": READ},
    ),
    *(
        Case(name=f"no archive: {path}", path=path, status=404, answer=ERROR)
        for path in (
            "/archive/0000000000000000/atom.xml",
            "/archive/00000000deadbeef/rss.xml",
            "/archive/00000000DEADBEEF/atom.xml",
            "/archive/00000000deadbeef/atom.xml.gz",
            "/archive/00000000deadbeef/",
            "/archive/deadbeef/atom.xml",
            "/categories/it/archive/00000000deadbeef/atom.xml",
            f"{ECONOMY}/archive/00000000cafecafe/atom.xml",
            "/archive/00000000deadbeef/archive/00000000deadbeef/atom.xml",
        )
    ),
    Case(name="atom", answer={**WHOLE, "Content-Type": ATOM, "Content-Encoding": None}),
    Case(name="rss", path="/rss.xml", answer={**WHOLE, "Content-Type": RSS}),
    # RFC 8259, 11: there is no charset parameter.
    Case(name="json feed", path="/feed.json", answer={**WHOLE, "Content-Type": JSON}),
    Case(name="an alias", path="/feed.xml", answer={**WHOLE, "Content-Type": ATOM}),
    Case(name="a hangul path", path=f"{ECONOMY}/rss.xml", answer={**WHOLE, "Content-Type": RSS}),
    Case(name="a query is ignored", path="/atom.xml?utm_source=x", answer=WHOLE),
    Case(name="gzip", headers={"Accept-Encoding": "gzip"}, answer={**WHOLE, "Content-Encoding": "gzip"}),
    Case(name="br", headers={"Accept-Encoding": "gzip, br"}, answer={**WHOLE, "Content-Encoding": "br"}),
    Case(name="zstd", headers={"Accept-Encoding": "zstd"}, answer={**WHOLE, "Content-Encoding": "zstd"}),
    Case(name="no coding", headers={"Accept-Encoding": "gzip;q=0"}, answer={**WHOLE, "Content-Encoding": None}),
    Case(name="head", method="HEAD", answer={**WHOLE, "Content-Type": ATOM}),
    Case(
        name="head of a coding",
        method="HEAD",
        headers={"Accept-Encoding": "gzip"},
        answer={**WHOLE, "Content-Encoding": "gzip"},
    ),
    Case(name="ranges are ignored", headers={"Range": "bytes=0-9"}, answer={**WHOLE, "Content-Range": None}),
    Case(name="many ranges are ignored", headers={"Range": "bytes=0-1,3-4"}, answer=WHOLE),
    # Conditional requests.
    Case(name="known", headers={"If-None-Match": '"{}"'}, tags=("identity",), status=304, answer=UNCHANGED),
    Case(
        name="known to head",
        method="HEAD",
        headers={"If-None-Match": '"{}"'},
        tags=("identity",),
        status=304,
        answer=UNCHANGED,
    ),
    Case(
        name="known in its coding",
        headers={"If-None-Match": '"{}"', "Accept-Encoding": "gzip"},
        tags=("gzip",),
        status=304,
        answer=UNCHANGED,
    ),
    Case(
        name="known in another coding than would be sent",
        headers={"If-None-Match": '"{}"', "Accept-Encoding": "gzip"},
        tags=("identity",),
        answer={**WHOLE, "Content-Encoding": "gzip"},
    ),
    Case(
        name="a cache that holds two codings",
        headers={"If-None-Match": '"{}", W/"{}"', "Accept-Encoding": "gzip"},
        tags=("identity", "gzip"),
        status=304,
        answer=UNCHANGED,
    ),
    Case(
        name="as a proxy marks it",
        headers={"If-None-Match": 'W/"{}-gzip"'},
        tags=("identity",),
        status=304,
        answer=UNCHANGED,
    ),
    Case(
        name="known to a reader that takes deltas",
        headers={"If-None-Match": '"{}"', "A-IM": "feed"},
        tags=("identity",),
        status=304,
        answer=UNCHANGED,
    ),
    Case(name="any", headers={"If-None-Match": "*"}, status=304, answer=UNCHANGED),
    Case(name="an empty tag", headers={"If-None-Match": '""'}, answer=WHOLE),
    Case(name="unknown", headers={"If-None-Match": '"x"', "If-Modified-Since": CHANGED}, answer=WHOLE),
    Case(name="not modified", headers={"If-Modified-Since": CHANGED}, status=304, answer=UNCHANGED),
    Case(name="modified", headers={"If-Modified-Since": BEFORE}, answer=WHOLE),
    Case(name="no date", headers={"If-Modified-Since": "Thu, 32 Jul"}, answer=WHOLE),
    Case(name="another than required", headers={"If-Match": '"x"'}, status=412, answer=ERROR),
    Case(name="as required", headers={"If-Match": '"{}"'}, tags=("identity",), answer=WHOLE),
    # What is not there, or not that way.
    Case(name="nothing there", path="/nowhere.xml", status=404, answer=ERROR),
    Case(name="nothing to post to", method="POST", path="/nowhere.xml", status=404, answer=ERROR),
    Case(name="a file of the tree that is no feed", path="/manifest.json", status=404, answer=ERROR),
    Case(name="a coding's file", path="/atom.xml.gz", status=404, answer=ERROR),
    Case(name="up and away", path="/../../etc/passwd", status=404, answer=ERROR),
    Case(name="up and away, encoded", path="/%2e%2e/%2e%2e/etc/passwd", status=404, answer=ERROR),
    Case(name="a NUL", path="/atom.xml%00", status=404, answer=ERROR),
    Case(name="no utf-8", path="/%EA%B2/atom.xml", status=404, answer=ERROR),
    Case(
        name="another host's path",
        path="http://localhost//evil.example/atom.xml",
        status=404,
        answer={**ERROR, "Location": None},
    ),
    Case(name="two slashes", path="/categories//it/atom.xml", status=404, answer={**ERROR, "Location": None}),
    Case(name="a slash too many", path="/atom.xml/", status=301, answer=moved_to("/atom.xml", 86400)),
    Case(name="slashes too many", path="/atom.xml//?x", status=301, answer=moved_to("/atom.xml", 86400)),
    Case(name="a slash behind nothing", path="/nowhere/", status=404, answer=ERROR),
    Case(name="a long path", path="/" + "a" * 10_000, status=404, answer=ERROR),
    Case(name="post", method="POST", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="put", method="PUT", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="an unheard-of method", method="BREW", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="post to the index", method="POST", path="/", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="delete health", method="DELETE", path="/healthz", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="post readiness", method="POST", path="/readyz", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="post status", method="POST", path="/-/status", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="options", method="OPTIONS", status=204, answer={"Allow": READ, "Access-Control-Allow-Methods": None}),
    Case(
        name="preflight",
        method="OPTIONS",
        headers={
            "Origin": "https://reader.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match",
        },
        status=204,
        answer={
            "Allow": READ,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": READ,
            "Access-Control-Allow-Headers": "A-IM, If-None-Match, If-Modified-Since",
            "Content-Type": None,
        },
    ),
    Case(
        name="hangul in the other normal form",
        path=f"{ECONOMY_NFD}/atom.xml",
        status=301,
        answer={"Location": f"{ECONOMY}/atom.xml"},
    ),
    Case(name="a hangul path that is nowhere in either form", path=f"{ECONOMY_NFD}/x.xml", status=404, answer=ERROR),
    # What moved, and what is gone.
    Case(name="moved", path="/old.xml?utm=x", status=301, answer=moved_to("/atom.xml")),
    Case(name="moved, to head", method="HEAD", path="/old.xml", status=301, answer=moved_to("/atom.xml")),
    Case(
        name="moved, whatever is known of it",
        path="/old.xml",
        headers={"If-None-Match": "*"},
        status=301,
        answer=moved_to("/atom.xml"),
    ),
    Case(name="moved, with a slash", path="/old.xml/", status=301, answer=moved_to("/atom.xml")),
    Case(
        name="moved to another host",
        path="/away.xml",
        status=301,
        answer=moved_to("https://other.example/%EA%B2%BD/x.xml"),
    ),
    Case(
        name="a category's new name",
        path="/categories/economy/rss.xml",
        status=301,
        answer=moved_to(f"{ECONOMY}/rss.xml"),
    ),
    Case(
        name="the longest folder counts",
        path="/categories/economy/old/%25%3F/a%20b",
        status=301,
        answer=moved_to("https://other.example/old/%25%3F/a%20b"),
    ),
    Case(name="a folder leads to no 404", path="/categories/economy/x.xml", status=404, answer=ERROR),
    Case(name="a folder's rule is no address", path="/categories/economy/*", status=404, answer=ERROR),
    Case(name="gone although its folder moved", path="/categories/economy/gone.xml", status=410, answer=GONE),
    Case(name="post to what moved", method="POST", path="/old.xml", status=405, answer={**ERROR, "Allow": READ}),
    Case(name="preflight of what moved", method="OPTIONS", path="/old.xml", status=204, answer={"Allow": READ}),
    Case(name="gone", path=PEOPLE, status=410, answer=GONE),
    Case(name="gone, to head", method="HEAD", path=PEOPLE, status=410, answer=GONE),
    Case(name="gone, with a slash", path=f"{PEOPLE}/", status=410, answer=GONE),
    Case(
        name="gone, in the other normal form",
        path="/categories/%E1%84%89%E1%85%A1%E1%84%85%E1%85%A1%E1%86%B7/atom.xml",
        status=410,
        answer=GONE,
    ),
    # Pages and health.
    Case(
        name="index",
        path="/",
        answer={
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            "Last-Modified": None,
        },
    ),
    Case(name="index, coded", path="/", headers={"Accept-Encoding": "br"}, answer={"Content-Encoding": "br"}),
    Case(name="search", path="/?q=it", answer={"Cache-Control": "no-store", "Content-Encoding": None}),
    Case(name="search, coded", path="/?q=it", headers={"Accept-Encoding": "br"}, answer={"Content-Encoding": None}),
    Case(name="search for too much", path="/?q=" + "x" * 9999, answer={"Cache-Control": "no-store"}),
    Case(name="search for nothing", path="/?q=+&page=1&x=y", answer={"Cache-Control": "public, max-age=300"}),
    Case(name="a page that there is not", path="/?page=99", answer={"Cache-Control": "no-store"}),
    Case(
        name="list",
        path="/opml.xml",
        headers={"Accept-Encoding": "zstd"},
        answer={**WHOLE, "Content-Type": "text/x-opml; charset=utf-8", "Content-Encoding": "zstd"},
    ),
    Case(name="list since", path="/opml.xml", headers={"If-Modified-Since": CHANGED}, status=304, answer=UNCHANGED),
    Case(name="list, as a delta", path="/opml.xml", headers={"A-IM": "feed", "If-None-Match": '"x"'}, answer=WHOLE),
    Case(name="style", path="/-/style.css", answer={"Content-Type": "text/css; charset=utf-8"}),
    Case(name="old style", path="/-/style.000000000000.css", answer={"Cache-Control": "public, max-age=300"}),
    Case(name="script", path="/-/script.js", answer={"Content-Type": "text/javascript; charset=utf-8"}),
    Case(name="no style", path="/-/style.js", status=404, answer=ERROR),
    Case(name="health", path="/healthz", answer={"Content-Type": TEXT, "Cache-Control": "no-store"}),
    Case(name="readiness", path="/readyz", answer={"Content-Type": TEXT, "Cache-Control": "no-store"}),
    Case(name="status", path="/-/status", answer={"Content-Type": "application/json", "Cache-Control": "no-store"}),
]


def headers_of(case: Case, snapshot: Snapshot) -> dict[str, str]:
    etags = {variant.coding: variant.etag for variant in snapshot.representations["/atom.xml"].variants}
    tags = [etags[coding] for coding in case.tags]
    return {name: value.format(*tags) for name, value in case.headers.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_request_gets_the_answer_of_the_table(case: Case, ask: Callable[..., TestResponse], world: Any) -> None:
    headers = headers_of(case, world.snapshot)
    response = ask(case.method, case.path, headers)
    assert response.status_code == case.status
    assert {name: response.headers.get(name) for name in case.answer} == case.answer
    assert len({name.lower() for name, _ in response.headers}) == len(list(response.headers))
    assert_body_is_as_told(case, response)


@pytest.mark.parametrize("with_fast_path", [True], indirect=True, ids=["fast path"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_fast_path_answers_as_flask_does_byte_for_byte(case: Case, world: Any) -> None:
    fast = world.client()
    world.with_fast_path = False
    flask = world.client()
    headers = headers_of(case, world.snapshot)
    for _ in ("decided", "remembered"):
        answers = [client.open(case.path, method=case.method, headers=headers) for client in (fast, flask)]
        first, second = [(each.status, list(each.headers), each.data) for each in answers]
        assert first == second


def assert_body_is_as_told(case: Case, response: TestResponse) -> None:
    if case.method == "HEAD" or case.status in {204, 304}:
        assert response.data == b""
    else:
        assert response.headers["Content-Length"] == str(len(response.data))
        assert response.data
    if case.status >= 400 and case.method != "HEAD":
        assert len(response.data) < 200
        assert response.data.endswith(b".\n")


@pytest.mark.parametrize("path", ["/atom.xml", "/feed.json", f"{ECONOMY}/rss.xml", PAGE, "/", "/-/style.css"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_head_says_what_get_sends_and_a_304_names_the_tag_it_was_asked_about(
    ask: Callable[..., TestResponse], path: str, coding: str
) -> None:
    accept = {"Accept-Encoding": f"{coding}, identity;q=0.1" if coding != "identity" else "identity"}
    got, head = ask("GET", path, accept), ask("HEAD", path, accept)
    assert list(head.headers) == list(got.headers)
    etag = got.headers["ETag"]
    assert etag.startswith('"')
    known = ask("GET", path, {**accept, "If-None-Match": etag})
    assert known.status_code == 304
    assert known.headers["ETag"] == etag
    repeated = {"ETag", "Last-Modified", "Cache-Control", "Vary"} & set(got.headers.keys())
    assert {name: known.headers[name] for name in repeated} == {name: got.headers[name] for name in repeated}


def test_each_coding_has_an_etag_of_its_own(ask: Callable[..., TestResponse]) -> None:
    etags = {
        ask("GET", "/atom.xml", {"Accept-Encoding": coding}).headers["ETag"] for coding in ("x", "gzip", "br", "zstd")
    }
    assert len(etags) == 4


def test_a_date_ahead_of_the_clock_is_neither_sent_nor_compared(world: Any) -> None:
    world.now -= timedelta(days=2)
    response = world.client().get("/atom.xml", headers={"If-Modified-Since": CHANGED})
    assert response.status_code == 200
    assert "Last-Modified" not in response.headers


def test_freshness_ends_with_the_next_change_and_stale_times_are_as_configured(world: Any) -> None:
    world.stale = (60, 86400)
    client = world.client()
    assert client.get("/atom.xml").headers["Cache-Control"] == (
        "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"
    )
    world.snapshot = replace(world.snapshot, next_change=world.now + timedelta(seconds=10))
    known = {"If-None-Match": client.get("/atom.xml").headers["ETag"]}
    for left in (10, 9, 1):
        response = client.get("/atom.xml", headers=known)
        assert response.status_code == 304
        assert response.headers["Cache-Control"] == f"public, max-age={left}, stale-if-error=86400"
        world.now += timedelta(seconds=1 if left == 10 else 8)


@pytest.mark.parametrize("path", ["/", "/atom.xml", "/anything", "/readyz"])
def test_before_the_first_edition_one_is_asked_to_come_again(empty_world: Any, path: str) -> None:
    response = empty_world.client().get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"
    assert empty_world.client().get("/healthz").status_code == 200
    assert empty_world.client().get("/-/status").json == {"snapshot": None, "documents": 0}


def test_a_body_that_was_just_replaced_is_answered_from_the_newer_edition(empty_world: Any) -> None:
    old = empty_world.publish("가")
    new = empty_world.publish("나")
    editions: list[Snapshot] = [new, old]
    response = empty_world.client(editions.pop).get("/atom.xml")
    assert response.status_code == 200
    assert response.headers["ETag"] == f'"{new.representations["/atom.xml"].variants[0].etag}"'
    assert response.data == new.read_body("/atom.xml", "identity")


def test_a_body_that_stays_lost_is_a_503_and_no_traceback(empty_world: Any) -> None:
    old = empty_world.publish("가")
    empty_world.publish("나")
    response = empty_world.client(lambda: old).get("/atom.xml")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"


def test_a_bug_is_a_short_500_and_is_logged(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Snapshot:
        raise ZeroDivisionError

    response = world.client(broken).get("/atom.xml")
    assert response.status_code == 500
    assert response.data == b"Something went wrong here; it was logged.\n"
    assert response.headers["Cache-Control"] == "no-store"
    assert "GET /atom.xml failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_what_the_framework_refuses_is_a_short_text_too(world: Any) -> None:
    def refusing() -> Snapshot:
        raise RequestEntityTooLarge

    response = world.client(refusing).get("/atom.xml")
    assert response.status_code == 413
    assert response.data == b"Request Entity Too Large.\n"
    assert response.headers["Content-Type"] == TEXT


def test_no_path_at_all_is_the_index(world: Any) -> None:
    response = world.client().get("/", environ_overrides={"PATH_INFO": ""})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_request_without_host_is_refused_unless_it_is_of_http_1_0(world: Any) -> None:
    client = world.client()
    for host in ({"HTTP_HOST": ""}, {"HTTP_HOST": None}):
        response = client.get("/atom.xml", environ_overrides=host)
        assert response.status_code == 400
        assert response.headers["Content-Type"] == TEXT
    assert (
        client.get("/atom.xml", environ_overrides={"HTTP_HOST": "", "SERVER_PROTOCOL": "HTTP/1.0"}).status_code == 200
    )


def test_the_index_links_every_feed_and_every_link_works(ask: Callable[..., TestResponse], world: Any) -> None:
    page = ask("GET", "/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "form-action 'self'" in policy
    hrefs = set(re.findall(r'href="([^"]+)" type=', page.text))
    assert len(hrefs) == 10
    for href in hrefs:
        assert ask("GET", f"/{href.removeprefix('./')}").status_code == 200
    for asset in re.findall(r'"\./(-/[^"]+)"', page.text):
        assert ask("GET", f"/{asset}").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert '<html lang="en" dir="ltr">' in page.text
    assert "소식 &amp; 뉴스" in page.text
