"""Delta feeds as clients meet them (RFC 3229): what a 226 says, and that who takes deltas ends where others do."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
import zstandard
from flask import request
from lxml import etree
from werkzeug.test import Client, TestResponse

from feedsvc.feeds.render import RenderRules, render_feed
from feedsvc.feeds.selection import order_entries
from feedsvc.model import DeletedEntry, Entry, FeedSpec
from feedsvc.publish.encodings import encode
from feedsvc.publish.history import History, history_name, read_history
from feedsvc.publish.snapshot import SnapshotFollower, load_snapshot
from feedsvc.web import deltas
from feedsvc.web.app import PageFacts, create_app
from feedsvc.web.wiring import load_app
from feedsvc.web.workerconfig import WorkerConfig

if TYPE_CHECKING:
    from tests.http.conftest import ChangingSite

MakeEntry = Callable[..., Entry]

PATHS = ("/atom.xml", "/rss.xml", "/feed.json")
DECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    "identity": lambda data: data,
}
LONG = "<p>" + "Ein langer Absatz, wie er in Nachrichten steht. " * 20 + "</p>"


def read_entries(body: bytes) -> dict[str, bytes]:
    """Read a document as a client does: each entry as it stands, by its id, in order."""
    if body.startswith(b"{"):
        return {item["id"]: json.dumps(item).encode() for item in json.loads(body)["items"]}
    root = etree.fromstring(body)
    atom = "{http://www.w3.org/2005/Atom}"
    found = [(item.findtext("guid"), item) for item in root.iterfind("channel/item")]
    found += [(entry.findtext(f"{atom}id"), entry) for entry in root.iterfind(f"{atom}entry")]
    return {id_ or "": etree.tostring(element, with_tail=False) for id_, element in found}


def read_deleted(body: bytes) -> list[str]:
    """Read which entries a document says are gone: an Atom document, if any."""
    name = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
    return [] if body.startswith(b"{") else [str(each.get("ref")) for each in etree.fromstring(body).iterfind(name)]


@dataclass(kw_only=True)
class DeltaClient:
    """A client that takes deltas where it is given them: a 226 adds to what it has, a 200 replaces it.

    What it is told is deleted, it deletes.
    """

    path: str
    coding: str = "identity"
    etag: str = ""
    entries: dict[str, bytes] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    received: int = 0

    def poll(self, client: Client) -> TestResponse:
        headers = {"A-IM": "feed", "Accept-Encoding": self.coding}
        if self.etag:
            headers["If-None-Match"] = self.etag
        response = client.get(self.path, headers=headers)
        self.statuses.append(response.status_code)
        self.received += len(response.data)
        self.etag = response.headers["ETag"]
        if response.status_code in (200, 226):
            assert response.headers.get("Content-Encoding", "identity") == self.coding
            found = read_entries(DECODERS[self.coding](response.data))
            self.entries = found if response.status_code == 200 else {**self.entries, **found}
            for gone in read_deleted(DECODERS[self.coding](response.data)):
                self.entries.pop(gone, None)
        return response


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A feed of ten entries that got an eleventh and whose seventh changed, and the etags it had before."""

    site: ChangingSite
    etags: Mapping[tuple[str, str], str]
    entries: tuple[Entry, ...]
    expected: tuple[str, ...] = ("https://example.org/posts/11/", "https://example.org/posts/07/")

    def ask(self, path: str = "/atom.xml", held: str = "identity", method: str = "GET", **headers: str) -> TestResponse:
        """Ask for a delta on an edition held in one coding; keywords are headers, empty ones not sent."""
        sent = {
            "A-IM": "feed",
            "If-None-Match": f'"{self.etags.get((path, held), held)}"',
            "Accept-Encoding": "identity",
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.site.client().open(path, method=method, headers=[each for each in sent.items() if each[1]])


@pytest.fixture
def changed(changing_site: ChangingSite, make_entry: MakeEntry) -> Changed:
    def make(number: int, content: str = LONG) -> Entry:
        return make_entry(f"{number:02}", content=content)

    changing_site.publish([make(number) for number in range(10, 0, -1)])
    etags = {
        (path, variant.coding): variant.etag
        for path, each in load_snapshot(changing_site.public).representations.items()
        for variant in each.variants
    }
    entries = tuple(make(number, "<p>anew</p>" if number == 7 else LONG) for number in range(11, 0, -1))
    changing_site.publish(entries)
    return Changed(site=changing_site, etags=etags, entries=entries)


@pytest.mark.parametrize("path", [*PATHS, "/feed.xml"])
@pytest.mark.parametrize("coding", DECODERS)
def test_a_client_is_sent_what_is_new_or_changed_in_a_whole_document(changed: Changed, path: str, coding: str) -> None:
    whole = changed.site.client().get(path, headers={"Accept-Encoding": coding})
    delta = changed.ask(path, coding, Accept_Encoding=coding)
    assert delta.status_code == 226
    body = DECODERS[coding](delta.data)
    assert tuple(read_entries(body)) == changed.expected
    everything = DECODERS[coding](whole.data)
    assert read_entries(body).items() <= read_entries(everything).items()
    assert body[:100] == everything[:100]
    assert body[-20:] == everything[-20:]
    same = ("ETag", "Last-Modified", "Content-Type", "Content-Encoding", "Access-Control-Allow-Origin")
    assert [delta.headers.get(name) for name in same] == [whole.headers.get(name) for name in same]
    assert delta.headers["IM"] == "feed"
    assert delta.headers["Delta-Base"] == f'"{changed.etags[path, coding]}"'
    assert delta.headers["Cache-Control"] == "no-store"
    assert delta.headers["Vary"] == "A-IM, If-None-Match, Accept-Encoding"
    assert int(delta.headers["Content-Length"]) == len(delta.data) < len(whole.data)


def test_the_etag_of_a_delta_makes_the_next_poll_a_304(changed: Changed) -> None:
    for coding in DECODERS:
        first = changed.ask(Accept_Encoding=coding)
        assert changed.ask(held=first.headers["ETag"].strip('"'), Accept_Encoding=coding).status_code == 304


@pytest.mark.parametrize("held", DECODERS)
def test_the_edition_may_be_held_in_any_coding(changed: Changed, held: str) -> None:
    assert tuple(read_entries(changed.ask(held=held).data)) == changed.expected


@pytest.mark.parametrize("form", ['W/"{}"', '"{}-gzip"', 'W/"{}--gzip"', '"{}", "{}-br"', ' "{}" '])
def test_what_proxies_make_of_an_etag_is_known(changed: Changed, form: str) -> None:
    tag = changed.etags["/atom.xml", "gzip"]
    assert changed.ask(If_None_Match=form.format(tag, tag)).status_code == 226


def test_head_says_what_get_would(changed: Changed) -> None:
    get, head = changed.ask(), changed.ask(method="HEAD")
    assert (head.status_code, head.data) == (226, b"")
    assert head.headers == get.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"A_IM": ""}, 200),
        ({"A_IM": "feed;q=0"}, 200),
        ({"A_IM": "vcdiff"}, 200),
        ({"If_None_Match": ""}, 200),
        ({"If_None_Match": '"unknown"'}, 200),
        ({"If_None_Match": "nonsense"}, 200),
        ({"Via": "1.1 cache.example"}, 200),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": "", "If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
        ({"If_Match": '"x"'}, 412),
        ({"If_Unmodified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 412),
        ({"method": "POST"}, 405),
        ({"method": "OPTIONS"}, 204),
        ({"path": "/nowhere"}, 404),
        ({"path": "/"}, 200),
    ],
    ids=repr,
)
def test_every_other_request_is_answered_as_without_deltas(
    changed: Changed, headers: dict[str, str], status: int
) -> None:
    response = changed.ask(**headers)
    assert response.status_code == status
    assert "IM" not in response.headers
    if status == 200 and "path" not in headers:
        assert len(read_entries(response.data)) == 11
        assert response.headers["Vary"] == "Accept-Encoding"


