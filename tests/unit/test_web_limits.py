from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client

from feedsvc.model import Snapshot
from feedsvc.web import limits
from feedsvc.web.limits import UnconditionalLimit, find_client, group_client, limit_unconditional, parse_networks

PROXIES = parse_networks(("127.0.0.1", "10.0.0.0/8", "::1"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("127.0.0.1", "203.0.113.66, 198.51.100.9, 10.1.2.3", "198.51.100.9"),
        ("127.0.0.1", "198.51.100.9, nonsense", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.1", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:127.0.0.1", "[2001:db8::7]", "2001:db8::7"),
        ("", "198.51.100.9", ""),
    ],
)
def test_a_client_is_told_by_trusted_proxies_only(remote: str, forwarded: str, client: str) -> None:
    assert find_client(remote, forwarded, PROXIES) == client


def test_the_addresses_of_one_ipv6_customer_count_as_one() -> None:
    assert group_client("2001:db8:1:2::7") == group_client("2001:db8:1:2:ffff::1") != group_client("2001:db8:1:3::7")
    assert group_client("192.0.2.1") == "192.0.2.1"


def test_a_minute_allows_so_many_of_each_feed_to_each_client() -> None:
    now = [1000.0]
    limit = UnconditionalLimit(2, monotonic=lambda: now[0])
    assert [limit.count("a", "/x") for _ in range(4)] == [0, 0, 60, 60]
    assert (limit.count("a", "/y"), limit.count("b", "/x")) == (0, 0)
    now[0] += 59.9
    assert limit.count("a", "/x") == 1
    now[0] += 0.1
    assert limit.count("a", "/x") == 0


def test_memory_is_bounded_and_who_is_not_counted_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    limit = UnconditionalLimit(1, monotonic=lambda: 0.0)
    assert [limit.count(client, "/x") for client in "abccc"] == [0, 0, 0, 0, 0]
    assert limit.count("a", "/x") == 60


def serve_ok(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"ok"]


def make_client(snapshot: Snapshot | None) -> Client:
    return Client(limit_unconditional(serve_ok, UnconditionalLimit(1), PROXIES, lambda: snapshot))


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(id="1", representations=dict.fromkeys(("/a.xml", "/가.xml")), read_body=lambda path, coding: b"")  # type: ignore[arg-type]


def test_only_who_fetches_one_feed_whole_again_and_again_is_refused(snapshot: Snapshot) -> None:
    client = make_client(snapshot)
    statuses = [client.get("/%EA%B0%80.xml").status_code for _ in range(3)]
    assert statuses == [200, 429, 429]
    refused = client.get("/%EA%B0%80.xml")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["Content-Length"] == str(len(refused.data))
    assert client.get("/a.xml").status_code == 200
    assert client.get("/가.xml", headers={"If-None-Match": '"x"'}).status_code == 200
    assert client.get("/가.xml", headers={"If-Modified-Since": "x"}).status_code == 200
    assert client.head("/가.xml").status_code == 200
    other = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.9"}
    assert client.get("/가.xml", environ_overrides=other).status_code == 200


def test_what_is_no_feed_is_not_counted(snapshot: Snapshot) -> None:
    for known, path in ((snapshot, "/"), (snapshot, "/" + "a" * 2000), (None, "/a.xml")):
        client = make_client(known)
        assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]
