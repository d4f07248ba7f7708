"""Real readers poll the running service: each is given the feed once, and then a 304."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import feedparser
import pytest

if TYPE_CHECKING:
    from tests.e2e.conftest import LiveSite

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host"}
NOTHING_NEW = [200, 304]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The service behind a listener that passes everything on and keeps the status of each GET."""

    url: str
    statuses: list[int] = field(default_factory=list)


@contextmanager
def watch(port: int) -> Iterator[Watched]:
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            upstream = HTTPConnection("127.0.0.1", port, timeout=10)
            upstream.putrequest("GET", self.path, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    upstream.putheader(name, value)
            upstream.endheaders()
            response = upstream.getresponse()
            body = response.read()
            upstream.close()
            statuses.append(response.status)
            self.send_response_only(response.status)
            for name, value in response.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Watched(url=f"http://127.0.0.1:{server.server_address[1]}", statuses=statuses)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def watched(live_site: LiveSite) -> Iterator[Watched]:
    # So that every worker has an edition from its start.
    assert live_site.run("build").returncode == 0
    live_site.start()
    with watch(live_site.port) as watched:
        yield watched


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Run a program in a home of its own and return what it said; fails when it does."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"}

    def call(*command: str) -> str:
        done = subprocess.run(
            command, cwd=home, env=environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


def test_curl_compares_etags(watched: Watched, run: Callable[..., str]) -> None:
    poll = ("curl", "-sS", "--compressed", "--etag-save", "tag", "--etag-compare", "tag", f"{watched.url}/feed.json")
    assert "기사 12" in run(*poll)
    assert run(*poll) == ""
    assert watched.statuses == NOTHING_NEW


def test_feedparser_sends_back_what_it_was_given(watched: Watched) -> None:
    url = f"{watched.url}/rss.xml"
    first = feedparser.parse(url)
    feedparser.parse(url, etag=first.etag, modified=first.modified)
    assert len(first.entries) == 12
    assert watched.statuses == NOTHING_NEW


def test_reader_keeps_its_entries_over_a_304(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    # reader 3.26 imports sgmllib without requiring it; feedparser's own fork of it is the same module.
    monkeypatch.setitem(sys.modules, "sgmllib", importlib.import_module("feedparser_sgmllib"))
    from reader import make_reader

    with make_reader(":memory:") as reader:
        reader.add_feed(f"{watched.url}/atom.xml")
        # Not update_feeds: within max-age it would not ask at all.
        reader.update_feed(f"{watched.url}/atom.xml")
        reader.update_feed(f"{watched.url}/atom.xml")
        assert len(list(reader.get_entries())) == 12
    assert watched.statuses == NOTHING_NEW


def test_newsboat_fetches_no_more_once_it_keeps_the_validators(
    watched: Watched, run: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "home" / "urls").write_text(f"{watched.url}/atom.xml\n")
    (tmp_path / "home" / "config").touch()
    newsboat = ("newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x")
    for _ in range(3):
        run(*newsboat, "reload")
    assert run(*newsboat, "print-unread").startswith("12 ")
    # It writes validators into the row of a feed that it has, and at the first reload there is none yet.
    assert watched.statuses == [200, 200, 304]


SFEEDRC = """
sfeedpath="$HOME"
feeds() {{ feed news "{url}/rss.xml"; }}
# As sfeed's manual has it; its own fetch() is unconditional.
fetch() {{ curl -f -s -m 15 --etag-save "$HOME/tag" --etag-compare "$HOME/tag" "$2"; }}
"""


def test_sfeed_merges_nothing_into_what_it_has(watched: Watched, run: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "home" / "sfeedrc").write_text(SFEEDRC.format(url=watched.url))
    run("sfeed_update", "sfeedrc")
    first = (tmp_path / "home" / "news").read_text()
    run("sfeed_update", "sfeedrc")
    assert len(first.splitlines()) == 12
    assert "기사 12" in first
    assert (tmp_path / "home" / "news").read_text() == first
    assert watched.statuses == NOTHING_NEW


def test_rss2email_finds_nothing_new_to_send(watched: Watched, run: Callable[..., str]) -> None:
    rss2email = ("r2e", "-c", "r2e.cfg", "-d", "r2e.json")
    run(*rss2email, "new", "reader@example.org")
    run(*rss2email, "add", "news", f"{watched.url}/atom.xml")
    run(*rss2email, "run", "--no-send")
    run(*rss2email, "run", "--no-send")
    assert watched.statuses == NOTHING_NEW
