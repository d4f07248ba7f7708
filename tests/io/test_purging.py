"""What caches are told, over real sockets, of a real tree; the caches answer as a test says."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from feedsvc.announce.queue import CACHES, HUBS, Queue
from feedsvc.build import build
from feedsvc.config import Settings, load_settings
from feedsvc.errors import LockHeldError, NotSentError, StoreError
from feedsvc.lock import build_lock
from feedsvc.publish.journal import PAGE, PAGES, keep_journal, note, note_out
from feedsvc.purging import purge_published
from feedsvc.telling import Announcer, tell_published

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
Reply = tuple[int, dict[str, str]]
FINE: Reply = (200, {})
ECONOMY, ENVIRONMENT = "/categories/경제/", "/categories/환경/"
ALL = {
    *("/", "/latest/", "/atom.xml", "/feed.xml", "/opml.xml"),
    *(folder + name for folder in (ECONOMY, ENVIRONMENT) for name in ("", "atom.xml")),
}


class Peer:
    """A cache, or a hub, that records what it is asked, and answers what ``answer`` says of the path."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.bodies: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[str], Reply] = lambda _: FINE
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                peer.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
                peer.headers.append(dict(self.headers.items()))
                peer.asked.append((self.command, unquote(self.path)))
                status, headers = peer.answer(unquote(self.path))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        for method in ("PURGE", "BAN", "POST"):
            setattr(Handler, f"do_{method}", Handler.handle_any)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def take(self) -> list[str]:
        """Return the paths it was asked for since the last time, sorted."""
        asked, self.asked = sorted(path for _, path in self.asked), []
        return asked

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def cache() -> Iterator[Peer]:
    with closing(Peer()) as peer:
        yield peer


@pytest.fixture
def other() -> Iterator[Peer]:
    with closing(Peer()) as peer:
        yield peer


