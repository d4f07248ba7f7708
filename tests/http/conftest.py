from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from feedsvc.feeds.archive import page_path
from feedsvc.feeds.render import RenderRules, render_feed
from feedsvc.model import DeletedEntry, Entry, FeedDocument, FeedLocation, FeedSpec, Moves, Representation, Snapshot
from feedsvc.publish.archive import ArchiveTree, read_page
from feedsvc.publish.disk import Disk
from feedsvc.publish.history import read_history
from feedsvc.publish.snapshot import load_snapshot
from feedsvc.publish.store import publish_snapshot
from feedsvc.web.app import PageFacts, create_app
from feedsvc.web.audience import AudienceCounter
from feedsvc.web.fastpath import FastPath
from feedsvc.web.freshness import Freshness
from feedsvc.web.hubs import NO_HUBS, HubLinks
from feedsvc.web.metrics import FastPathCounts
from feedsvc.web.operator.options import OperatorOptions
from feedsvc.web.served import Served
from feedsvc.web.tallies import Tallies
from feedsvc.web.workerconfig import WorkerConfig

CHANGED = datetime(2024, 7, 11, 12, tzinfo=UTC)
"""When the feeds of the site below last changed."""

MEMORY = 1_000_000
"""Bytes of bodies; the fast path remembers twice 61 answers beside them."""

MEDIA_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
FILES = {"atom": "atom.xml", "rss": "rss.xml", "json": "feed.json"}


def make_spec(kind: str, key: str, title: str, folder: str) -> FeedSpec:
    return FeedSpec(
        kind=kind,
        key=key,
        id=f"tag:example.org,2024:{key}",
        title=title,
        subtitle="",
        language="ko",
        authors=(),
        alternate_link="https://example.org/",
        ttl=5,
        locations=tuple(
            FeedLocation(
                format=format_,
                path=f"{folder}/{file}",
                self_link=f"https://example.org{folder}/{file}",
                aliases=("/feed.xml",) if folder == "" and format_ == "atom" else (),
            )
            for format_, file in FILES.items()
        ),
    )


def make_body(format_: str, title: str, text: str) -> bytes:
    bodies = {
        "atom": '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>{}</title></feed>',
        "rss": '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{}</title></channel></rss>',
        "json": '{{"version": "https://jsonfeed.org/version/1.1", "title": "{}", "items": []}}',
    }
    return bodies[format_].format(f"{title} {text * 300}").encode()


PAGE = "00000000deadbeef"
ARCHIVED = make_body("atom", "소식 & 뉴스", "옛날")
"""A page of the site's archive and of a category's, and its bytes."""
MOVED_PAGE = "00000000cafecafe"
"""What the page of the site's archive was called before."""

SPECS = (
    make_spec("site", "", "소식 & 뉴스", ""),
    make_spec("category", "경제", "경제", "/categories/경제"),
    make_spec("category", "it", "IT", "/categories/it"),
)


MOVES = Moves(
    moved={
        "/old.xml": "/atom.xml",
        "/away.xml": "https://other.example/%EA%B2%BD/x.xml",
        "/categories/economy/*": "/categories/경제/*",
        "/categories/economy/old/*": "https://other.example/old/*",
    },
    gone=frozenset({"/categories/사람/atom.xml", "/categories/economy/gone.xml"}),
)


def publish_site(public: Path, text: str = "가", now: datetime = CHANGED) -> Snapshot:
    documents = [
        FeedDocument(
            spec=spec,
            location=location,
            media_type=MEDIA_TYPES[location.format],
            body=make_body(location.format, spec.title, text),
            entry_count=len(spec.title),
        )
        for spec in SPECS
        for location in spec.locations
    ]
    documents.append(
        FeedDocument(
            spec=make_spec("list", "opml", "소식 & 뉴스", "/x"),
            location=FeedLocation(format="opml", path="/opml.xml", self_link="https://example.org/opml.xml"),
            media_type="text/x-opml",
            body=b'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">' + b"<!-- -->" * 99 + b"</opml>\n",
            entry_count=3,
        )
    )
    paths = [path for each in documents for path in (each.location.path, *each.location.aliases)]
    publish_snapshot(public, documents, paths, now, moves=MOVES)
    tree = ArchiveTree(public, int(CHANGED.timestamp()))
    for folder in ("", "/categories/경제"):
        tree.add(page_path(f"{folder}/atom.xml", PAGE), ARCHIVED)
    tree.flush()
    return load_snapshot(public)


