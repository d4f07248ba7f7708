"""Who reads is counted the same by the fast path and by Flask, and told to who may know."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Response

from feedsvc.audience.figures import Reach, read_figures
from feedsvc.audience.increments import Polls
from feedsvc.audience.keeping import Keeper
from feedsvc.audience.salt import Salt
from feedsvc.audience.spool import FOLDER, Spool
from feedsvc.audience.store import FILE
from feedsvc.model import Entry, Snapshot
from feedsvc.publish.snapshot import load_snapshot
from feedsvc.web import audience
from feedsvc.web.audience import AudienceCounter
from feedsvc.web.limits import parse_networks
from feedsvc.web.operator.options import OperatorOptions
from feedsvc.web.operator.source import PostFiles

DAY = date(2024, 7, 11)
READER = {"User-Agent": "newsboat/2.21.0"}
FEEDBIN = {"User-Agent": "Feedbin feed-id:12 - 40 subscribers"}
HERE: dict[str, Any] = {
    "base_url": "http://localhost:8000/",
    "environ_overrides": {"REMOTE_ADDR": "127.0.0.1"},
}


@pytest.fixture
def counted(world: Any, tmp_path: Path) -> Any:
    """The site, with its audience counted."""
    salt = Salt(lambda: world.now.date())
    trusted = parse_networks(("127.0.0.1",))
    world.audience = AudienceCounter(tmp_path / FOLDER, salt, lambda: world.now.date(), world.source, trusted)
    world.audience_store = tmp_path / FILE
    posts = PostFiles(directory=tmp_path, encodings=("utf-8",))
    world.operator = OperatorOptions(read_runs=tuple, read_service=lambda: None, posts=posts, secret="0" * 64)
    world.keeper = Keeper(tmp_path, salt, lambda: world.now.date(), timedelta(days=400))
    return world


def keep(world: Any) -> dict[str, Reach]:
    """Have everything written down and kept; return the figures of today by feed, and of all by ``""``."""
    world.audience.flush()
    world.keeper.take()
    figures = read_figures(world.audience_store, today=world.now.date(), days=1)
    return {each.feed: each for each in (*figures.feeds, figures.total)}


def sizes(world: Any, path: str) -> dict[str, int]:
    return {each.coding: each.size for each in world.snapshot.representations[path].variants}


def tag(world: Any, path: str, coding: str = "identity") -> str:
    (etag,) = (each.etag for each in world.snapshot.representations[path].variants if each.coding == coding)
    return f'"{etag}"'


ATOM, ECONOMY = "/atom.xml", "/categories/%EA%B2%BD%EC%A0%9C/rss.xml"


def test_polls_are_counted_by_feed_whichever_way_they_are_answered(counted: Any) -> None:
    client = counted.client()
    size, economy = sizes(counted, ATOM), sizes(counted, "/categories/경제/rss.xml")
    client.get(ATOM, headers=READER)
    client.get("/feed.xml", headers=READER)  # an alias is the feed, too
    client.get("/rss.xml", headers={**READER, "Accept-Encoding": "gzip"})
    client.get(ATOM, headers={**READER, "If-None-Match": tag(counted, ATOM)})
    client.get(ATOM, headers={**READER, "If-None-Match": tag(counted, ATOM, "gzip"), "Accept-Encoding": "gzip"})
    client.head(ATOM, headers=READER)
    client.head(ATOM, headers={**READER, "If-None-Match": tag(counted, ATOM)})
    client.get(ECONOMY, headers=READER)
    rss = sizes(counted, "/rss.xml")["gzip"]
    sent, saved = 2 * size["identity"] + rss, size["identity"] + size["gzip"]
    told = keep(counted)
    assert told["site"].polls == Polls(7, 3, 0, sent, saved)
    assert told["category:경제"].polls == Polls(1, 0, 0, economy["identity"], 0)
    assert told[""].polls == Polls(8, 3, 0, sent + economy["identity"], saved)
    assert (told["site"].readers, told["category:경제"].readers, told[""].readers) == (1, 1, 1)
    client.get(ATOM, headers=READER)
    again = keep(counted)
    assert (again["site"].polls.polls, again["site"].readers) == (8, 1)


def test_a_delta_is_a_poll_that_sends_less(
    changing_site: Any, make_entry: Callable[..., Entry], tmp_path: Path
) -> None:
    def source() -> Snapshot:
        return load_snapshot(changing_site.public)

    counter = AudienceCounter(tmp_path / FOLDER, Salt(lambda: DAY), lambda: DAY, source)
    changing_site.audience = counter
    entries = [make_entry(f"{number:02}", content="<p>long</p>" * 99) for number in range(10, 0, -1)]
    changing_site.publish(entries[1:])
    held = source().representations[ATOM].variants[0].etag
    changing_site.publish(entries)
    answer = changing_site.client().get(ATOM, headers={"A-IM": "feed", "If-None-Match": f'"{held}"', **READER})
    assert answer.status_code == 226
    counter.flush()
    (name,) = Spool(tmp_path / FOLDER).names()
    ((_, counted),) = Spool(tmp_path / FOLDER).read([name])
    whole = source().representations[ATOM].variants[0].size
    assert counted.polls == {"site": Polls(1, 0, 1, len(answer.data), whole - len(answer.data))}


NOT_POLLS: list[tuple[str, str, dict[str, str]]] = [
    ("POST", ATOM, {}),
    ("OPTIONS", ATOM, {}),
    ("GET", "/", {}),
    ("GET", "/nowhere.xml", {}),
    ("GET", "/old.xml", {}),
    ("GET", "/healthz", {}),
    ("GET", "/archive/00000000deadbeef/atom.xml", {}),
    ("GET", ATOM, {"If-Match": '"x"'}),
]


def test_what_is_no_feed_or_no_poll_is_not_counted(counted: Any) -> None:
    client = counted.client()
    for method, path, headers in NOT_POLLS:
        client.open(path, method=method, headers=headers)
    counted.audience.flush()
    assert Spool(counted.audience_store.with_name(FOLDER)).names() == ()


def test_a_page_for_people_at_the_address_of_a_feed_is_no_poll(counted: Any) -> None:
    page = Response("<!DOCTYPE html>", headers={"ETag": '"another"', "Content-Length": "15"})
    counted.audience.count_response("GET", ATOM, page, {})
    counted.audience.flush()
    assert Spool(counted.audience_store.with_name(FOLDER)).names() == ()


def test_who_reads_is_told_apart_by_address_and_agent(counted: Any) -> None:
    client = counted.client()

    def poll(address: str, headers: Mapping[str, str], forwarded: str = "") -> None:
        sent = {**headers, "X-Forwarded-For": forwarded} if forwarded else headers
        client.get(ATOM, headers=dict(sent), environ_overrides={"REMOTE_ADDR": address})

    poll("192.0.2.1", READER)
    poll("192.0.2.1", READER, "203.0.113.1")  # nobody believes who is no proxy of ours
    poll("192.0.2.1", {"User-Agent": "other"})
    poll("127.0.0.1", READER, "192.0.2.1")
    poll("127.0.0.1", READER, "192.0.2.7, 198.51.100.9")
    poll("127.0.0.1", READER, "203.0.113.5")
    poll("2001:db8::1", READER)
    poll("2001:db8::2", READER)
    assert keep(counted)["site"].readers == 5
    poll("192.0.2.9", FEEDBIN)
    poll("192.0.2.9", {"User-Agent": "Feedbin feed-id:12 - 41 subscribers"})
    poll("192.0.2.9", {"User-Agent": "Feedbin feed-id:13 - 2 subscribers"})
    poll("192.0.2.9", {"User-Agent": "Googlebot/2.1"})
    told = keep(counted)["site"]
    assert (told.readers, told.subscribers, told.polls.polls) == (5, 43, 12)


def test_no_file_holds_an_address_or_an_agent(counted: Any, tmp_path: Path) -> None:
    client = counted.client()
    client.get(ATOM, headers={"User-Agent": "secret-agent"}, environ_overrides={"REMOTE_ADDR": "192.0.2.77"})
    counted.audience.flush()
    (file,) = (tmp_path / FOLDER).iterdir()
    said = file.read_bytes()
    counted.keeper.take()
    said += counted.audience_store.read_bytes()
    for secret in (
        b"192.0.2.77",
        b"secret-agent",
        counted.keeper._salt._secret[1],
        counted.keeper._salt._secret[1].hex().encode(),
    ):
        assert secret not in said


def test_a_day_later_everybody_is_met_again(counted: Any) -> None:
    client = counted.client()
    client.get(ATOM, headers=FEEDBIN)
    client.get(ATOM, headers=READER)
    assert keep(counted)["site"].readers == 1
    counted.now += timedelta(days=1)
    counted.audience.flush()
    client.get(ATOM, headers=FEEDBIN)
    client.get(ATOM, headers=READER)
    told = keep(counted)["site"]
    assert (told.polls.polls, told.readers, told.subscribers) == (2, 1, 40)


def test_many_readers_fill_bounded_memory_and_come_again(counted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "MOST_SEEN", 9)
    monkeypatch.setattr(audience, "MOST_MET", 4)
    monkeypatch.setattr(audience, "_MOST_AGENTS", 3)
    client = counted.client()
    for turn in (1, -1, 1):
        for number in range(10)[::turn]:
            client.get(ATOM, headers={"User-Agent": f"reader {number}"})
        counted.audience.flush()
        assert len(counted.audience._seen) < 9 + 4
    assert len(counted.audience._agents) <= 3
    assert keep(counted)["site"].readers == 10


def test_a_disk_that_is_full_costs_no_answer_and_no_count(
    counted: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    client = counted.client()
    with monkeypatch.context() as context:
        context.setattr(Spool, "put", fail)
        for _ in range(2):
            assert client.get(ATOM, headers=READER).status_code == 200
            counted.audience.flush()
        assert caplog.text.count("cannot be written down for now") == 1
        for _ in range(6):
            counted.now += timedelta(days=1)
            client.get(ATOM, headers=READER)
            counted.audience.flush()
    assert len(counted.audience._pending) == audience.MOST_DAYS
    assert keep(counted)["site"].polls.polls == 1
    figures = read_figures(counted.audience_store, today=counted.now.date(), days=9)
    assert [each.polls.polls for each in figures.days] == [0] * 6 + [1] * 3


def test_a_feed_that_goes_keeps_its_name_until_it_is_written_down(counted: Any) -> None:
    client = counted.client()
    client.get(ATOM, headers=READER)
    keep(counted)
    client.get(ATOM, headers=READER)
    counted.snapshot = None
    client.get(ATOM, headers=READER)
    assert keep(counted)["site"].polls.polls == 2


def test_counts_are_written_by_themselves(counted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([None])
    monkeypatch.setattr(time, "sleep", lambda seconds: next(ticks))
    counted.client().get(ATOM, headers=READER)
    with pytest.raises(StopIteration):
        counted.audience._keep_flushing()
    assert keep(counted)["site"].polls.polls == 1


# What is told.


@pytest.fixture
def read_by_two(counted: Any) -> Any:
    client = counted.client()
    client.get(ATOM, headers=READER)
    client.get(ECONOMY, headers=FEEDBIN)
    keep(counted)
    return counted


def test_the_page_shows_feeds_by_their_titles_and_is_kept_by_nobody(read_by_two: Any) -> None:
    page = read_by_two.client().get("/-/audience", **HERE)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "소식 &amp; 뉴스</a></th>" in page.text
    assert "Feedbin" in page.text
    assert page.text.count('role="img"') == 3
    one = read_by_two.client().get("/-/audience?feed=category:경제&days=7", **HERE)
    assert "경제</span></h1>" in one.text
    nothing = read_by_two.client().get("/-/audience?feed=<b>&days=x&sort=%00&all=7", **HERE)
    assert (nothing.status_code, "<b>" in nothing.text) == (200, False)


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("polls", "IT"),
        ("feed", "IT"),
        ("spared", "소식 &amp; 뉴스"),
        ("readers", "소식 &amp; 뉴스"),
        ("subscribers", "경제"),
        ("sent", "IT"),
        ("saved", "소식 &amp; 뉴스"),
        ("x", "IT"),
    ],
)
def test_the_table_is_ordered_by_what_is_asked_for(read_by_two: Any, sort: str, first: str) -> None:
    client = read_by_two.client()
    client.get(ATOM, headers={**READER, "If-None-Match": tag(read_by_two, ATOM)})
    for _ in range(5):
        client.get("/categories/it/atom.xml", headers={"User-Agent": "Feedbin feed-id:9 - 3 subscribers"})
    keep(read_by_two)
    page = client.get(f"/-/audience?sort={sort}", **HERE).text
    titles = [part.partition("</a>")[0].rpartition(">")[2] for part in page.split('<th scope="row"><a')[1:]]
    assert (len(titles), titles[0]) == (3, first)
    assert ("aria-sort" in page) == (sort != "x")


def test_the_table_shows_the_first_feeds_and_all_when_asked(read_by_two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedsvc.web.pages import audience as page

    monkeypatch.setattr(page, "MOST_FEEDS", 1)
    client = read_by_two.client()
    assert client.get("/-/audience", **HERE).text.count('<th scope="row"><a') == 1
    assert 'href="audience?all=1#feeds"' in client.get("/-/audience", **HERE).text
    assert client.get("/-/audience?all=1", **HERE).text.count('<th scope="row"><a') == 2


def test_programs_get_json_and_csv(read_by_two: Any) -> None:
    client = read_by_two.client()
    told = client.get("/-/audience.json?days=7", **HERE)
    document = json.loads(told.data)
    assert told.headers["Content-Type"] == "application/json"
    assert [each["feed"] for each in document["feeds"]] == ["category:경제", "site"]
    assert (len(document["days"]), document["days"][-1]["polls"], document["from"]) == (7, 2, "2024-07-06")
    table = client.get("/-/audience.csv", **HERE)
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert [each.split(",")[:3] for each in table.text.splitlines()[1:]] == [
        ["2024-07-12", "category:경제", "1"],
        ["2024-07-12", "site", "1"],
    ]


ADDRESSES = ("/-/audience", "/-/audience.csv", "/-/audience.json")


@pytest.mark.parametrize("path", ADDRESSES)
def test_numbers_are_for_who_has_the_token_or_is_on_this_machine(read_by_two: Any, path: str) -> None:
    read_by_two.token = "s3cret"  # noqa: S105 -- a token of this test
    client = read_by_two.client()
    for base, address, headers, status in (
        ("http://feeds.example.org/", "192.0.2.1", {"Authorization": "Bearer s3cret"}, 200),
        ("http://feeds.example.org/", "192.0.2.1", {}, 401),
        ("http://feeds.example.org/", "127.0.0.1", {}, 401),
        ("http://localhost:8000/", "192.0.2.1", {}, 401),
        ("http://localhost:8000/", "127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 401),
        ("http://localhost:8000/", "127.0.0.1", {"Authorization": "Bearer wrong"}, 401),
        ("http://localhost:8000/", "127.0.0.1", {}, 200),
        ("http://[::1]:8000/", "::1", {}, 200),
    ):
        told = client.get(path, headers=headers, base_url=base, environ_overrides={"REMOTE_ADDR": address})
        assert (told.status_code, base, headers) == (status, base, headers)
        assert ("WWW-Authenticate" in told.headers) == (status == 401)
    assert client.post(path, **HERE).status_code == 405
    assert client.options(path, **HERE).headers["Allow"] == "GET, HEAD, OPTIONS"


def test_before_anything_was_counted_the_page_says_so(counted: Any) -> None:
    page = counted.client().get("/-/audience?days=365", **HERE)
    assert page.status_code == 200
    assert "Nobody has asked for a feed" in page.text
    assert json.loads(counted.client().get("/-/audience.json", **HERE).data)["feeds"] == []


def test_numbers_that_cannot_be_read_are_a_message(read_by_two: Any, caplog: pytest.LogCaptureFixture) -> None:
    read_by_two.audience_store.write_bytes(b"no database" * 1000)
    client = read_by_two.client()
    with caplog.at_level(logging.WARNING):
        page = client.get("/-/audience", **HERE)
    assert "cannot be read" in page.text
    assert "the audience cannot be told" in caplog.text
    assert [client.get(path, **HERE).status_code for path in ADDRESSES[1:]] == [503, 503]


def test_where_counting_is_switched_off_the_page_says_so(read_by_two: Any) -> None:
    read_by_two.audience = None
    client = read_by_two.client()
    client.get(ATOM, headers=READER)
    assert "switched off" in client.get("/-/audience", **HERE).text


def test_where_there_is_no_store_there_is_no_page(world: Any, ask: Callable[..., Any]) -> None:
    assert [ask("GET", path).status_code for path in ADDRESSES] == [404] * 3
