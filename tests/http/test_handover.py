"""A new configuration while polls go on: nobody loses an answer or a count, and no worker is replaced."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import Client

import feedsvc.web.audience
import feedsvc.web.tallies
import feedsvc.web.worker
from feedsvc.audience.salt import Salt, Today
from feedsvc.audience.spool import Spool
from feedsvc.web.handover import Handover
from feedsvc.web.hangups import Hangups
from feedsvc.web.worker import Worker
from feedsvc.web.workerconfig import AudienceConfig, WorkerConfig
from tests.http.conftest import make_worker_config

PROGRAM = """
import logging, os, signal, sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from feedsvc.web.server import WorkerConfig, serve_wsgi

def run():
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    config = WorkerConfig(public=Path(sys.argv[1]), status=Path(sys.argv[1], "status.json"), control_pid=os.getpid(),
                          title="t", description="", language="en", server_url="https://example.org", max_age=60)
    numbers = count(1)
    serve_wsgi(config, listen="127.0.0.1:0", workers=2, on_reload=lambda: replace(config, max_age=next(numbers)))

if __name__ == "__main__":
    run()
"""


@pytest.fixture
def config(published: tuple[Path, object], tmp_path: Path) -> WorkerConfig:
    today = Today(ZoneInfo("UTC"))
    audience = AudienceConfig(store=tmp_path / "a.sqlite3", spool=tmp_path / "spool", today=today, salt=Salt(today))
    return replace(make_worker_config(published[0]), metrics=tmp_path / "metrics", audience=audience)


@pytest.fixture
def worker(config: WorkerConfig) -> Iterator[Worker]:
    worker = Worker(config)
    yield worker
    worker.end()


def poll(port: int) -> str:
    """Return the status and the seconds that an answer on a connection of its own is fresh, or the error."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/atom.xml")
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException) as error:
        return repr(error)
    finally:
        connection.close()
    return f"{response.status} {response.getheader('Cache-Control', '').partition('max-age=')[2]}"


def poll_on(port: int, answers: Counter[str], ended: threading.Event) -> None:
    while not ended.is_set():
        answers[poll(port)] += 1