@dataclass(kw_only=True)
class World:
    """Everything the application is handed, each of it in the hands of a test."""

    public: Path
    snapshot: Snapshot | None
    now: datetime = CHANGED + timedelta(days=1)
    token: str = ""
    builds: list[str] = field(default_factory=list)
    status: dict[str, object] = field(default_factory=dict)
    stale: tuple[int, int] = (0, 0)
    with_builder: bool = True
    with_status: bool = True
    with_fast_path: bool = False
    browser_page: bool = True
    served: Served = field(default_factory=Served)
    tallies: Tallies | None = None
    audience: AudienceCounter | None = None
    audience_store: Path | None = None
    operator: OperatorOptions | None = None
    hubs: HubLinks = NO_HUBS

    def publish(self, text: str = "가", now: datetime = CHANGED) -> Snapshot:
        return publish_site(self.public, text, now)

    def source(self) -> Snapshot | None:
        return self.snapshot

    def client(self, source: Callable[[], Snapshot | None] | None = None) -> Client:
        source = source or self.source
        app = create_app(
            source,
            site=PageFacts(
                title="소식 & 뉴스", description="<모든> 소식", language="ko", server_url="https://feeds.example.org"
            ),
            max_age=300,
            stale_while_revalidate=self.stale[0],
            stale_if_error=self.stale[1],
            token=self.token,
            request_build=(lambda: self.builds.append("asked")) if self.with_builder else None,
            status_source=(lambda: self.status) if self.with_status else None,
            clock=lambda: self.now,
            tallies=self.tallies,
            read_page=partial(read_page, self.public),
            read_moved=lambda document: {MOVED_PAGE: PAGE, "0" * 16: "f" * 16} if document == "/atom.xml" else {},
            archive_max_age=604800,
            browser_page=self.browser_page,
            audience=self.audience,
            audience_store=self.audience_store,
            today=lambda: self.now.date(),
            operator=self.operator,
            hubs=self.hubs,
        )
        if self.with_fast_path:
            freshness = Freshness(max_age=300, stale_while_revalidate=self.stale[0], stale_if_error=self.stale[1])
            before = FastPath(
                app.wsgi_app,
                source,
                freshness=freshness,
                memory=MEMORY,
                browser_page=self.browser_page,
                clock=lambda: self.now.timestamp(),
                note=self.audience.note if self.audience else None,
                hubs=self.hubs,
            )
            self.served = before.served
            if self.tallies is not None:
                self.tallies.watch(FastPathCounts(before.served, source))
            if self.audience is not None:
                self.audience.watch(before.served)
            return Client(before, app.response_class)
        return Client(app)


Ask = Callable[..., TestResponse]


def make_worker_config(public: Path) -> WorkerConfig:
    """Return the plain configuration of a worker that serves a published tree."""
    return WorkerConfig(
        public=public,
        status=public / "status.json",
        control_pid=os.getpid(),
        title="t",
        description="",
        language="en",
        server_url="https://example.org",
        max_age=60,
    )


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Snapshot]:
    """One edition for all tests that do not change it."""
    public = tmp_path_factory.mktemp("public")
    return public, publish_site(public)


@pytest.fixture(params=[False, True], ids=["flask", "fast path"])
def with_fast_path(request: pytest.FixtureRequest) -> bool:
    """Have a test run twice: over Flask alone, and with the fast path before it."""
    return bool(request.param)


@pytest.fixture
def world(published: tuple[Path, Snapshot], with_fast_path: bool) -> World:
    public, snapshot = published
    return World(public=public, snapshot=snapshot, with_fast_path=with_fast_path)


@pytest.fixture
def empty_world(tmp_path: Path, with_fast_path: bool) -> World:
    """Before the first edition, with a tree of its own."""
    return World(public=tmp_path, snapshot=None, with_fast_path=with_fast_path)


@pytest.fixture
def ask(world: World) -> Ask:
    """Send one request to the application over the published site."""
    client = world.client()

    def send(method: str, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
        return client.open(path, method=method, headers=list((headers or {}).items()))

    return send


class ForgetfulDisk(Disk):
    """Does not wait for the disk: what takes most of the time of hundreds of small editions."""

    def sync(self, paths: Iterable[Path]) -> None:
        """Do nothing."""


@dataclass(kw_only=True)
class ChangingSite:
    """One feed in three formats that a test fills and changes at will, served with deltas.

    ``shown`` is how many entries the feed holds at most.
    """

    directory: Path
    render: Callable[[Sequence[Entry], Sequence[DeletedEntry]], Sequence[FeedDocument]]
    shown: int = 1000
    now: datetime = CHANGED
    audience: AudienceCounter | None = None
    with_fast_path: bool = False

    @property
    def public(self) -> Path:
        """The published tree."""
        return self.directory / "public"

    @property
    def history(self) -> Path:
        """The folder that remembers former editions."""
        return self.directory / "var" / "history"

    def publish(self, entries: Sequence[Entry], deleted: Sequence[DeletedEntry] = ()) -> None:
        """Publish the feed of these entries, newest first, and what was withdrawn from it."""
        self.now += timedelta(minutes=5)
        documents = [
            replace(document, complete=len(entries) <= self.shown)
            for document in self.render(entries[: self.shown], deleted)
        ]
        paths = [path for each in documents for path in (each.location.path, *each.location.aliases)]
        publish_snapshot(self.public, documents, paths, self.now, history=self.history, disk=ForgetfulDisk())

    def client(self) -> Client:
        """Start a worker, so to speak: it knows nothing of requests before."""
        app = create_app(
            lambda: load_snapshot(self.public),
            site=PageFacts(title="t", description="", language="en", server_url="https://feeds.example.org"),
            max_age=300,
            find_history=partial(read_history, self.history),
            clock=lambda: self.now,
            audience=self.audience,
        )
        if self.with_fast_path:
            app.wsgi_app = FastPath(  # type: ignore[method-assign]
                app.wsgi_app,
                lambda: load_snapshot(self.public),
                freshness=Freshness(max_age=300),
                memory=MEMORY,
                clock=lambda: self.now.timestamp(),
                note=self.audience.note if self.audience else None,
                deltas=app.extensions["feedsvc.deltas"],
                count_delta=self._count_delta,
            )
        return Client(app)

    def _count_delta(self, document: Representation, _coding: str, sent: int, spared: int) -> None:
        if self.audience is not None:
            self.audience.count(document.path, 226, sent, spared)


@pytest.fixture
def changing_site(tmp_path: Path, make_feed: Callable[..., FeedSpec], with_fast_path: bool) -> ChangingSite:
    spec = make_feed()
    first = replace(spec.locations[0], aliases=("/feed.xml",))
    spec = replace(spec, locations=(first, *spec.locations[1:]))
    rules = RenderRules(content="full", max_bytes=10_000_000)
    return ChangingSite(
        directory=tmp_path,
        render=lambda *what: render_feed(spec, what[0], rules, what[1]).documents,
        with_fast_path=with_fast_path,
    )
