"""What readers miss and what they are sent: python tests/bench/replay.py [--help].

Publishes a site, replays dated additions, edits and removals on it, and builds after each push with the clock set to
it. Readers poll the feed of the whole site (--path) every 1, 6 and 24 hours, with and without ``A-IM: feed``, with
gzip and the validators they were given, from the real application in this process. Prints for each:

- polls, by answer; posts that were live at one of its polls and never reached it, and edits likewise;
- what it was sent: status lines, headers and bodies;
- own: the entries that it lacked at each poll, new or changed, once each, as bytes of the document; own gz: the same
  of one poll compressed together, as an answer with nothing else in it would be; x: sent / own gz, the ratio to judge.

The first poll, of a reader who has nothing, counts neither for sent nor for own. A reader holds what it was last sent
of each entry, and takes a removal from whole answers only.

FILE has a JSON object a line, in the order of time: {"at": "2024-08-08T09:00:00+00:00", "do": "write" or "remove",
"path": below the posts directory, "text": of the whole file, for "write"}; lines with the same "at" are one push, and
--corpus N posts are there before. The generated list has 150 posts a day in up to six pushes, a push of 187 on the
third day, one post in 20 back-dated by up to a year, five edits and a removal a day. It is the same every time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from bodies import Dice
from corpus import NEWEST, MadePost, make_posts, write_corpus
from werkzeug.test import Client

from feedsvc.build import build
from feedsvc.config import Settings, make_settings
from feedsvc.publish.encodings import encode
from feedsvc.publish.history import HISTORY
from feedsvc.publish.slices import cut_document, hash_id
from feedsvc.publish.snapshot import SnapshotFollower
from feedsvc.web.reading import open_reading
from feedsvc.web.wiring import load_app
from feedsvc.web.workerconfig import WorkerConfig

START = datetime.combine(NEWEST + timedelta(days=1), datetime.min.time(), UTC)
HOUR = timedelta(hours=1)
# Hour of a push -> its share of the day's posts.
PUSHES = {6: 20, 9: 30, 11: 15, 14: 20, 17: 10, 21: 5}
DAYS = (120, 150, 263, 60, 167, 150, 140)
AT_ONCE = 187


@dataclass(frozen=True)
class Event:
    at: datetime
    do: str
    path: str
    text: str = ""


def read_events(file: Path) -> Iterator[Event]:
    for line in file.read_text(encoding="utf-8").splitlines():
        fields = json.loads(line)
        at = datetime.fromisoformat(fields["at"]).astimezone(UTC)
        yield Event(at, fields["do"], fields["path"], fields.get("text", ""))


def generate_events(days: int, corpus: int) -> Iterator[Event]:
    """The corpus goes on: its next posts, dated and pushed day by day."""
    good = (post for post in make_posts() if not post.broken)
    posts = islice(good, corpus, None)
    dice, recent = Dice(7), list[Event]()
    for day in range(days):
        dated = START.date() + timedelta(days=day)
        for hour, size in share_out(day):
            at = datetime.combine(dated, datetime.min.time(), UTC) + hour * HOUR
            added = [add(at, dated, f"{hour}-{n}", next(posts), dice) for n in range(1, size + 1)]
            changed = [] if hour != max(PUSHES) else list(revise(at, recent, dice))
            recent = [each for each in [*recent, *added] if at - each.at < 24 * HOUR]
            yield from (*added, *changed)


def share_out(day: int) -> Iterator[tuple[int, int]]:
    total = DAYS[day % len(DAYS)]
    if total > AT_ONCE:
        return iter(((9, total - AT_ONCE), (14, AT_ONCE), (max(PUSHES), 0)))
    return ((hour, total * share // 100) for hour, share in PUSHES.items())


def add(at: datetime, dated: date, serial: str, post: MadePost, dice: Dice) -> Event:
    old = timedelta(days=1 + dice.roll() % 365) if dice.one_in(20) else timedelta(0)
    return Event(at, "write", f"{dated - old}-{at:%d}-{serial}.md", post.text)


def revise(at: datetime, recent: Sequence[Event], dice: Dice) -> Iterator[Event]:
    chosen = {dice.roll() % len(recent) for _ in range(6)}
    first, *others = sorted(chosen)
    yield Event(at, "remove", recent[first].path)
    for place in others:
        yield Event(at, "write", recent[place].path, recent[place].text + "\n<p>덧붙입니다.</p>\n")


@dataclass
class World:
    """What is so at the moment: the ids that are live, and the edits that stand, as id -> digest; both hashed."""

    live: frozenset[str] = frozenset()
    edits: dict[str, str] = field(default_factory=dict)


@dataclass
class Reader:
    hours: int
    asks: dict[str, str]
    etag: str = ""
    held: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    edits: set[tuple[str, str]] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)
    sent: int = 0
    own: int = 0
    own_gz: int = 0

    def poll(self, client: Client, path: str, format_: str, world: World, document: bytes) -> None:
        known = {"If-None-Match": self.etag} if self.etag else {}
        response = client.get(path, headers={"Accept-Encoding": "gzip", **self.asks, **known})
        body = gzip.decompress(response.data) if response.headers.get("Content-Encoding") == "gzip" else response.data
        received = [] if response.status_code == 304 else cut_document(body, format_)
        if self.etag:
            self._count(response.status_code, response.status, response.headers, response.data, document, format_)
            self.expected |= world.live
            self.edits |= world.edits.items()
        self.etag = response.headers["ETag"]
        self.held |= {each.id: each.digest for each in received}
        self.seen |= {(each.id, each.digest) for each in received}

    def _count(self, code: int, status: str, headers: Any, sent: bytes, document: bytes, format_: str) -> None:
        self.answers[code] += 1
        self.sent += sum(len(f"{name}: {value}\r\n") for name, value in headers.items())
        self.sent += len(f"HTTP/1.1 {status}\r\n\r\n") + len(sent)
        slices = cut_document(document, format_)
        lacked = b"".join(document[each.start : each.end] for each in slices if self.held.get(each.id) != each.digest)
        self.own += len(lacked)
        self.own_gz += len(encode("gzip", lacked)) if lacked else 0

    def report(self, before: frozenset[str]) -> str:
        missed = len(self.expected - before - {id_ for id_, _ in self.seen})
        stale = len(self.edits - self.seen)
        counts = "".join(f"{self.answers[code]:>6}" for code in (304, 226, 200))
        name = f"{self.hours:>2} h {'A-IM' if self.asks else 'plain':<5}"
        ratios = f"{self.sent / self.own_gz:>6.2f}"
        sizes = "".join(f"{size / 1e3:>10,.0f}" for size in (self.sent, self.own, self.own_gz))
        return f"{name}{self.answers.total():>6}{counts}{missed:>8}{stale:>7}{sizes}{ratios}"


class Site:
    def __init__(self, directory: Path, changes: dict[str, Any], path: str) -> None:
        own = {"title": "큰소식", "url": "https://press.example", "language": "ko"}
        tables = {"site": own, "posts": {"permalink": "pretty", "future": True}, **changes}
        self.settings: Settings = make_settings(tables, {}, file=directory / "feedsvc.toml")
        self.path, self.world, self.took = path, World(), 0.0
        self.format = {"rss.xml": "rss", "feed.json": "json"}.get(path.rsplit("/", 1)[1], "atom")
        self.left_out: Counter[int] = Counter()

    def serve(self) -> None:
        settings = self.settings
        config = WorkerConfig(
            public=settings.publish.dir,
            status=settings.state.dir / "status.json",
            control_pid=0,
            title="t",
            description="",
            language="ko",
            server_url=settings.feeds_url,
            max_age=300,
            history=settings.state.dir / HISTORY,
        )
        self.follower = SnapshotFollower(settings.publish.dir)
        self.client = Client(load_app(config, open_reading(config, self.follower)))

    @property
    def document(self) -> bytes:
        return (self.settings.publish.dir / self.path[1:]).read_bytes()

    def build(self, now: datetime, push: Sequence[Event] = ()) -> None:
        for event in push:
            file = self.settings.posts.dir / event.path
            file.write_text(event.text, encoding="utf-8") if event.do == "write" else file.unlink()
        known = self._ids()
        started = time.process_time()
        report = build(self.settings, now=now, changed=frozenset(event.path for event in push) if push else None)
        self.took += time.process_time() - started
        self.left_out[sum("left out" in str(each) for each in report.feed_warnings)] += 1
        ids = self._ids()
        shown = {each.id: each.digest for each in cut_document(self.document, self.format)}
        edited = (known[event.path] for event in push if event.path in known and event.path in ids)
        self.world.edits |= {id_: shown.get(id_, "not shown") for id_ in edited}
        self.world.live = frozenset(ids.values())
        self.world.edits = {id_: digest for id_, digest in self.world.edits.items() if id_ in self.world.live}

    def _ids(self) -> dict[str, str]:
        """Path -> the id of its entry, hashed as the slices of a document have it."""
        ledger = self.settings.state.dir / "ledger.sqlite3"
        if not ledger.exists():
            return {}
        live = "SELECT path, id FROM entries WHERE withdrawn_at IS NULL AND path IS NOT NULL"
        connection = sqlite3.connect(ledger)
        rows = connection.execute(live).fetchall()
        connection.close()
        return {path: hash_id(id_, self.format) for path, id_ in rows}


def replay(site: Site, events: Sequence[Event], readers: Sequence[Reader]) -> frozenset[str]:
    pushes = [(at, tuple(push)) for at, push in groupby(events, attrgetter("at"))]
    begin = pushes[0][0] - HOUR
    site.build(begin)
    site.serve()
    before = site.world.live
    clock, end = begin, pushes[-1][0] + 24 * HOUR
    while clock <= end:
        while pushes and pushes[0][0] <= clock:
            site.build(*pushes.pop(0))
        site.follower.refresh()
        document = site.document
        for reader in readers:
            if (clock - begin) % (reader.hours * HOUR) == timedelta(0):
                reader.poll(site.client, site.path, site.format, site.world, document)
        clock += HOUR
    return before


def parse_setting(text: str) -> dict[str, Any]:
    key, _, value = text.partition("=")
    table, _, name = key.partition(".")
    return {table: {name: tomllib.loads(f"value = {value}")["value"]}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--corpus", type=int, default=2171, help="posts that are there before")
    parser.add_argument("--events", metavar="FILE", type=Path)
    parser.add_argument("--path", default="/atom.xml", help="the feed that is polled")
    parser.add_argument("--hours", type=int, nargs="+", default=[1, 6, 24], help="between two polls, of each reader")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], help='as in feeds.max_bytes="4MB"')
    options = parser.parse_args()
    changes: dict[str, Any] = {}
    for text in options.set:
        for table, values in parse_setting(text).items():
            changes.setdefault(table, {}).update(values)
    events = list(read_events(options.events) if options.events else generate_events(options.days, options.corpus))
    readers = [Reader(hours, asks) for hours in options.hours for asks in ({}, {"A-IM": "feed"})]
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as temporary:
        write_corpus(Path(temporary), options.corpus)
        site = Site(Path(temporary), changes, options.path)
        before = replay(site, events, readers)
        print(f"{len(events)} events, {sum(site.left_out.values())} builds in {site.took:.1f} s of CPU, ", end="")
        print(f"{sum(n for left, n in site.left_out.items() if left)} left something out")
        print(f"{'':10} polls   304   226   200  missed  edits   sent kB    own kB own gz kB     x")
        for reader in readers:
            print(reader.report(before))


if __name__ == "__main__":
    main()
