"""What serving a feed costs, beside nginx over the same tree, granian alone, and rendering at each request.

    python tests/bench/serve.py [--seconds S] [--rounds N]

Starts each server on loopback with one worker, pinned to one core, and loads them in turn with wrk on another core,
from 50 connections: a 304 and a gzip 200, each over kept connections and over new ones. Prints medians of the rounds:
CPU µs per request (user and system, of all its processes), requests per second, the 99th percentile in ms, resident
MB, and the CPU beside nginx's. Needs nginx and wrk (Debian's). Takes about 21 * S * N seconds. Judges no time.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from measure import describe_machine
from press import PATH, publish_site
from servers import Server, alone, feedsvc, nginx, pin, rendering, require_tools

AIM = "aim: CPU per request at most 1.4 times nginx for a 304, 1.0 for a gzip 200, 1.6 for a 304 over new connections"
CONNECTIONS = 50
LOADS = ("304", "gzip 200", "304, new connection", "gzip 200, new connection")
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One load on one server; ``flaws`` is what wrk complained about."""

    cpu_us: float
    per_second: float
    p99_ms: float
    resident: int
    flaws: str


def main(arguments: Sequence[str]) -> None:
    """Start, load, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=3, help="how long each load lasts (default: 3)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all of them are run (default: 3)")
    options = parser.parse_args(arguments)
    require_tools()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        directory = Path(name)
        public = publish_site(directory)
        servers = [
            stack.enter_context(nginx(public, directory / "nginx", cached=False)),
            stack.enter_context(nginx(public, directory / "nginx-cached", cached=True)),
            stack.enter_context(feedsvc(public, directory / "feedsvc")),
            stack.enter_context(alone(public, directory / "alone")),
            stack.enter_context(rendering(public, directory / "rendering")),
        ]
        print(describe_machine())
        sizes = [(public / f"{PATH[1:]}{suffix}").stat().st_size for suffix in ("", ".gz")]
        print(f"{PATH}: {sizes[0]:,} bytes, gzip {sizes[1]:,}; {CONNECTIONS} connections, {options.seconds} s each")
        runs: dict[tuple[str, str], list[Run]] = {(load, server.name): [] for load in LOADS for server in servers}
        for _ in range(options.rounds):
            for load in LOADS:
                for server in servers:
                    runs[load, server.name].append(run_load(server, load, options.seconds))
    print_runs(runs, servers[0].name)


def run_load(server: Server, load: str, seconds: int) -> Run:
    """Load a server with wrk; exit if it does not answer as the load expects."""
    headers = {"Accept-Encoding": "gzip"}
    status = 304 if load.startswith("304") else 200
    if status == 304:
        headers["If-None-Match"] = server.get(headers).headers["ETag"]
    answer = server.get(headers)
    if answer.status != status:
        sys.exit(f"{server.name}: {load} was asked for, and {answer.status} came")
    if load.endswith("new connection"):
        headers["Connection"] = "close"
    fields = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *fields]
    before = server.usage()
    told = subprocess.run(
        [*pin(1), *command, f"http://127.0.0.1:{server.port}{PATH}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 30,
    ).stdout
    after = server.usage()
    return read_run(told, after.cpu_s - before.cpu_s, after.resident)


def read_run(told: str, cpu_s: float, resident: int) -> Run:
    """Make sense of what wrk told."""
    requests = int(_find(r"(\d+) requests in", told))
    number, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", told)[0]
    flaws = re.findall(r"Socket errors: .*|Non-2xx or 3xx responses: .*", told)
    return Run(
        cpu_us=cpu_s / max(requests, 1) * 1e6,
        per_second=float(_find(r"Requests/sec:\s+([\d.]+)", told)),
        p99_ms=float(number) * UNITS[unit],
        resident=resident,
        flaws="; ".join(flaws),
    )


def _find(pattern: str, told: str) -> str:
    return str(re.findall(pattern, told)[0])


def print_runs(runs: dict[tuple[str, str], list[Run]], reference: str) -> None:
    """Print a table for each load, with the CPU of each server beside that of ``reference``."""
    for load in LOADS:
        print(f"\n{load:<26}{'CPU µs':>10}{'ratio':>8}{'requests/s':>12}{'p99 ms':>9}{'MB':>7}")
        base = statistics.median(run.cpu_us for run in runs[load, reference])
        for (of_load, name), measured in runs.items():
            if of_load != load:
                continue
            cpu_us = statistics.median(run.cpu_us for run in measured)
            print(
                f"{name:<26}{cpu_us:>10.1f}{cpu_us / base:>8.2f}",
                f"{statistics.median(run.per_second for run in measured):>11,.0f}",
                f"{statistics.median(run.p99_ms for run in measured):>8.2f}",
                f"{max(run.resident for run in measured) / 1e6:>6.0f}",
                *sorted({run.flaws for run in measured} - {""}),
            )
    print(f"\n{AIM}")


if __name__ == "__main__":
    main(sys.argv[1:])
