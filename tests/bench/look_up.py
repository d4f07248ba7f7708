"""What a poll costs in the process that answers it, without a server: the fast path beside Flask's own dispatch.

    python tests/bench/look_up.py [--rounds N]

Publishes the site of press.py, and asks for its feed as a server would: a fresh environment for each request, a 304 and
a gzip 200. Prints the CPU time of each in µs, the median of the rounds; and likewise with the audience being counted,
once with a reader that comes again and once with a new one each time, what is done every 5 s for so many requests
included: the worst that can come. Judges no time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from measure import describe_machine
from press import PATH, publish_site

from feedsvc.audience.salt import Salt, Today
from feedsvc.publish.snapshot import SnapshotFollower
from feedsvc.publish.store import load_manifest
from feedsvc.web.audience import AudienceCounter
from feedsvc.web.fastpath import FastPath
from feedsvc.web.freshness import Freshness
from feedsvc.web.wiring import load_app
from feedsvc.web.workerconfig import WorkerConfig

AIM = "aims: the look-up alone at most 2 µs, counting the audience at most 2 µs more"
REQUESTS = {"fast path": 50_000, "Flask": 1_000}
FRESHNESS = Freshness(max_age=300)
POLLS_A_FLUSH = 2_500
"""Of one worker in 5 s, at 1,000 polls a second of two workers."""


def main(arguments: Sequence[str]) -> None:
    """Publish, ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often to measure each (default: 7)")
    rounds = parser.parse_args(arguments).rounds
    with tempfile.TemporaryDirectory() as directory:
        public = publish_site(Path(directory))
        etag = find_etag(public)
        app = load_app(make_config(public))
        flask = type(app).wsgi_app.__get__(app)
        polls = {"304": {"HTTP_IF_NONE_MATCH": f'"{etag}"'}, "gzip 200": {}}
        costs: dict[tuple[str, str], list[float]] = {}
        for _ in range(rounds):
            for poll, headers in polls.items():
                for name, application in (("fast path", app.wsgi_app), ("Flask", flask)):
                    told = cost(application, make_environ(headers), poll[-3:], REQUESTS[name])
                    costs.setdefault((name, poll), []).append(told)
                for name, told in count(public, Path(directory), headers, poll[-3:]).items():
                    costs.setdefault((name, poll), []).append(told)
    print(describe_machine())
    print(f"{'CPU µs per request':24}" + "".join(f"{poll:>10}" for poll in polls))
    for name in dict.fromkeys(name for name, _ in costs):
        print(f"{name:24}" + "".join(f"{statistics.median(costs[name, poll]):10.2f}" for poll in polls))
    print(AIM)


def count(public: Path, work: Path, headers: dict[str, str], status: str) -> dict[str, float]:
    """Return µs of CPU per request by a fast path that counts, those of writing the counts down included."""
    source, today = SnapshotFollower(public), Today(ZoneInfo("Asia/Seoul"))
    counter = AudienceCounter(work / "spool", Salt(today), today, source)
    app = load_app(make_config(public)).wsgi_app
    counting = FastPath(app, source, freshness=FRESHNESS, memory=1 << 26, note=counter.note)
    counter.watch(counting.served)
    environ = make_environ(headers)
    again = cost(counting, environ, status, REQUESTS["fast path"])
    return {
        "counted": again,
        "counted and written": again + write(counter),
        "counted, all are new": cost(counting, environ, status, POLLS_A_FLUSH, anew=True) + write(counter),
    }


def write(counter: AudienceCounter) -> float:
    """Return µs of CPU to write down what was counted, for each of the polls there are in 5 s."""
    started = time.process_time()
    counter.flush()
    return (time.process_time() - started) / POLLS_A_FLUSH * 1e6


def find_etag(public: Path) -> str:
    """Return the etag of the feed's gzip variant."""
    variants = load_manifest(public).representations[PATH].variants
    return next(variant.etag for variant in variants if variant.coding == "gzip")


def make_config(public: Path) -> WorkerConfig:
    """Return the configuration of a worker as `feedsvc serve` makes it."""
    return WorkerConfig(
        public=public,
        status=public / "status.json",
        control_pid=0,
        title="press",
        description="",
        language="ko",
        server_url="https://press.example",
        max_age=300,
    )


def make_environ(headers: dict[str, str]) -> dict[str, Any]:
    """Return what granian hands over for a reader's request."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": PATH,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "HTTP_HOST": "127.0.0.1:8000",
        "HTTP_USER_AGENT": "reader/1.0",
        "HTTP_ACCEPT": "application/atom+xml",
        "HTTP_ACCEPT_ENCODING": "gzip",
        **headers,
    }


def cost(
    application: Callable[..., Any], environ: dict[str, Any], status: str, requests: int, *, anew: bool = False
) -> float:
    """Return µs of CPU per request; the copy of the environment and the loop are taken off.

    ``anew``: each comes from another address.
    """
    told: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        told[:] = [status]

    b"".join(application(environ.copy(), start_response))
    if not told[0].startswith(status):
        sys.exit(f"a {status} was asked for, and {told[0]} came")
    addresses = [f"203.0.{each >> 8}.{each & 255}" if anew else "127.0.0.1" for each in range(requests)]
    started = time.process_time()
    for address in addresses:
        environ["REMOTE_ADDR"] = address
        environ.copy()
    copied = time.process_time()
    for address in addresses:
        environ["REMOTE_ADDR"] = address
        application(environ.copy(), start_response)
    return (time.process_time() - copied - (copied - started)) / requests * 1e6


if __name__ == "__main__":
    main(sys.argv[1:])
