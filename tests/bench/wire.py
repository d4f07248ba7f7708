"""One edit while ``feedsvc serve`` watches: from the file's rename to the new ETag on the wire."""

from __future__ import annotations

import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from building import COMMAND, Build, Builds, Site
from family import Account
from measure import Cost, plain_environ
from servers import free_port
from steps import WIRE, check

PATH = "/atom.xml"
POLL_S = 0.003
PATIENCE_S = 60.0
QUIET_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """A server that has built once and watches, and a connection to it that is kept."""

    pid: int
    connection: HTTPConnection

    def ask(self, etag: str) -> tuple[str, bytes]:
        """Poll once; return the ETag of the answer and its gzip body, which is empty for a 304."""
        headers = {"Accept-Encoding": "gzip", **({"If-None-Match": etag} if etag else {})}
        self.connection.request("GET", PATH, headers=headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.status not in (200, 304):
            sys.exit(f"feedsvc serve answered {response.status} for {PATH}")
        return response.getheader("ETag") or "", body


def edit_while_watched(site: Site, repeat: int) -> Iterator[Builds]:
    """Edit the newest post ``repeat`` times; nothing if this feedsvc has no watcher.

    A build's wall seconds are those from the rename until an answer with a new ETag was read; its CPU is that of all
    processes until they were quiet again, with what the polls cost them; its files are not counted.
    """
    if not site.watches():
        return
    with serve_watching(site) as server:
        yield Builds(kind=WIRE, builds=tuple(_edit(site, server) for _ in range(repeat)))


def _edit(site: Site, server: Watching) -> Build:
    etag, _ = server.ask("")
    account = Account(server.pid)
    before = account.look()
    seen = [before.resident]
    word = site.edit()
    new, body, passed = etag, b"", 0.0
    while new == etag:
        check(passed < PATIENCE_S, f"an edit was not on the wire in {PATIENCE_S:.0f} s", {})
        time.sleep(POLL_S)
        new, body = server.ask(etag)
        passed = time.perf_counter() - site.saved
        seen.append(account.look().resident)
    check(word in zlib.decompress(body, wbits=31), "the ETag is new, and the edit is not in the body", {"etag": new})
    _wait_until_quiet(account)
    after = account.look()
    cost = Cost(
        wall_s=passed,
        cpu_s=after.cpu_s - before.cpu_s,
        peak=max(*seen, after.resident),
        largest=0,
        live_s=passed,
    )
    return Build(cost=cost, report={}, files=0)


@contextmanager
def serve_watching(site: Site) -> Iterator[Watching]:
    """Serve as shipped, but for the port and a schedule that never comes: only the watcher may build."""
    port = free_port()
    environ = plain_environ(FEEDSVC_SERVER__LISTEN=f"127.0.0.1:{port}", FEEDSVC_SCHEDULE__EVERY="1d")
    log = site.directory / "serve.log"
    with log.open("w", encoding="utf-8") as told:
        command = [*(word for word in COMMAND if word != "--quiet"), "serve"]
        process = subprocess.Popen(command, cwd=site.directory, env=environ, stdout=told, stderr=told)
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        server = Watching(pid=process.pid, connection=connection)
        try:
            ready = _wait(lambda: process.poll() is not None or (_has_built(log) and _answers(server)))
            if not ready or process.poll() is not None:
                sys.exit(f"feedsvc serve does not answer:\n{log.read_text(encoding='utf-8')[-2000:]}")
            _wait_until_quiet(Account(process.pid))
            yield server
        finally:
            connection.close()
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _has_built(log: Path) -> bool:
    return "build: " in log.read_text(encoding="utf-8")


def _answers(server: Watching) -> bool:
    try:
        return server.ask("")[0] != ""
    except OSError:
        server.connection.close()
        return False


def _wait_until_quiet(account: Account) -> None:
    """Wait until the processes used next to nothing for half a second; a minute at most."""
    used = [-1.0]

    def is_quiet() -> bool:
        time.sleep(QUIET_S)
        used.append(account.look().cpu_s)
        return used[-1] - used[-2] <= 0.02

    _wait(is_quiet)


def _wait(condition: Callable[[], bool], seconds: float = 120) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