def test_a_delta_that_saves_nothing_is_a_plain_answer(changing_site: ChangingSite, make_entry: MakeEntry) -> None:
    client, reader = changing_site.client(), DeltaClient(path="/rss.xml")
    for name in ("a", "b"):
        changing_site.publish([make_entry("only", content=name)])
        reader.poll(client)
    assert reader.statuses == [200, 200]


def test_when_only_the_head_changed_no_entry_is_sent(changed: Changed, make_feed: Callable[..., FeedSpec]) -> None:
    site = changed.site
    rules = RenderRules(content="full", max_bytes=1_000_000)
    site.render = lambda entries, deleted: render_feed(make_feed(title="Renamed"), entries, rules).documents
    reader = DeltaClient(path="/atom.xml")
    reader.poll(site.client())
    site.publish(changed.entries)
    answer = reader.poll(site.client())
    assert reader.statuses == [200, 226]
    assert b"Renamed" in answer.data
    assert read_entries(answer.data) == {}


def test_without_a_history_everything_is_sent(changed: Changed) -> None:
    for file in changed.site.history.iterdir():
        file.write_bytes(file.read_bytes()[:-1])
    assert changed.ask().status_code == 200


def test_the_same_delta_is_made_once(changed: Changed, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def count(coding: str, body: bytes) -> bytes:
        made.append(coding)
        return encode(coding, body)

    monkeypatch.setattr(deltas, "encode", count)
    client = changed.site.client()
    tag = changed.etags["/atom.xml", "gzip"]
    headers = {"A-IM": "feed", "If-None-Match": f'"{tag}"', "Accept-Encoding": "gzip"}
    assert len({client.get("/atom.xml", headers=headers).data for _ in range(3)}) == 1
    assert made == ["gzip"]


def test_a_history_is_read_once_for_all_who_ask_about_an_edition(changed: Changed, make_entry: MakeEntry) -> None:
    read: list[str] = []
    follower = SnapshotFollower(changed.site.public, interval=0)
    facts = PageFacts(title="t", description="", language="en", server_url="https://feeds.example.org")

    def find(path: str) -> History:
        read.append(path)
        return read_history(changed.site.history, path)

    client = Client(create_app(follower, site=facts, max_age=300, find_history=find))
    headers = {"A-IM": "feed", "If-None-Match": f'"{changed.etags["/atom.xml", "gzip"]}"'}
    history = changed.site.history / history_name("/atom.xml")
    whole = history.read_bytes()
    # Cut off, it says nothing, and that is not remembered.
    history.write_bytes(whole[:-1])
    assert client.get("/atom.xml", headers=headers).status_code == 200
    history.write_bytes(whole)
    assert [client.get("/atom.xml", headers=headers).status_code for _ in range(3)] == [226, 226, 226]
    assert read == ["/atom.xml", "/atom.xml"]
    changed.site.publish((make_entry("12", content=LONG), *changed.entries))
    answer = client.get("/atom.xml", headers=headers)
    assert [id_[-3:-1] for id_ in read_entries(answer.data)] == ["12", "11", "07"]
    assert len(read) == 3


@dataclass(kw_only=True)
class Author:
    """Adds, edits, re-dates and removes entries at random; remembers the date of every entry there ever was.

    ``deleted`` are those removed, the latest first, and ``unseen`` those of them that the feed did not show any more.
    """

    make_entry: MakeEntry
    chance: random.Random
    entries: dict[str, Entry] = field(default_factory=dict)
    dates: dict[str, datetime] = field(default_factory=dict)
    deleted: list[DeletedEntry] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    count: int = 0

    def write(self, name: str, published: datetime) -> None:
        text = f"<p>{name} {self.chance.random()}</p>"
        entry = self.make_entry(name, content=text + LONG[: self.chance.randrange(900)], published=published)
        self.entries[entry.id] = entry
        self.dates[entry.id] = published

    def act(self) -> None:
        """Do one thing, mostly at the newest end, as authors do."""
        what = self.chance.choice(("add", "add", "backdate", "edit", "edit", "redate", "remove", "remove last"))
        newest = max(self.dates.values(), default=datetime(2024, 6, 12, tzinfo=UTC))
        if what in ("add", "backdate") or len(self.entries) < 3:
            self.count += 1
            ago = self.chance.randrange(600) if what == "backdate" else -60
            self.write(f"{self.count:03}", newest - timedelta(minutes=ago))
            return
        ordered = order_entries(self.entries.values())
        entry = ordered[-1] if what == "remove last" else ordered[int(self.chance.triangular(0, len(ordered), 0))]
        if what.startswith("remove"):
            del self.entries[entry.id]
            self.deleted.insert(0, DeletedEntry(ref=entry.id, when=newest))
            if entry.id not in self.shown:
                self.unseen.add(entry.id)
        else:
            moved = timedelta(minutes=self.chance.randrange(-300, 300) if what == "redate" else 0)
            self.write(entry.post.name_key.removeprefix("2024-06-12-"), entry.post.published + moved)


def compare(reader: DeltaClient, client: Client, author: Author, *, all_shown: bool) -> int:
    """Compare what a client has with the feed as it is; return how many bytes the whole answer takes."""
    feed = client.get(reader.path, headers={"Accept-Encoding": reader.coding})
    expected = read_entries(DECODERS[reader.coding](feed.data))
    last = min(author.dates[id_] for id_ in expected)
    author.shown = set(expected)
    held = reader.entries.keys() - author.unseen  # what is not in the feed when it goes, no answer can take back
    kept = {id_: entry for id_, entry in reader.entries.items() if id_ in held and author.dates[id_] >= last}
    assert kept == expected
    if all_shown:
        assert reader.entries == expected
    return len(feed.data)


@pytest.mark.parametrize("shown", [1000, 12])
def test_200_random_changes_leave_a_client_of_deltas_with_the_entries_of_the_feed(
    changing_site: ChangingSite, make_entry: MakeEntry, shown: int
) -> None:
    """A feed that shows all it has, and one whose oldest entries fall off the end.

    Clients keep what fell off, as they do after whole answers; down to the feed's last entry theirs are the feed's.
    """
    chance = random.Random(3229)  # noqa: S311 -- the same walk each time
    author = Author(make_entry=make_entry, chance=chance)
    site, client = changing_site, changing_site.client()
    site.shown = shown
    eager = [DeltaClient(path=path, coding=coding) for path, coding in zip(PATHS, DECODERS, strict=False)]
    lazy = [DeltaClient(path=path) for path in PATHS]
    whole = dict.fromkeys(PATHS, 0)
    for step in range(200):
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            author.act()
        site.publish(order_entries(author.entries.values()), author.deleted)
        if step % 50 == 0:
            client = site.client()  # the worker was replaced
        for reader in (*eager, *(lazy if step % 7 == 0 else ())):
            reader.poll(client)
            size = compare(reader, client, author, all_shown=shown == 1000)
            whole[reader.path] += size if reader in eager else 0
    for reader in eager:
        assert len(reader.statuses) == 200
        assert reader.statuses.count(226) > 60, reader.statuses
        assert reader.received < 0.7 * whole[reader.path]
    for reader in lazy:
        assert {200, 226} <= set(reader.statuses)


def test_a_worker_answers_deltas_without_flask_and_counts_them(changed: Changed, tmp_path: Path) -> None:
    config = WorkerConfig(
        public=changed.site.public,
        history=changed.site.history,
        metrics=tmp_path / "metrics",
        status=tmp_path / "status.json",
        control_pid=0,
        title="t",
        description="",
        language="en",
        server_url="https://feeds.example.org",
        max_age=300,
    )
    app = load_app(config)
    passed_on: list[str] = []
    app.before_request(lambda: passed_on.append(request.path))
    client = Client(app)
    held = changed.etags["/atom.xml", "identity"]
    asked = {"A-IM": "feed", "If-None-Match": f'"{held}"', "Accept-Encoding": "gzip"}
    answers = [client.open("/atom.xml", method=method, headers=asked) for method in ("GET", "GET", "HEAD")]
    assert [answer.status_code for answer in answers] == [226, 226, 226]
    assert client.get("/atom.xml", headers={**asked, "If-None-Match": '"of nobody"'}).status_code == 200
    assert passed_on == []
    told = client.get("/metrics").text
    feed = 'coding="gzip",feed="site",format="atom",status="226"'
    assert f"feedsvc_requests_total{{{feed}}} 3.0" in told
    sent = 2 * len(answers[0].data)
    whole = load_snapshot(changed.site.public).representations["/atom.xml"].variants
    size = next(each.size for each in whole if each.coding == "gzip")
    assert re.search(rf'feedsvc_sent_bytes_total{{[^}}]*"226"[^}}]*}} {sent}.0', told), told
    assert re.search(rf'feedsvc_saved_bytes_total{{[^}}]*"226"[^}}]*}} {2 * size - sent}.0', told), told
