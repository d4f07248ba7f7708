"""A small site and the real server over it: the real command, real sockets, real signals."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

DEADLINE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer, read whole; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(kw_only=True)
class LiveSite:
    """A directory with posts, its configuration, and the server that runs over it."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def posts(self) -> Path:
        """The posts directory."""
        return self.directory / "_posts"

    def write_post(self, name: str, title: str, category: str = "환경", date: str = "") -> None:
        """Write a post in one go, as `git checkout` does."""
        when = f"date: {date}\n" if date else ""
        text = f"---\ntitle: {title}\n{when}categories: [{category}]\n---\n<p>{title}의 본문입니다.</p>\n"
        (self.posts / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command in the site's directory."""
        return subprocess.run(
            [sys.executable, "-m", "feedsvc", *arguments],
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self) -> None:
        """Start the server and wait until each of its workers has an edition."""
        path = self.directory / "serve.log"
        before = path.stat().st_size if path.exists() else 0
        with path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "feedsvc", "serve"], cwd=self.directory, stdout=log, stderr=log
            )
        self.wait_until(lambda: self.try_get("/readyz") == 200, "the server is ready")
        # That was one worker; the others look for an edition by themselves.
        self.wait_until(lambda: _have_editions(path.read_bytes()[before:]), "each worker has an edition")

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=DEADLINE_SECONDS)

    def get(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """Make one request on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, headers=dict(headers or {}))
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=named, body=response.read())

    def try_get(self, path: str) -> int:
        """Return the status, or 0 where nobody answers."""
        try:
            return self.get(path).status
        except OSError:
            return 0

    def wait_until(self, is_true: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> float:
        """Wait for something to become true and return how long that took; fail with the server's log."""
        started = time.monotonic()
        while not is_true():
            if time.monotonic() - started > seconds:
                log = (self.directory / "serve.log").read_text(encoding="utf-8")
                pytest.fail(f"{what}: not within {seconds} s; the server says:\n{log[-3000:]}")
            time.sleep(0.02)
        return time.monotonic() - started


def _have_editions(log: bytes) -> bool:
    """Say whether as many workers as there are have told that they are up and serve an edition."""
    workers = re.search(rb" with (\d+) workers", log)
    return workers is not None and min(log.count(b" is up"), log.count(b"serving edition")) >= int(workers[1])


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def live_site(tmp_path: Path) -> Iterator[LiveSite]:
    """Make the site, with an edition not built yet and the server not started; stop it at the end."""
    site = LiveSite(directory=tmp_path, port=free_port())
    site.posts.mkdir()
    for number in range(1, 13):
        site.write_post(f"2024-07-11-{number}.md", f"기사 {number}", "환경" if number % 2 else "IT")
    (tmp_path / "feedsvc.toml").write_text(
        '[site]\ntitle = "뉴스"\nurl = "https://example.org"\ntimezone = "Asia/Seoul"\nlanguage = "ko"\n'
        f'[schedule]\nevery = "1h"\nwatch = false\n[server]\nlisten = "127.0.0.1:{site.port}"\ntoken = "s3cret"\n',
        encoding="utf-8",
    )
    yield site
    if site.process is not None and site.process.poll() is None:
        os.kill(site.process.pid, signal.SIGTERM)
        site.process.wait(timeout=DEADLINE_SECONDS)
