"""What hubs are told, through the real queue and the real published tree; the hubs answer as a test says."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from feedsvc.announce.hub import announce
from feedsvc.announce.queue import HUBS, Queue
from feedsvc.announce.request import Outcome
from feedsvc.announcing import announce_published
from feedsvc.build import build
from feedsvc.config import Settings, load_settings
from feedsvc.errors import ObjectStoreError
from feedsvc.lock import build_lock
from feedsvc.remote.layout import TOLD as WORD
from feedsvc.telling import Announcer

HUB, OTHER = "https://hub.example/", "https://other.example/"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TOLD = Outcome(kind="told")


class Hubs:
    """Hubs that answer what ``answer`` says, and what they were told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.answer: Callable[[str, str], Outcome] = lambda *_: TOLD

    def __call__(self, hub: str, topic: str, now: datetime) -> Outcome:
        assert now.tzinfo
        self.told.append((hub, topic.rpartition("example/")[2]))
        return self.answer(hub, topic)

    def take(self) -> list[tuple[str, str]]:
        told, self.told = sorted(self.told), []
        return told


class Site:
    """A small site that is built and announced at the times a test says."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.now, self.hubs = directory, NOW, Hubs()
        (directory / "_posts").mkdir()
        self.configure(HUB)
        self.write("2026-11-01-one.md", "하나", "경제")
        self.write("2026-11-02-two.md", "둘", "환경")

    def configure(self, *hubs: str) -> None:
        listed = ", ".join(f'"{hub}"' for hub in hubs)
        (self.directory / "feedsvc.toml").write_text(
            f'[site]\ntitle = "소식"\nurl = "https://feeds.example"\n[feeds]\nformats = ["atom"]\narchives = []\n'
            f"[websub]\nhubs = [{listed}]\n",
            encoding="utf-8",
        )

    def add_options(self, text: str) -> None:
        with (self.directory / "feedsvc.toml").open("a", encoding="utf-8") as file:
            file.write(text)

    @property
    def settings(self) -> Settings:
        return load_settings(self.directory / "feedsvc.toml", {}, self.directory)

    def write(self, name: str, title: str, category: str) -> None:
        text = f"---\ntitle: {title}\ncategories: [{category}]\n---\n본문\n"
        (self.directory / "_posts" / name).write_text(text, encoding="utf-8")

    def build(self) -> None:
        build(self.settings, now=self.now)

    def announce(self) -> datetime | None:
        return announce_published(self.settings, lambda: self.now, send=self.hubs)

    def topics(self) -> list[str]:
        self.announce()
        return [topic for _, topic in self.hubs.take()]


def make_folder(path: Path) -> Path:
    path.mkdir()
    return path


ECONOMY, ENVIRONMENT, ALL = (
    "categories/%EA%B2%BD%EC%A0%9C/atom.xml",
    "categories/%ED%99%98%EA%B2%BD/atom.xml",
    "atom.xml",
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_new_hub_is_told_of_every_topic_once_and_then_of_those_that_changed(site: Site) -> None:
    site.build()
    assert site.topics() == [ALL, ECONOMY, ENVIRONMENT]
    assert site.topics() == []
    site.build()
    assert site.topics() == []
    site.write("2026-11-02-two.md", "둘, neu", "환경")
    site.build()
    assert site.topics() == [ALL, ENVIRONMENT]
    assert site.topics() == []


def test_a_second_hub_is_told_of_all_and_the_first_of_nothing_new_but_what_now_names_the_second(site: Site) -> None:
    site.build()
    site.topics()
    site.configure(HUB, OTHER)
    site.build()
    site.announce()
    assert site.hubs.take() == [(hub, topic) for hub in (HUB, OTHER) for topic in (ALL, ECONOMY, ENVIRONMENT)]


def test_what_failed_is_told_again_later_and_only_as_it_is_then(site: Site) -> None:
    site.build()
    site.hubs.answer = lambda *_: Outcome(kind="later", words="503 busy")
    due = site.announce()
    assert due is not None
    assert timedelta(seconds=24) <= due - site.now <= timedelta(seconds=36)
    assert len(site.hubs.take()) == 3
    site.write("2026-11-03-three.md", "셋", "경제")
    site.build()
    assert site.topics() == []  # each waits, and will be told once
    with closing(Queue(site.directory / "var" / HUBS, reading=True)) as queue:
        assert {each.words for each in queue.due()} == {"503 busy"}
    site.hubs.answer = lambda *_: TOLD
    site.now += timedelta(minutes=1)
    assert site.topics() == [ALL, ECONOMY, ENVIRONMENT]
    assert site.announce() is None
    assert site.topics() == []


def test_pauses_follow_retry_after_and_end_after_a_day(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.build()
    site.hubs.answer = lambda *_: Outcome(kind="later", words="429", retry_after=timedelta(hours=5))
    assert site.announce() == site.now + timedelta(hours=5)
    site.now += timedelta(days=1, hours=1)
    caplog.set_level(logging.WARNING)
    assert site.announce() is None
    assert "was not told of https://feeds.example/atom.xml in a day: 429" in caplog.text
    site.hubs.take()
    assert site.topics() == []


def test_a_hub_that_refuses_is_told_of_the_next_change_only(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.build()
    site.hubs.answer = lambda *_: Outcome(kind="refused", words="404 no such hub")
    site.announce()
    assert f"[websub] {HUB} refuses https://feeds.example/atom.xml: 404 no such hub; check" in caplog.text
    site.hubs.take()
    assert site.topics() == []
    site.write("2026-11-03-three.md", "셋", "경제")
    site.build()
    assert site.topics() == [ALL, ECONOMY]


def test_what_a_crash_left_unsent_is_told_after_it(site: Site) -> None:
    class CrashError(BaseException):
        pass

    def die(_hub: str, topic: str) -> Outcome:
        if topic.endswith(ENVIRONMENT):
            raise CrashError
        return TOLD

    site.build()
    site.hubs.answer = die
    with pytest.raises(CrashError):
        site.announce()
    site.hubs.take()
    site.hubs.answer = lambda *_: TOLD
    # None of a group of four was noted: that a hub hears twice of what it took in this instant cannot be helped.
    assert ENVIRONMENT in site.topics()
    assert site.topics() == []


def test_one_process_at_a_time_tells(site: Site) -> None:
    site.build()
    with build_lock(site.directory / "var" / "announce.lock"):
        assert site.announce() == site.now
        assert site.hubs.take() == []
    assert len(site.topics()) == 3


def test_nobody_is_told_of_a_topic_that_is_gone_or_by_a_hub_that_is_no_longer_named(site: Site) -> None:
    site.build()
    site.hubs.answer = lambda *_: Outcome(kind="later", words="")
    site.announce()
    site.hubs.take()
    site.hubs.answer = lambda *_: TOLD
    (site.directory / "_posts" / "2026-11-02-two.md").unlink()
    site.configure(OTHER)
    site.build()
    site.now += timedelta(hours=1)
    site.announce()
    assert site.hubs.take() == [(OTHER, ALL), (OTHER, ECONOMY)]


def test_the_service_tells_what_another_process_published(site: Site) -> None:
    site.build()
    told = threading.Event()
    expected = 3

    def answer(*_: str) -> Outcome:
        if len(site.hubs.told) == expected:
            told.set()
        return TOLD

    site.hubs.answer = answer
    announcer = Announcer(site.settings, lambda: site.now, site.hubs)
    announcer.start()
    try:
        assert told.wait(20)
        told.clear()
        expected = 5
        site.write("2026-11-02-two.md", "둘, anders", "환경")
        site.build()
        assert told.wait(20)
    finally:
        announcer.stop()
    assert len(site.hubs.take()) == 5


@contextmanager
def recording_hub(status: int, headers: dict[str, str]) -> Iterator[tuple[str, list[tuple[str, dict[str, list[str]]]]]]:
    asked: list[tuple[str, dict[str, list[str]]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append((self.path, parse_qs(sent)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write("안 됩니다\x1b[31m".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hub?k=1", asked
    finally:
        server.shutdown()
        server.server_close()


TOPIC = "https://feeds.example/categories/%ED%99%98/atom.xml"


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (204, {}, Outcome(kind="told")),
        (202, {}, Outcome(kind="told")),
        (400, {}, Outcome(kind="refused", words="400 안 됩니다 [31m")),
        (
            429,
            {"Retry-After": "90"},
            Outcome(kind="later", words="429 안 됩니다 [31m", retry_after=timedelta(seconds=90)),
        ),
        (503, {}, Outcome(kind="later", words="503 안 됩니다 [31m")),
    ],
)
def test_an_announcement_is_a_form_with_the_topic_under_both_names(
    status: int, headers: dict[str, str], expected: Outcome
) -> None:
    with recording_hub(status, headers) as (hub, asked):
        outcome = announce(hub, TOPIC, NOW)
    assert outcome == expected or (status == 204 and outcome.kind == "told")
    assert asked == [("/hub?k=1", {"hub.mode": ["publish"], "hub.url": [TOPIC], "hub.topic": [TOPIC]})]


def test_no_redirect_is_followed_and_no_proxy_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with recording_hub(202, {}) as (elsewhere, asked_elsewhere):
        with recording_hub(307, {"Location": elsewhere}) as (hub, asked):
            monkeypatch.setenv("http_proxy", elsewhere)
            outcome = announce(hub, TOPIC, NOW)
        assert (outcome.kind, len(asked), asked_elsewhere) == ("refused", 1, [])
    assert "redirects are not followed" in outcome.words


def test_a_hub_that_is_not_there_is_asked_again_later() -> None:
    with recording_hub(202, {}) as (hub, _):
        pass
    outcome = announce(hub, TOPIC, NOW)
    assert outcome.kind == "later"
    assert "refused" in outcome.words


def test_a_builder_that_takes_over_tells_hubs_of_what_it_changes_and_of_nothing_else(tmp_path: Path) -> None:
    store = f"[publish]\ntarget = '{(tmp_path / 'store').as_uri()}'\nsettle = '0s'\n"
    first, second = Site(make_folder(tmp_path / "first")), Site(make_folder(tmp_path / "second"))
    for each in (first, second):
        each.add_options(store)
    first.build()
    assert first.topics() == [ALL, ECONOMY, ENVIRONMENT]
    second.write("2026-11-02-two.md", "둘, neu", "환경")
    second.build()
    assert second.topics() == [ALL, ENVIRONMENT]
    # What the second told, the first knows in turn, and its own list is old.
    shutil.copytree(second.directory / "_posts", first.directory / "_posts", dirs_exist_ok=True)
    first.write("2026-11-01-one.md", "하나, neu", "경제")
    first.build()
    assert first.topics() == [ALL, ECONOMY]
    assert first.topics() == []


@pytest.mark.parametrize("damage", ['{"version": 2, "hubs": {}}', "[", "[]", '{"version": 1, "hubs": [5]}'])
def test_without_a_word_that_can_be_read_a_builder_that_takes_over_tells_hubs_of_all(
    tmp_path: Path, damage: str
) -> None:
    store = f"[publish]\ntarget = '{(tmp_path / 'store').as_uri()}'\nsettle = '0s'\n"
    first, second = Site(make_folder(tmp_path / "first")), Site(make_folder(tmp_path / "second"))
    for each in (first, second):
        each.add_options(store)
    first.build()
    first.topics()
    (tmp_path / "store" / WORD).write_text(damage)
    second.build()
    assert second.topics() == [ALL, ECONOMY, ENVIRONMENT]


def test_a_store_that_is_away_keeps_nobody_from_telling_hubs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(make_folder(tmp_path / "site"))
    site.add_options(f"[publish]\ntarget = '{(tmp_path / 'store').as_uri()}'\nsettle = '0s'\n")
    site.build()

    def refuse(*_: object, **__: object) -> None:
        raise ObjectStoreError("file:///store", "is away")

    monkeypatch.setattr("feedsvc.announcing.open_objects", refuse)
    assert site.topics() == [ALL, ECONOMY, ENVIRONMENT]
    assert [record.levelname for record in caplog.records if "is away" in record.message] == ["WARNING", "WARNING"]
