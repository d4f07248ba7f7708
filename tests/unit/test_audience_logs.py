"""Lines of access logs, and what clients write into them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.audience.logs import Hit, parse_line

AT = datetime(2024, 7, 11, 21, 2, 39, tzinfo=UTC)


def combined(**changes: str) -> bytes:
    parts = {
        "client": "192.0.2.1",
        "user": "-",
        "at": "12/Jul/2024:06:02:39 +0900",
        "request": "GET /categories/%EA%B2%BD%EC%A0%9C/atom.xml?x=1 HTTP/1.1",
        "status": "304",
        "size": "0",
        "agent": "FreshRSS/1.28.0 (Linux; https://freshrss.org)",
        "rest": "",
        **changes,
    }
    line = '{client} - {user} [{at}] "{request}" {status} {size} "-" "{agent}"{rest}\n'
    return line.format(**parts).encode("utf-8", "surrogateescape")


def caddy(**changes: Any) -> bytes:
    request = {
        "remote_ip": "10.0.0.1",
        "client_ip": "192.0.2.1",
        "proto": "HTTP/1.1",
        "method": "GET",
        "uri": "/categories/%EA%B2%BD%EC%A0%9C/atom.xml?x=1",
        "headers": {"User-Agent": ["FreshRSS/1.28.0 (Linux; https://freshrss.org)"]},
    }
    line = {"level": "info", "ts": AT.timestamp(), "request": request, "size": 0, "status": 304, **changes}
    return json.dumps(line).encode() + b"\n"


HIT = Hit("192.0.2.1", AT, "GET", "/categories/경제/atom.xml", 304, 0, "FreshRSS/1.28.0 (Linux; https://freshrss.org)")


@pytest.mark.parametrize("line", [combined(), caddy()], ids=["combined", "caddy"])
def test_a_line_is_a_hit_whichever_server_wrote_it(line: bytes) -> None:
    assert parse_line(line, "auto") == HIT


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"agent": "-"}, {"agent": ""}),
        ({"agent": r"a\"b\x5Cc \xEA\xB2\xBD"}, {"agent": 'a"b\\c 경'}),
        ({"agent": r"한\x22"}, {"agent": '한"'}),
        ({"request": r"GET /\xEA\xB2\xBD.xml HTTP/2.0"}, {"path": "/경.xml"}),
        ({"request": "GET /a.xml"}, {"path": "/a.xml"}),
        ({"rest": ' "203.0.113.7" 0.001'}, {}),
        ({"user": "some body"}, {}),
        ({"size": "-"}, {"size": 0}),
        ({"size": "12345", "status": "200"}, {"size": 12345, "status": 200}),
        ({"client": "2001:db8::1"}, {"client": "2001:db8::1"}),
    ],
)
def test_spellings_of_the_combined_format(changes: dict[str, str], expected: dict[str, Any]) -> None:
    assert parse_line(combined(**changes), "combined") == HIT._replace(**{"path": HIT.path, **expected})


def test_a_line_without_referrer_and_agent_is_the_common_format() -> None:
    line = combined().partition(b' "-" "')[0]
    assert parse_line(line, "combined") == HIT._replace(agent="")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ts": "2024-07-11T21:02:39Z"}, {}),
        ({"ts": "2024/07/11 21:02:39"}, {}),
        ({"ts": "2024-07-12T06:02:39.000+0900"}, {}),
        ({"request": {"remote_ip": "192.0.2.1", "method": "GET", "uri": "/"}}, {"path": "/", "agent": ""}),
        ({"size": 10, "status": 200}, {"size": 10, "status": 200}),
    ],
)
def test_spellings_of_caddys_format(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert parse_line(caddy(**changes), "caddy") == HIT._replace(**expected)


HOSTILE = [
    b"\n",
    b"\0" * 100,
    b"\xff\xfe\xfd",
    b"x" * 1_000_000,
    b"{" * 60_000,
    b"[" * 60_000,
    combined(at="32/Jul/2024:06:02:39 +0900"),
    combined(at="12/Jux/2024:06:02:39 +0900"),
    combined(at="12/Jul/0000:06:02:39 +0900"),
    combined(at="12/Jul/2024:25:02:39 +0900"),
    combined(at="12/Jul/2024:06:02:39 +9999"),
    combined(request=r"\x16\x03\x01\x02\x00"),
    combined(request=""),
    combined(status="9" * 30),
    combined(size="9" * 30),
    b'1.1.1.1 - - [12/Jul/2024:06:02:39 +0900] "GET / HTTP/1.1" 200 1 "' + b"\\" * 60_000,
    b"1.1.1.1 - " + b'"[ ' * 20_000,
    caddy(ts=None),
    caddy(ts=1e300),
    caddy(ts="soon"),
    caddy(size=-1),
    caddy(size=10**40),
    caddy(size="many"),
    caddy(status=None),
    caddy(request=None),
    caddy(request=[]),
    caddy(request={"method": 1}),
    b'{"ts": NaN, "request": {"remote_ip": "", "method": "", "uri": ""}, "status": 1, "size": 1}',
]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_a_line_that_is_none_is_nothing_and_no_error(line: bytes) -> None:
    assert parse_line(line, "auto") is None


def test_control_characters_in_an_agent_are_kept_as_they_are_and_harm_nobody() -> None:
    hit = parse_line(combined(agent="a\x1b[31m\udcff"), "auto")
    assert hit is not None
    assert hit.agent == "a\x1b[31m�"


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error(line: bytes) -> None:
    for form in ("auto", "combined", "caddy"):
        parse_line(line, form)
