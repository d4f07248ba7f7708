"""A real replica process, and what its clients see."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

DEADLINE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer, read whole; ``headers`` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Make one request on a connection that is used again."""
    connection.request("GET", quote(path), headers=dict(headers or {}))
    response = connection.getresponse()
    named = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, headers=named, body=response.read())


@dataclass(kw_only=True)
class Replica:
    """`feedsvc serve --from source` in ``directory``, which holds its cache and its log."""

    directory: Path
    source: str
    environ: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: bool = True) -> None:
        """Start it and wait until it answers; with ``ready``, until both workers have an edition."""
        self.directory.mkdir(exist_ok=True)
        environ = {
            **os.environ,
            "FEEDSVC_SERVER__LISTEN": f"127.0.0.1:{self.port}",
            "FEEDSVC_REPLICA__POLL": "200ms",
            **self.environ,
        }
        with (self.directory / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "feedsvc", "serve", "--from", self.source],
                cwd=self.directory,
                stdout=log,
                stderr=log,
                env=environ,
            )
        self.wait_until(lambda: self.status("/readyz") in ((200,) if ready else (200, 503)), "it answers")

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        process, self.process = self.process, None
        return process.wait(timeout=DEADLINE_SECONDS)

    @property
    def log(self) -> str:
        """What it said until now."""
        return (self.directory / "serve.log").read_text(encoding="utf-8")

    def connect(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Make one request on a connection of its own."""
        with closing(self.connect()) as connection:
            return ask(connection, path, headers)

    def status(self, path: str) -> int:
        """Return the status, or 0 where nobody answers."""
        try:
            return self.get(path).status
        except OSError:
            return 0

    def wait_until(self, is_true: Callable[[], bool], what: str) -> float:
        """Wait for something to become true and return how long that took; fail with the log."""
        started = time.monotonic()
        while not is_true():
            assert self.process is None or self.process.poll() is None, f"it ended:\n{self.log[-3000:]}"
            assert time.monotonic() - started < DEADLINE_SECONDS, f"{what}: not in time; it says:\n{self.log[-3000:]}"
            time.sleep(0.02)
        return time.monotonic() - started
