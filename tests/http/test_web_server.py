"""The real server: its processes, its signals, and what it makes of bytes that no client library would send."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import ServeError
from feedsvc.web.server import serve_wsgi
from feedsvc.web.wiring import load_app
from tests.http.conftest import make_worker_config

PROGRAM = """
import logging, os, signal, sys, threading, time
from pathlib import Path
from feedsvc.web.server import WorkerConfig, serve_wsgi

def run():
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    signal.signal(signal.SIGUSR1, lambda *_: print("asked for a build", file=sys.stderr, flush=True))
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    config = WorkerConfig(public=Path(sys.argv[1]), status=Path(sys.argv[1], "status.json"), control_pid=os.getpid(),
                          title="t", description="", language="en", server_url="https://example.org",
                          max_age=60, token="s3cret")
    serve_wsgi(config, listen=sys.argv[2], workers=2,
               on_startup=lambda: print("starting workers", file=sys.stderr, flush=True))
    print("ended in order", file=sys.stderr, flush=True)

if __name__ == "__main__":
    run()
"""


def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """Wait for something to be so; fails the test when it does not come."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Running:
    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    def workers(self) -> set[int]:
        """The workers that are up, from the log."""
        return {int(pid) for pid in re.findall(r"worker (\d+) is up", self.log.read_text()) if alive(int(pid))}

    def request(self, method: str, path: str, **headers: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def send_raw(self, data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(data)
            return connection.recv(65536)


@pytest.fixture
def running(published: tuple[Path, object], tmp_path: Path) -> Iterator[Running]:
    program, log = tmp_path / "program.py", tmp_path / "log"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, str(program), str(published[0]), "127.0.0.1:0"]
    with log.open("wb") as stderr, subprocess.Popen(command, stderr=stderr, start_new_session=True) as process:
        running = Running(process=process, log=log)
        try:
            until(lambda: len(running.workers()) == 2)
            running.port = int(re.findall(r"listening on 127\.0\.0\.1:(\d+)", log.read_text())[0])
            until(lambda: _connects(running.port))
            yield running
        finally:
            process.kill()
    until(lambda: not running.workers())


def _connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_process_in_order_with_idle_clients_connected(running: Running, number: int) -> None:
    assert running.request("GET", "/atom.xml") == 200
    workers = running.workers()
    with socket.create_connection(("127.0.0.1", running.port)):
        # To the whole group, as a terminal does it.
        os.killpg(running.process.pid, number) if number == signal.SIGINT else running.process.send_signal(number)
        assert running.process.wait(10) == 0
    assert not [pid for pid in workers if alive(pid)]
    assert running.log.read_text().endswith("ended in order\n")
    assert running.log.read_text().index("starting workers") < running.log.read_text().index("is up")


def test_a_signal_that_reaches_the_workers_first_ends_the_service_in_order(running: Running) -> None:
    for pid in running.workers():
        os.kill(pid, signal.SIGTERM)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(10) == 0
    assert running.log.read_text().endswith("ended in order\n")


def test_a_signal_that_the_kernel_gives_to_another_thread_ends_the_server_too(running: Running) -> None:
    # Of two that come at once it does so with the second.
    pid = running.process.pid
    other = max(int(each.name) for each in Path(f"/proc/{pid}/task").iterdir())
    assert other != pid
    assert ctypes.CDLL(None).tgkill(pid, other, signal.SIGTERM) == 0
    assert running.process.wait(10) == 0


def test_a_worker_that_is_killed_is_replaced_and_the_others_go_on(running: Running) -> None:
    before = running.workers()
    os.kill(min(before), signal.SIGKILL)
    # Looked at once each time: between two looks the killed one may go, and its connections are reset then.
    until(lambda: len(now := running.workers()) == 2 and now != before)
    assert until(lambda: running.request("GET", "/healthz")) == 200


def test_workers_do_not_outlive_a_main_process_that_is_killed(running: Running) -> None:
    workers = running.workers()
    running.process.kill()
    running.process.wait()
    until(lambda: not [pid for pid in workers if alive(pid)])


def test_a_build_is_asked_of_the_main_process_which_goes_on_serving(running: Running) -> None:
    assert running.request("POST", "/-/build", Authorization="Bearer s3cret") == 202
    until(lambda: "asked for a build" in running.log.read_text())
    assert running.request("GET", "/healthz") == 200


def test_a_second_server_at_the_address_is_refused(running: Running, tmp_path: Path) -> None:
    listen = f"127.0.0.1:{running.port}"
    with pytest.raises(ServeError, match="address already in use"):
        serve_wsgi(make_worker_config(tmp_path), listen=listen, workers=1)


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.0\r\n\r\n", b"200"),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"GET //evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b'GET /atom.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: ""\r\nIf-None-Match: *\r\n\r\n', b"200"),
        (b"HEAD /atom.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200"),
        (b"BREW /atom.xml HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"GET /atom.xml HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * 20_000 + b"\r\n\r\n", b"431"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_raw_requests_get_a_short_answer(running: Running, request_line: bytes, status: bytes) -> None:
    answer = running.send_raw(request_line)
    assert answer.split()[1] == status
    assert running.request("GET", "/healthz") == 200


FAILING = """
import sys
from pathlib import Path
import feedsvc.web.server as server
from feedsvc.errors import ServeError

def run():
    config = server.WorkerConfig(public=Path("."), status=Path("."), control_pid=0, title="", description="",
                                 language="en", server_url="", max_age=1)
    if sys.argv[1] == "race":
        server.claim_address = lambda listen: ("127.0.0.1", int(sys.argv[2]))
    try:
        server.serve_wsgi(config, listen=f"127.0.0.1:{sys.argv[2]}", workers=1,
                          log_level=sys.argv[1] if sys.argv[1] == "no such level" else None)
    except ServeError as error:
        print(error)

if __name__ == "__main__":
    run()
"""


def fail_to_serve(tmp_path: Path, how: str, port: int) -> str:
    program = tmp_path / "failing.py"
    program.write_text(FAILING, encoding="utf-8")
    ran = subprocess.run([sys.executable, str(program), how, str(port)], capture_output=True, text=True, check=True)
    return ran.stdout


def test_workers_that_end_as_soon_as_they_start_end_the_server_with_a_message(tmp_path: Path) -> None:
    assert "workers end as soon as they start; the log above says why" in fail_to_serve(tmp_path, "no such level", 0)


def test_an_address_taken_at_the_last_moment_is_one_line_and_no_backtrace(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        message = fail_to_serve(tmp_path, "race", other.getsockname()[1])
    assert message.count("\n") == 1
    assert "Address already in use" in message


def test_a_worker_makes_its_application_from_plain_values(published: tuple[Path, object]) -> None:
    app = load_app(replace(make_worker_config(published[0]), stale_if_error=5))
    client = app.test_client()
    assert client.get("/atom.xml").headers["Cache-Control"] == "public, max-age=60, stale-if-error=5"
    assert app.extensions["feedsvc.served"].counts == {("/atom.xml", 200, "identity"): 1}
    assert client.get("/atom.xml", headers={"If-Match": "*"}).headers["Cache-Control"].endswith(" stale-if-error=5")
    assert client.post("/-/build").status_code == 403
    assert client.get("/-/status").status_code == 200
