"""What no reader sends: the real server must outlive it, answer it shortly, and serve everybody else meanwhile."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import LiveSite

CLOSE = b"Host: x\r\nConnection: close\r\n"
FEED = b"GET /atom.xml HTTP/1.1\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\n" + CLOSE + b"\r\n"


def feed_with(header: bytes) -> bytes:
    return FEED + CLOSE + header + b"\r\n\r\n"


def at(path: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + CLOSE + b"\r\n"


# Name, bytes, and the statuses of the answers; none is a connection closed without a word.
REQUESTS: list[tuple[str, bytes, list[int]]] = [
    ("a header of 100 kB", feed_with(b"X: " + b"a" * 100_000), [431]),
    ("5,000 headers", feed_with(b"\r\n".join(b"X%d: a" % number for number in range(5000))), [431]),
    ("a path of 10,000 bytes", at(b"/" + b"a" * 10_000), [404]),
    ("a path of 100 kB", at(b"/" + b"a" * 100_000), [431]),
    ("10,000 bytes of query", at(b"/atom.xml?" + b"a=%ff&" * 1700), [200]),
    ("up and away", at(b"/../../etc/passwd"), [404]),
    ("up and away, encoded", at(b"/%2e%2e/%2e%2e/etc/passwd"), [404]),
    ("up and away, slashes encoded", at(b"/..%2f..%2fetc%2fpasswd"), [404]),
    ("backslashes", at(b"/..\\..\\etc\\passwd"), [404]),
    ("an encoded slash in a path", at(b"/categories%2fnone%2fatom.xml"), [404]),
    ("an encoded NUL", at(b"/atom.xml%00"), [404]),
    ("a NUL", at(b"/atom\0.xml"), [400]),
    ("no UTF-8", at(b"/%ff%fe.xml"), [404]),
    ("raw UTF-8", at("/뉴스.xml".encode()), [404]),
    ("broken escapes", at(b"/%zz%"), [404]),
    ("lines in a path", at(b"/nowhere%0d%0aSet-Cookie:%20a=b/"), [404]),
    ("another host's path", at(b"//evil.example/%2e%2e"), [404]),
    ("a whole URL", at(b"http://evil.example/nowhere"), [404]),
    ("no Host", FEED + b"Connection: close\r\n\r\n", [400]),
    ("an unheard-of method", b"BREW /atom.xml HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
    ("a method of 3,000 bytes", b"A" * 3000 + b" /atom.xml HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
    ("a proxy's method", b"CONNECT evil.example:443 HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
    ("a trace", b"TRACE /atom.xml HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00" * 20, [400]),
    ("HTTP/0.9", b"GET /atom.xml\r\n\r\n", [400]),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []),
    ("20 in a row, and a feed", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 20 + at(b"/atom.xml"), [200] * 21),
    ("a body on GET", FEED + b"Host: x\r\nContent-Length: 5\r\n\r\nhello" + SMUGGLED, [200, 200]),
    (
        "a chunked body on GET",
        FEED + b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + SMUGGLED,
        [200, 200],
    ),
    ("two lengths", FEED + b"Host: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", [400]),
    ("a body that does not come", b"POST /-/build HTTP/1.1\r\n" + CLOSE + b"Content-Length: 100000000\r\n\r\nx", [401]),
    ("3,000 tags", feed_with(b"If-None-Match: " + b'"a",' * 3000), [200]),
    ("1,500 codings", feed_with(b"Accept-Encoding: " + b"gzip;q=x," * 1500), [200]),
    (
        "headers of no text",
        feed_with(b"If-None-Match: \xff\r\nAccept-Encoding: \xff\r\nIf-Modified-Since: \xff"),
        [200],
    ),
    ("a date beyond time", feed_with(b"If-Modified-Since: Thu, 11 Jul 99999 12:00:00 GMT"), [200]),
    ("a token of no text", b"POST /-/build HTTP/1.1\r\n" + CLOSE + b"Authorization: Bearer \xff\xed\r\n\r\n", [401]),
]


def exchange(port: int, data: bytes) -> bytes:
    """Send bytes and return all that comes back until the server closes; fails if it does not within 15 s."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        answer = b""
        try:
            connection.sendall(data)
            while received := connection.recv(65536):
                answer += received
        except (ConnectionResetError, BrokenPipeError):
            pass  # it had answered before it was told everything
        return answer


def split_answers(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield status and body of each answer; fails where the bytes are not answers end to end."""
    while raw:
        head, _, rest = raw.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
        length = re.search(rb"(?im)^content-length: (\d+)\r?$", head)
        assert status, raw[:200]
        assert length, head
        assert len(rest) >= int(length[1])
        yield int(status[1]), rest[: int(length[1])]
        raw = rest[int(length[1]) :]


def poll(site: LiveSite) -> float:
    """Make one poll as readers do; return how long it took, in seconds."""
    started = time.monotonic()
    assert site.get("/atom.xml", {"If-None-Match": "*"}).status == 304
    return time.monotonic() - started


def count_workers(site: LiveSite) -> int:
    return len(set(re.findall(r"worker (\d+) is up", (site.directory / "serve.log").read_text(encoding="utf-8"))))


def test_every_bad_request_gets_a_short_whole_answer_and_costs_no_worker(live_site: LiveSite) -> None:
    live_site.start()
    live_site.wait_until(lambda: count_workers(live_site) == 2, "both workers")
    for name, data, statuses in REQUESTS:
        answers = list(split_answers(exchange(live_site.port, data)))
        assert [status for status, _ in answers] == statuses, name
        assert all(len(body) < 300 for status, body in answers if status != 200), name
        poll(live_site)
    assert count_workers(live_site) == 2
    assert "Traceback" not in (live_site.directory / "serve.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["idle", "slow", "unread"])
def test_polls_are_answered_beside_300_bad_connections(
    live_site: LiveSite, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    live_site.start()
    live_site.wait_until(lambda: count_workers(live_site) == 2, "both workers")
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", live_site.port), timeout=15)) for _ in range(300)
        ]
        first = {"idle": b"", "slow": b"GET /atom.xml HT", "unread": at(b"/atom.xml")}[kind]
        for connection in connections:
            connection.sendall(first)
        took = []
        for number in range(20):
            if kind == "slow":
                connections[number].send(b"T")
            took.append(poll(live_site))
        with capsys.disabled():
            print(f"\n20 polls beside 300 {kind} connections: {1000 * max(took):.1f} ms at most")  # noqa: T201
        if kind != "unread":
            # Five seconds for the header: those who do not send it are hung up on.
            connections[-1].settimeout(15)
            assert re.fullmatch(rb"(HTTP/1\.1 408 .*)?", connections[-1].recv(65536), re.DOTALL)
    assert count_workers(live_site) == 2


def test_who_fetches_one_feed_whole_again_and_again_is_refused_and_nobody_else(live_site: LiveSite) -> None:
    with (live_site.directory / "feedsvc.toml").open("a", encoding="utf-8") as configuration:
        configuration.write("workers = 1\n[limits]\nunconditional_per_minute = 3\n")
    live_site.start()
    statuses = [live_site.get("/atom.xml").status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    metrics = live_site.get("/metrics", {"Authorization": "Bearer s3cret"}).body
    assert b'feedsvc_requests_total{coding="",feed="",format="",status="429"} 2.0\n' in metrics
    refused = live_site.get("/atom.xml")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    poll(live_site)
    assert live_site.get("/rss.xml").status == 200
    assert live_site.get("/atom.xml", {"X-Forwarded-For": "198.51.100.9"}).status == 200
