"""What a poll costs in the process that answers it, without a server: the fast path beside Flask's own dispatch.

    python tests/bench/look_up.py [--rounds N]

Publishes the site of press.py, and asks for its feed as a server would: a fresh environment for each request, a 304 and
a gzip 200. Prints the CPU time of each in µs, the median of the rounds. Judges no time.
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

from measure import describe_machine
from press import PATH, publish_site

from feedsvc.publish.store import load_manifest
from feedsvc.web.worker import WorkerConfig, load_app

AIM = "aim: the look-up alone at most 2 µs"
REQUESTS = {"fast path": 50_000, "Flask": 1_000}


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
        costs: dict[tuple[str, str], list[float]] = {(name, poll): [] for name in REQUESTS for poll in polls}
        for _ in range(rounds):
            for name, application in (("fast path", app.wsgi_app), ("Flask", flask)):
                for poll, headers in polls.items():
                    costs[name, poll].append(cost(application, make_environ(headers), poll[-3:], REQUESTS[name]))
    print(describe_machine())
    print(f"{'CPU µs per request':20}" + "".join(f"{poll:>10}" for poll in polls))
    for name in REQUESTS:
        print(f"{name:20}" + "".join(f"{statistics.median(costs[name, poll]):10.2f}" for poll in polls))
    print(AIM)


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


def cost(application: Callable[..., Any], environ: dict[str, Any], status: str, requests: int) -> float:
    """Return µs of CPU per request; the copy of the environment and the loop are taken off."""
    told: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        told[:] = [status]

    b"".join(application(environ.copy(), start_response))
    if not told[0].startswith(status):
        sys.exit(f"a {status} was asked for, and {told[0]} came")
    started = time.process_time()
    for _ in range(requests):
        environ.copy()
    copied = time.process_time()
    for _ in range(requests):
        application(environ.copy(), start_response)
    return (time.process_time() - copied - (copied - started)) / requests * 1e6


if __name__ == "__main__":
    main(sys.argv[1:])