def wait_for(is_true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def count_requests(metrics: Path) -> int:
    rows = [row for file in metrics.glob("*.json") for row in json.loads(file.read_bytes())]
    return sum(row[4] for row in rows)


def max_age(client: Client) -> str:
    return client.get("/atom.xml").headers["Cache-Control"].split(", ")[1]


def test_a_worker_answers_by_the_newer_configuration_and_keeps_what_it_holds(
    worker: Worker, config: WorkerConfig
) -> None:
    client = Client(worker)
    held = worker._reading
    assert max_age(client) == "max-age=60"
    worker.take(replace(config, max_age=5))
    assert max_age(client) == "max-age=5"
    assert worker._reading is held


def test_a_worker_reads_elsewhere_when_the_configuration_says_so(
    worker: Worker, config: WorkerConfig, tmp_path: Path
) -> None:
    client = Client(worker)
    worker.take(replace(config, public=tmp_path / "nothing"))
    assert client.get("/atom.xml").status_code == 503
    worker.take(config)
    assert client.get("/atom.xml").status_code == 200


def test_what_was_counted_before_is_written_and_what_is_under_way_too(
    config: WorkerConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (feedsvc.web.tallies, feedsvc.web.audience):
        monkeypatch.setattr(module, "FLUSH_S", 0.3)
    others = set(threading.enumerate())
    worker = Worker(config)
    client = Client(worker)
    client.get("/atom.xml")
    under_way = Client(worker._answer)
    writers = set(threading.enumerate()) - others
    assert {each.name for each in writers} == {"flush-tallies", "flush-audience"}
    worker.take(replace(config, max_age=5))
    assert count_requests(tmp_path / "metrics") == 1
    assert len(list((tmp_path / "spool").glob("*"))) == 1
    under_way.get("/atom.xml")
    for thread in writers:
        thread.join(5)
        assert not thread.is_alive()
    assert count_requests(tmp_path / "metrics") == 2
    spool = Spool(tmp_path / "spool")
    increments = [increment for _, increment in spool.read(spool.names())]
    assert sum(increment.polls["site"].polls for increment in increments) == 2
    worker.end()


def test_a_configuration_that_cannot_be_taken_leaves_the_one_before(
    worker: Worker, config: WorkerConfig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handover = Handover(config)
    line = handover.open_line()
    with monkeypatch.context() as patch:
        patch.setattr(feedsvc.web.worker, "load_app", lambda *_: 1 / 0)
        handover.hand_over(replace(config, max_age=1))
        follow = threading.Thread(target=partial(worker.follow, line.listen()), daemon=True)
        follow.start()
        wait_for(lambda: "cannot take over the configuration" in caplog.text, "a line in the log")
    assert max_age(Client(worker)) == "max-age=60"
    caplog.set_level(logging.INFO)
    handover.hand_over(replace(config, max_age=2))
    wait_for(lambda: "goes on with the new configuration" in caplog.text, "a line in the log")
    assert max_age(Client(worker)) == "max-age=2"


def test_workers_get_each_configuration_and_those_that_come_the_newest(config: WorkerConfig) -> None:
    handover = Handover(config)
    first = handover.open_line()
    assert first.config == config
    newer, newest = replace(config, max_age=1), replace(config, max_age=2)
    handover.hand_over(newer)
    second = handover.open_line()
    assert second.config == newer
    handover.hand_over(newest)
    received = next(second.listen())
    assert received.max_age == 2
    # Else who reads today would be counted twice.
    epochs = [each.audience.salt.epoch for each in (config, received) if each.audience and each.audience.salt]
    assert epochs == [epochs[0]] * 2


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_worker_that_ended_costs_nothing_and_no_one_else_the_configuration(config: WorkerConfig) -> None:
    handover = Handover(config)
    handover.open_line()
    before = open_files()
    for _ in range(50):
        handover.open_line()
    assert open_files() == before
    # What is larger than a pipe holds, so that it cannot be left there unread.
    large = replace(config, frame_hosts=tuple(f"host{number}.example" for number in range(50_000)))
    handover.hand_over(config)
    last = handover.open_line()
    sent = threading.Thread(target=handover.hand_over, args=(large,), daemon=True)
    sent.start()
    assert next(last.listen()).frame_hosts == large.frame_hosts
    sent.join(5)
    assert not sent.is_alive()


def test_reloads_under_polls_lose_no_answer_and_replace_no_worker(
    published: tuple[Path, object], tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    log = tmp_path / "log"
    with (
        log.open("wb") as stderr,
        subprocess.Popen([sys.executable, str(program), str(published[0])], stderr=stderr) as process,
    ):
        try:
            wait_for(lambda: log.read_text().count("is up") == 2, "two workers")
            port = int(re.findall(r"listening on 127\.0\.0\.1:(\d+)", log.read_text())[0])
            wait_for(lambda: poll(port) == "200 60", "an answer")
            answers: Counter[str] = Counter()
            ended = threading.Event()
            pollers = [threading.Thread(target=poll_on, args=(port, answers, ended)) for _ in range(2)]
            for each in pollers:
                each.start()
            for number in range(1, 11):
                process.send_signal(signal.SIGHUP)
                wait_for(lambda: log.read_text().count("goes on with") == 2 * number, f"reload {number}")  # noqa: B023
            ended.set()
            for each in pollers:
                each.join()
            assert poll(port) == "200 10"
            assert log.read_text().count("is up") == 2
            killed = re.findall(r"worker (\d+) is up", log.read_text())[-1]
            os.kill(int(killed), signal.SIGKILL)
            wait_for(lambda: log.read_text().count("is up") == 3, "another worker")
            process.send_signal(signal.SIGHUP)
            wait_for(lambda: log.read_text().count("goes on with") == 22, "the reload of both workers")
        finally:
            process.terminate()
    assert all(answer.startswith("200 ") for answer in answers), answers


def test_what_came_while_a_worker_was_set_up_is_taken_before_it_serves(worker: Worker, config: WorkerConfig) -> None:
    handover = Handover(config)
    line = handover.open_line()
    for number in (1, 2):
        handover.hand_over(replace(config, max_age=number))
    worker.follow(line.waiting())
    assert max_age(Client(worker)) == "max-age=2"
    assert list(line.waiting()) == []
    handover._ends[0].close()
    assert list(line.waiting()) == []


def test_a_worker_stops_listening_when_its_main_process_ended(config: WorkerConfig) -> None:
    handover = Handover(config)
    line = handover.open_line()
    handover._ends[0].close()
    assert list(line.listen()) == []


def test_hangups_are_answered_one_by_one_until_they_are_ignored(caplog: pytest.LogCaptureFixture) -> None:
    answered: list[int] = []

    def answer() -> None:
        answered.append(threading.get_ident())
        if len(answered) == 1:
            raise ValueError("no such thing")
        time.sleep(0.05)

    before = signal.getsignal(signal.SIGHUP)
    hangups = Hangups(answer)
    try:
        hangups.follow()
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGHUP)
        hangups.stop()
        assert len(answered) == 3
        os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert len(answered) == 3
    assert threading.get_ident() not in answered
    assert "the configuration was not taken over, the one before stays" in caplog.text


def test_a_server_that_ends_waits_for_no_worker_that_ended(config: WorkerConfig) -> None:
    handover = Handover(config)
    handover.open_line()
    large = replace(config, frame_hosts=tuple(f"host{number}.example" for number in range(50_000)))
    sent = threading.Thread(target=handover.hand_over, args=(large,), daemon=True)
    sent.start()
    sent.join(0.2)
    assert sent.is_alive()
    handover.end()
    sent.join(5)
    assert not sent.is_alive()
