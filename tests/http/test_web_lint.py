"""httplint reads every kind of answer as it would on the wire; what it still says is explained here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from httplint import HttpRequestLinter, HttpResponseLinter
from werkzeug.http import http_date

from feedsvc.web.tallies import Tallies

ORIGIN = "https://feeds.example.org"

EXPLAINED = {
    # `public` lets a shared cache keep the answer to a reader that sends Authorization without need (RFC 9111, 3.5);
    # readers do so for every address of a host whose password they know.
    "STORE_PUBLIC_UNNECESSARY",
}

PREFLIGHT = {
    "Origin": "https://reader.example",
    "Access-Control-Request-Method": "GET",
    "Access-Control-Request-Headers": "if-none-match",
}

REQUESTS: list[tuple[str, str, dict[str, str], int]] = [
    *((method, path, {}, 200) for method in ("GET", "HEAD") for path in ("/atom.xml", "/rss.xml", "/feed.json")),
    *(
        (method, "/atom.xml", {"Accept-Encoding": each}, 200)
        for method in ("GET", "HEAD")
        for each in ("gzip", "br", "zstd")
    ),
    *((method, "/atom.xml", {"If-None-Match": "*"}, 304) for method in ("GET", "HEAD")),
    ("GET", "/atom.xml", {"If-None-Match": "*", "Accept-Encoding": "gzip"}, 304),
    ("GET", "/atom.xml", {"If-Modified-Since": "Thu, 11 Jul 2024 12:00:00 GMT"}, 304),
    ("GET", "/atom.xml", {"If-Match": '"x"'}, 412),
    ("GET", "/atom.xml", {"Range": "bytes=0-9"}, 200),
    ("GET", "/categories/%EA%B2%BD%EC%A0%9C/rss.xml", {}, 200),
    ("GET", "/categories/%E1%84%80%E1%85%A7%E1%86%BC%E1%84%8C%E1%85%A6/rss.xml", {}, 301),
    *((method, "/atom.xml/", {}, 301) for method in ("GET", "HEAD")),
    *((method, "/categories/economy/rss.xml", {}, 301) for method in ("GET", "HEAD")),
    *((method, "/categories/%EC%82%AC%EB%9E%8C/atom.xml", {}, 410) for method in ("GET", "HEAD")),
    ("GET", "/nowhere", {}, 404),
    ("HEAD", "/nowhere", {}, 404),
    ("POST", "/atom.xml", {}, 405),
    ("OPTIONS", "/atom.xml", {}, 204),
    ("OPTIONS", "/atom.xml", PREFLIGHT, 204),
    ("GET", "/", {}, 200),
    ("HEAD", "/", {"Accept-Encoding": "br"}, 200),
    ("GET", "/", {"If-None-Match": "*"}, 304),
    ("GET", "/-/style.css", {}, 200),
    ("GET", "/healthz", {}, 200),
    ("GET", "/readyz", {}, 200),
    ("GET", "/-/status", {}, 200),
    ("GET", "/metrics", {"Authorization": "Bearer s3cret"}, 200),
    ("GET", "/metrics", {}, 401),
    ("POST", "/-/build", {"Authorization": "Bearer s3cret"}, 202),
    ("POST", "/-/build", {}, 401),
    ("POST", "/-/build", {"Authorization": "Bearer x"}, 401),
    ("GET", "/-/build", {}, 405),
]


def encode(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def lint(method: str, path: str, headers: Mapping[str, str], response: Any, date: str) -> set[str]:
    """Return the names of what httplint warns of or calls wrong."""
    asked = HttpRequestLinter()
    asked.process_request_topline(method.encode(), f"{ORIGIN}{path}".encode(), b"1.1")
    asked.process_headers(encode({"Host": "feeds.example.org", "User-Agent": "test", **headers}))
    asked.finish_content(complete=True)
    answered = HttpResponseLinter()
    answered.request = asked
    answered.is_head_response = method == "HEAD"
    answered.base_uri = f"{ORIGIN}{path}"
    answered.process_response_topline(b"1.1", str(response.status_code).encode(), response.status.encode())
    # The server adds the date.
    answered.process_headers([*encode(dict(response.headers)), (b"Date", date.encode())])
    answered.feed_content(response.data)
    answered.finish_content(complete=True)
    return {type(note).__name__ for note in answered.notes if note.level.value in {"warning", "bad"}}


@pytest.mark.parametrize(("method", "path", "headers", "status"), REQUESTS, ids=repr)
def test_httplint_has_nothing_to_say_that_is_not_explained(
    world: Any, tmp_path: Path, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    world.tallies = Tallies(tmp_path)
    world.token = "s3cret"  # noqa: S105 -- a token of this test
    response = world.client().open(path, method=method, headers=headers)
    assert response.status_code == status
    assert lint(method, path, headers, response, http_date(world.now)) <= EXPLAINED


def test_before_the_first_edition_httplint_has_nothing_to_say_either(empty_world: Any) -> None:
    response = empty_world.client().get("/atom.xml")
    assert response.status_code == 503
    assert lint("GET", "/atom.xml", {}, response, http_date(empty_world.now)) == set()


def test_the_oracle_finds_what_is_wrong(world: Any) -> None:
    response = world.client().get("/atom.xml")
    response.headers["Content-Length"] = "1"
    response.headers["ETag"] = "unquoted"
    found = lint("GET", "/atom.xml", {}, response, http_date(world.now))
    assert "CL_INCORRECT" in found
    assert len(found - EXPLAINED) > 1


def test_every_explanation_is_still_needed(world: Any) -> None:
    response = world.client().get("/atom.xml")
    assert lint("GET", "/atom.xml", {}, response, http_date(world.now)) == EXPLAINED


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
@pytest.mark.parametrize("path", ["/atom.xml", "/rss.xml", "/feed.json"])
def test_httplint_has_nothing_at_all_to_say_of_a_delta(
    changing_site: Any, make_entry: Any, method: str, coding: str, path: str
) -> None:
    client = changing_site.client()
    tag = ""
    for count in (5, 6):
        changing_site.publish([make_entry(str(number), content="x" * 999) for number in range(count, 0, -1)])
        tag = tag or client.get(path).headers["ETag"]
    headers = {"A-IM": "feed", "If-None-Match": tag, "Accept-Encoding": coding}
    response = client.open(path, method=method, headers=headers)
    assert response.status_code == 226
    assert lint(method, path, headers, response, http_date(changing_site.now)) == set()