class Site:
    """A small site that is built and told of at the times a test says."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.now = directory, NOW
        (directory / "_posts").mkdir()
        self.write("2026-11-01-one.md", "하나", "경제")
        self.write("2026-11-02-two.md", "둘", "환경")

    def configure(self, *to: str, more: str = 'settle = "0s"', purge: str = "", hub: str = "") -> None:
        listed = ", ".join(f'"{each}"' for each in to)
        hubs = f'[websub]\nhubs = ["{hub}"]\n' if hub else ""
        (self.directory / "feedsvc.toml").write_text(
            f'[site]\ntitle = "소식"\nurl = "https://feeds.example"\n[feeds]\nformats = ["atom"]\narchives = []\n'
            f'[feeds.aliases]\n"/feed.xml" = "/atom.xml"\n[publish]\n{more}\n[purge]\nto = [{listed}]\n{purge}\n{hubs}',
            encoding="utf-8",
        )

    @property
    def settings(self) -> Settings:
        return load_settings(self.directory / "feedsvc.toml", {}, self.directory)

    @property
    def state(self) -> Path:
        return self.directory / "var"

    def write(self, name: str, title: str, category: str) -> None:
        text = f"---\ntitle: {title}\ncategories: [{category}]\n---\n본문\n"
        (self.directory / "_posts" / name).write_text(text, encoding="utf-8")

    def build(self) -> None:
        build(self.settings, now=self.now)

    def edit(self, title: str) -> None:
        self.write("2026-11-02-two.md", title, "환경")
        self.now += timedelta(seconds=1)
        self.build()

    def purge(self) -> tuple[datetime | None, datetime | None]:
        return purge_published(self.settings, lambda: self.now, patience=timedelta(seconds=30))


EDITED = sorted(("/", "/latest/", "/atom.xml", "/feed.xml", ENVIRONMENT, f"{ENVIRONMENT}atom.xml"))


@pytest.fixture
def site(tmp_path: Path, cache: Peer) -> Site:
    site = Site(tmp_path)
    site.configure(cache.url)
    site.build()
    return site


def test_a_new_cache_drops_all_once_and_then_what_changed_only(
    site: Site, cache: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert site.purge() == (None, None)
    assert set(cache.take()) == ALL
    assert cache.headers[0]["Host"] == "feeds.example"
    assert f"[purge] {cache.url} dropped 9 paths" in caplog.messages
    site.purge()
    site.build()
    site.purge()
    assert cache.take() == []
    site.edit("둘, neu")
    site.purge()
    assert cache.take() == EDITED
    site.purge()
    assert cache.take() == []


def test_what_is_gone_is_dropped_once(site: Site, cache: Peer) -> None:
    site.purge()
    cache.take()
    (site.directory / "_posts" / "2026-11-02-two.md").unlink()
    site.build()
    site.purge()
    assert {ENVIRONMENT, f"{ENVIRONMENT}atom.xml"} < set(cache.take())
    site.write("2026-11-01-one.md", "하나, neu", "경제")
    site.build()
    site.purge()
    assert f"{ECONOMY}atom.xml" in (asked := cache.take())
    assert not any(path.startswith(ENVIRONMENT) for path in asked)


def test_an_edit_that_is_taken_back_is_dropped_too(site: Site, cache: Peer) -> None:
    site.purge()
    cache.take()
    site.edit("둘, neu")
    site.edit("둘")
    site.purge()
    assert cache.take() == EDITED


def test_pages_of_archives_are_dropped_once_they_are_out(site: Site, cache: Peer) -> None:
    site.purge()
    cache.take()
    journal, page = site.state / PAGES, f"{ECONOMY}archive/0123456789abcdef/atom.xml"
    keep_journal(journal, kept=True)
    note([journal], PAGE, [page])
    site.purge()
    assert cache.take() == []
    note_out(journal)
    site.purge()
    site.purge()
    assert cache.take() == [page]
    note([journal], PAGE, [page])
    note_out(journal)
    site.edit("둘, neu")
    site.purge()
    assert cache.take() == sorted((*EDITED, page))


def test_with_a_store_pages_and_documents_are_dropped_when_they_are_in_the_store(site: Site, cache: Peer) -> None:
    store = site.directory.with_name("store")
    site.configure(cache.url, more=f'settle = "0s"\ntarget = "{store.as_uri()}"')
    config = site.directory / "feedsvc.toml"
    archived = 'archives = ["atom"]\nwindow = "1s"\nmin_entries = 1\nmax_entries = 2'
    config.write_text(config.read_text(encoding="utf-8").replace("archives = []", archived), encoding="utf-8")
    for number in range(210):
        site.write(f"2025-{number // 28 + 1:02}-{number % 28 + 1:02}-old.md", f"옛 {number}", "경제")
    site.build()
    site.purge()
    assert any("/archive/" in path for path in cache.take())
    site.write("2025-06-01-old.md", "neu", "경제")
    objects = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    shutil.rmtree(store)
    store.write_text("no folder")
    with pytest.raises(NotSentError):
        site.build()
    site.purge()
    assert cache.take() == []
    store.unlink()
    for path, data in objects.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    site.build()
    site.purge()
    assert {path.partition("archive/")[0] for path in cache.take() if "archive" in path} == {"/", ECONOMY}


def test_a_cache_that_fails_is_told_again_over_restarts_and_of_the_newest_once(
    site: Site, cache: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    site.purge()
    cache.take()
    cache.answer = lambda _: (503, {})
    site.edit("둘, neu")
    due, until = site.purge()
    assert due is not None
    assert timedelta(seconds=0.8) <= due - site.now <= timedelta(seconds=1.2)
    assert until == site.now + timedelta(seconds=30)
    site.now += timedelta(seconds=2)
    site.purge()
    site.edit("둘, noch neuer")
    site.purge()
    assert [each.message for each in caplog.records if each.levelno == logging.WARNING] == [
        f"[purge] {cache.url} was not told what to drop: 503; trying again"
    ]
    cache.take()
    cache.answer = lambda _: FINE
    site.now += timedelta(minutes=1)
    assert site.purge() == (None, None)
    assert cache.take() == EDITED
    site.purge()
    assert cache.take() == []


def test_one_that_answers_again_is_told_all_that_waits_for_it(site: Site, cache: Peer) -> None:
    site.purge()
    cache.answer = lambda _: (503, {})
    site.write("2026-11-01-one.md", "하나, neu", "경제")
    site.build()
    for _ in range(12):  # by now it is asked every half hour
        due, _ = site.purge()
        assert due is not None
        site.now = due
    cache.take()
    cache.answer = lambda _: FINE
    site.now -= timedelta(minutes=10)
    site.edit("둘, neu")
    assert site.purge()[0] == site.now
    site.purge()
    assert f"{ECONOMY}atom.xml" in cache.take()
    assert site.purge() == (None, None)


def test_one_that_fails_is_asked_no_further_and_holds_up_no_other(
    site: Site, cache: Peer, other: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.purging._GROUP", 4)
    site.configure(cache.url, other.url)
    cache.answer = lambda _: (500, {})
    site.purge()
    assert len(cache.take()) == 4
    assert set(other.take()) == ALL


def test_hubs_wait_half_a_minute_for_a_cache_that_fails_and_no_longer(site: Site, cache: Peer) -> None:
    cache.answer = lambda _: (503, {})
    began = site.now
    for seconds in (0, 10, 29):
        site.now = began + timedelta(seconds=seconds)
        assert site.purge()[1] == began + timedelta(seconds=30)
    site.now = began + timedelta(seconds=31)
    assert site.purge()[1] is None
    site.edit("둘, neu")
    assert site.purge()[1] is None


def test_retry_after_is_kept_and_a_day_is_enough(site: Site, cache: Peer, caplog: pytest.LogCaptureFixture) -> None:
    cache.answer = lambda _: (429, {"Retry-After": "18000"})
    assert site.purge()[0] == site.now + timedelta(hours=5)
    site.now += timedelta(days=1, hours=1)
    site.purge()
    assert f"[purge] {cache.url} was not told to drop 9 paths in a day: 429" in caplog.text
    cache.take()
    assert site.purge() == (None, None)
    assert cache.take() == []


def test_a_newer_change_has_a_day_of_its_own(site: Site, cache: Peer, caplog: pytest.LogCaptureFixture) -> None:
    site.purge()
    cache.answer = lambda _: (503, {})
    site.edit("둘, neu")
    site.purge()
    site.now += timedelta(hours=20)
    site.edit("둘, noch neuer")
    site.purge()
    site.now += timedelta(hours=20)
    due, _ = site.purge()
    assert due is not None
    assert "in a day" not in caplog.text
    site.now += timedelta(hours=5)
    assert site.purge() == (None, None)
    assert "was not told to drop 6 paths in a day: 503" in caplog.text


@pytest.mark.parametrize(("status", "again"), [(405, False), (302, False), (401, True), (403, True), (404, False)])
def test_a_refusal_is_told_once_and_access_may_be_mended(
    site: Site, cache: Peer, caplog: pytest.LogCaptureFixture, status: int, again: bool
) -> None:  # fmt: skip
    cache.answer = lambda _: (status, {"Location": "http://127.0.0.1:9/"})
    assert (site.purge()[0] is not None) is again
    assert set(cache.take()) == ALL  # and nobody else was asked
    warned = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    assert len(warned) == (0 if status == 404 else 1)
    assert all(str(status) in each for each in warned)


def test_bans_and_cloudflare_take_many_paths_a_request_and_no_log_has_the_token(
    site: Site, cache: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    site.configure(cache.url, purge='form = "varnish-ban"')
    site.purge()
    assert cache.asked == [("BAN", "/")]
    site.configure(f"{cache.url}zones/1/purge_cache", purge='form = "cloudflare"\ntoken = "s3cret-of-cloudflare"')
    cache.answer = lambda _: (403, {})
    site.purge()
    site.now += timedelta(hours=1)
    cache.answer = lambda _: FINE
    site.purge()
    assert cache.asked[1:] == [("POST", "/zones/1/purge_cache")] * 2
    assert cache.headers[-1]["Authorization"] == "Bearer s3cret-of-cloudflare"
    assert "https://feeds.example/categories/%EA%B2%BD%EC%A0%9C/atom.xml" in cache.bodies[-1]
    assert "dropped 9 paths" in caplog.text
    assert "s3cret" not in caplog.text


def test_an_edition_settles_before_it_is_told(site: Site, cache: Peer) -> None:
    site.configure(cache.url, more='settle = "5s"')
    due, until = site.purge()
    assert due == until == site.now + timedelta(seconds=5)
    assert cache.take() == []
    site.now += timedelta(seconds=5)
    assert site.purge() == (None, None)
    assert set(cache.take()) == ALL


def test_where_another_builder_published_meanwhile_all_is_dropped(site: Site, cache: Peer) -> None:
    site.configure(cache.url, more='target = "s3://bucket/x"\nsettle = "0s"')
    sent = site.state / "sent"
    sent.mkdir()
    (sent / "manifest.json").write_bytes((site.directory / "public" / "manifest.json").read_bytes())
    for term, expected in ((3, ALL), (3, set()), (4, set()), (6, ALL), (7, set())):
        (sent / "record.json").write_text(f'{{"term": {term}}}')
        site.purge()
        assert set(cache.take()) == expected, term


def test_one_process_at_a_time_tells(site: Site, cache: Peer) -> None:
    with build_lock(site.state / "purge.lock"), pytest.raises(LockHeldError):
        site.purge()
    assert cache.take() == []


def test_a_queue_of_an_older_version_is_made_anew(site: Site, cache: Peer) -> None:
    site.purge()
    cache.take()
    with closing(Queue(site.state / CACHES)) as queue:
        queue._database.execute("COMMIT")
        queue._database.execute("PRAGMA user_version=1")
    site.purge()
    assert set(cache.take()) == ALL


def noting(order: list[str], name: str) -> Callable[[str], Reply]:
    """Return an answer that is noted where others are."""

    def answer(_: str) -> Reply:
        order.append(name)
        return FINE

    return answer


def test_a_build_tells_caches_before_hubs_and_hubs_whatever_caches_say(
    site: Site, cache: Peer, other: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.configure(cache.url, hub=other.url, more='settle = "300ms"')
    site.build()
    clock = lambda: datetime.now(UTC)  # noqa: E731
    order: list[str] = []
    cache.answer = noting(order, "cache")
    other.answer = noting(order, "hub")
    started = time.monotonic()
    tell_published(site.settings, clock)
    assert 0.3 <= time.monotonic() - started < 8
    assert order == ["cache"] * 9 + ["hub"] * 3
    monkeypatch.setattr("feedsvc.telling._PATIENCE_OF_BUILD_S", 6.0)
    cache.answer = lambda _: (503, {})
    site.edit("둘, neu")
    tell_published(site.settings, clock)
    assert order[12:] == ["hub"] * 2


def test_a_build_sleeps_for_no_cache_that_asks_for_hours_and_hubs_hear_of_it_if_nothing_can_be_noted(
    site: Site, cache: Peer, other: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.telling._PATIENCE_OF_BUILD_S", 2.0)
    cache.answer = lambda _: (503, {"Retry-After": "18000"})
    started = time.monotonic()
    tell_published(site.settings, lambda: datetime.now(UTC))
    assert 1 <= time.monotonic() - started < 15
    (site.state / CACHES).write_bytes(b"no database")
    site.configure(cache.url, hub=other.url)
    with pytest.raises(StoreError, match=CACHES):
        tell_published(site.settings, lambda: datetime.now(UTC))
    assert len(other.take()) == 3


def test_the_service_has_hubs_wait_for_caches(
    site: Site, cache: Peer, other: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.telling._BEGIN_S", 0.0)
    site.configure(cache.url, hub=other.url, more='settle = "100ms"')
    site.build()
    order: list[str] = []
    fails = [True]
    fine = noting(order, "cache")
    cache.answer = lambda path: (503, {}) if fails else fine(path)
    other.answer = noting(order, "hub")
    announcer = Announcer(site.settings, lambda: datetime.now(UTC))
    announcer.start()
    try:
        wait_until(lambda: bool(cache.asked))
        time.sleep(0.5)
        assert order == []
        with closing(Queue(site.state / HUBS, reading=True)) as queue:
            assert len(queue.due()) == 3
        fails.clear()
        wait_until(lambda: order.count("hub") == 3)
        assert order == ["cache"] * 9 + ["hub"] * 3
    finally:
        announcer.stop()


def wait_until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)
