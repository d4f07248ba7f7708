"""The product as shipped: `feedsvc serve` with real workers, real clients and real signals."""

from __future__ import annotations

import gzip
import importlib
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import LiveSite


def _titles(site: LiveSite, path: str = "/feed.json") -> list[str]:
    return [item["title"] for item in json.loads(site.get(path).body)["items"]]


def _process_ids(parent: int) -> list[int]:
    """Return the children of a process that answer requests, as /proc tells them."""
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:  # noqa: PTH123 (no Path API reads it whole at once)
        found = [int(child) for child in children.read().split()]
    return [pid for pid in found if "spawn_main" in _command(pid)]


def _command(pid: int) -> str:
    with open(f"/proc/{pid}/cmdline", "rb") as command:  # noqa: PTH123
        return command.read().replace(b"\0", b" ").decode()


def test_a_poll_that_nothing_changed_for_is_a_304(live_site: LiveSite) -> None:
    live_site.start()
    first = live_site.get("/categories/%ED%99%98%EA%B2%BD/atom.xml", {"Accept-Encoding": "gzip"})
    again = live_site.get(
        "/categories/%ED%99%98%EA%B2%BD/atom.xml", {"Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]}
    )
    assert (first.status, again.status, again.body) == (200, 304, b"")
    assert "기사 11".encode() in gzip.decompress(first.body)
    assert first.headers["etag"] == again.headers["etag"]


def test_a_build_from_cron_shows_within_a_second(live_site: LiveSite) -> None:
    live_site.start()
    live_site.write_post("2024-07-12-1.md", "새 소식")
    built = live_site.run("build")
    assert built.returncode == 0, built.stderr
    took = live_site.wait_until(lambda: "새 소식" in _titles(live_site), "the new edition", seconds=5)
    assert took < 1.5


def test_a_category_without_posts_is_gone_and_one_that_was_renamed_redirects(live_site: LiveSite) -> None:
    with (live_site.directory / "feedsvc.toml").open("a", encoding="utf-8") as configuration:
        configuration.write('[redirects]\n"/categories/sea/*" = "/categories/바다/*"\n')
    live_site.write_post("2024-07-12-1.md", "항구", "sea")
    live_site.write_post("2024-07-12-2.md", "하늘", "sky")
    live_site.start()
    assert live_site.get("/categories/sea/rss.xml").status == 200
    live_site.write_post("2024-07-12-1.md", "항구", "바다")
    (live_site.posts / "2024-07-12-2.md").unlink()
    assert live_site.run("build").returncode == 0

    def both_know() -> bool:
        # So many new connections reach both workers; one may follow a moment after the other.
        paths = ("/categories/sky/rss.xml", "/categories/sea/rss.xml")
        return all([live_site.try_get(path) for path in paths] == [410, 301] for _ in range(20))

    live_site.wait_until(both_know, "the emptied one is gone and the renamed one moved")
    for file in ("atom.xml", "rss.xml", "feed.json"):
        moved = live_site.get(f"/categories/sea/{file}", method="HEAD")
        assert (moved.status, moved.body) == (301, b"")
        assert moved.headers["location"] == f"/categories/%EB%B0%94%EB%8B%A4/{file}"
        assert live_site.get(moved.headers["location"]).status == 200


def test_asking_for_a_build_needs_the_token_and_builds(live_site: LiveSite) -> None:
    live_site.start()
    live_site.write_post("2024-07-12-1.md", "물어본 소식")
    assert live_site.get("/-/build", method="POST").status == 401
    assert live_site.get("/-/build", {"Authorization": "Bearer wrong"}, "POST").status == 401
    assert live_site.get("/-/build", {"Authorization": "Bearer s3cret"}, "POST").status == 202
    live_site.wait_until(lambda: "물어본 소식" in _titles(live_site), "the post")


def test_a_post_that_breaks_keeps_its_last_good_version_and_is_reported(live_site: LiveSite) -> None:
    live_site.start()
    (live_site.posts / "2024-07-11-3.md").write_text("---\ntitle: '기사' 3\n---\nx\n", encoding="utf-8")
    built = live_site.run("build", "--json")
    rejected = json.loads(built.stdout)["rejected"]
    assert [(each["path"], each["line"], each["kept_previous"]) for each in rejected] == [("2024-07-11-3.md", 2, True)]
    assert "기사 3" in _titles(live_site)
    assert live_site.run("build", "--strict").returncode == 3


def test_a_future_post_goes_live_at_its_second(live_site: LiveSite) -> None:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
    live_site.write_post("2024-07-12-9.md", "예약", date=soon.strftime("%Y-%m-%d %H:%M:%S +0000"))
    live_site.start()
    assert "예약" not in _titles(live_site)
    live_site.wait_until(lambda: "예약" in _titles(live_site), "the waiting post", seconds=15)
    assert timedelta(0) <= datetime.now(UTC) - soon < timedelta(seconds=3)


def test_a_worker_that_is_killed_comes_back(live_site: LiveSite) -> None:
    live_site.start()
    assert live_site.process is not None
    workers = _process_ids(live_site.process.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    # The one that was killed may have been the only one up so far.
    live_site.wait_until(lambda: live_site.try_get("/atom.xml") == 200, "an answer of the other one")
    live_site.wait_until(
        lambda: len(set(_process_ids(live_site.process.pid if live_site.process else 0)) - {workers[0]}) == 2,
        "two workers again",
    )
    assert live_site.get("/atom.xml").status == 200


def test_the_metrics_are_of_all_workers_one_that_was_killed_included(live_site: LiveSite) -> None:
    live_site.start()
    for _ in range(20):
        assert live_site.get("/atom.xml", {"If-None-Match": "*"}).status == 304
    wanted = b'feedsvc_requests_total{coding="identity",feed="site",format="atom",status="304"} 20.0\n'

    def tell_it() -> bool:
        return wanted in live_site.get("/metrics", {"Authorization": "Bearer s3cret"}).body

    # A worker tells the other one every five seconds.
    live_site.wait_until(tell_it, "the counts of both workers", seconds=15)
    assert live_site.process is not None
    os.kill(_process_ids(live_site.process.pid)[0], signal.SIGKILL)

    def tell_it_again() -> bool:
        # The kernel may have given a connection or two to the one that was killed.
        with suppress(ConnectionError):
            return tell_it()
        return False

    live_site.wait_until(tell_it_again, "the counts of both, from the other one")
    live_site.wait_until(lambda: live_site.try_get("/metrics") == 401, "that nobody is told without the token")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(live_site: LiveSite, stop: signal.Signals) -> None:
    live_site.start()
    assert live_site.process is not None
    live_site.process.send_signal(stop)
    assert live_site.process.wait(timeout=20) == 0
    assert b"Traceback" not in (live_site.directory / "serve.log").read_bytes()


def test_an_address_in_use_is_told_as_such(live_site: LiveSite) -> None:
    live_site.start()
    second = live_site.run("serve")
    assert second.returncode == 1
    assert f"127.0.0.1:{live_site.port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_feedparser_polls_and_the_second_time_gets_a_304(live_site: LiveSite) -> None:
    live_site.start()
    first = feedparser.parse(f"{live_site.url}/rss.xml")
    again = feedparser.parse(f"{live_site.url}/rss.xml", etag=first.etag, modified=first.modified)
    assert (first.status, len(first.entries), again.status) == (200, 12, 304)


def test_a_reader_that_subscribed_sees_an_edit_as_one_update(
    live_site: LiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    # reader 3.26 imports sgmllib without requiring it; feedparser's own fork of it is the same module.
    monkeypatch.setitem(sys.modules, "sgmllib", importlib.import_module("feedparser_sgmllib"))
    from reader import make_reader

    live_site.start()
    with make_reader(":memory:") as reader:
        reader.add_feed(f"{live_site.url}/atom.xml")
        reader.update_feeds()
        before = {entry.id: entry.title for entry in reader.get_entries()}
        live_site.write_post("2024-07-11-4.md", "고친 기사")
        assert live_site.run("build").returncode == 0

        def sees_it() -> bool:
            # One worker may follow a moment after the other.
            reader.update_feed(f"{live_site.url}/atom.xml")
            return any(entry.title == "고친 기사" for entry in reader.get_entries())

        live_site.wait_until(sees_it, "the edit in the reader", seconds=5)
        after = {entry.id: entry.title for entry in reader.get_entries()}
    assert before.keys() == after.keys()
    assert set(after.values()) - set(before.values()) == {"고친 기사"}


def test_sighup_reads_the_configuration_again_and_a_broken_one_changes_nothing(live_site: LiveSite) -> None:
    live_site.start()
    assert live_site.process is not None
    configuration = live_site.directory / "feedsvc.toml"
    text = configuration.read_text(encoding="utf-8")

    def is_taken_over() -> bool:
        answers = [live_site.get("/feed.json") for _ in range(20)]
        return all(
            answer.headers["cache-control"].startswith("public, max-age=60,")
            and json.loads(answer.body)["title"] == "새 이름"
            for answer in answers
        )

    changed = text.replace('"뉴스"', '"새 이름"').replace("[server]", '[server]\nmax_age = "1m"')
    configuration.write_text(changed, encoding="utf-8")
    live_site.process.send_signal(signal.SIGHUP)
    log = live_site.directory / "serve.log"
    live_site.wait_until(lambda: log.read_text(encoding="utf-8").count("goes on with") == 2, "each worker has it")
    live_site.wait_until(is_taken_over, "the new configuration in both workers")
    configuration.write_text("[site]\ntitle = 3\n", encoding="utf-8")
    live_site.process.send_signal(signal.SIGHUP)
    live_site.wait_until(lambda: "was not taken over" in log.read_text(encoding="utf-8"), "the message")
    assert is_taken_over()
    assert live_site.stop() == 0
