"""Loads on replicas, straight and through nginx: what each of those who take part in it uses."""

from __future__ import annotations

import re
import resource
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection

from press import PATH
from serve import CONNECTIONS, read_run
from servers import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One request, made again and again; ``connects``: over a new connection by TLS each time."""

    name: str
    status: int
    headers: tuple[tuple[str, str], ...]
    connects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """One load for some seconds. CPU µs a request of the replicas, of nginx before them, and of the generator.

    ``shares`` are those of each replica's answers; ``flaws`` is what wrk complained about.
    """

    replicas_us: float
    nginx_us: float
    generator_us: float
    per_second: float
    p99_ms: float
    shares: tuple[float, ...]
    flaws: str

    @property
    def served_us(self) -> float:
        """CPU of all that serves."""
        return self.replicas_us + self.nginx_us


def make_loads(former: str, current: str) -> tuple[Load, ...]:
    """Return the loads; the tags are of the edition before the last push and of the one that is served."""
    gzip = ("Accept-Encoding", "gzip")
    return (
        Load(name="304", status=304, headers=(gzip, ("If-None-Match", current))),
        Load(name="gzip 200", status=200, headers=(gzip,)),
        Load(name="226", status=226, headers=(gzip, ("If-None-Match", former), ("A-IM", "feed"))),
        Load(name="304, new TLS", status=304, headers=(gzip, ("If-None-Match", current)), connects=True),
    )


def press(load: Load, port: int, seconds: int, replicas: Sequence[Server], nginx: Server | None) -> Pressed:
    """Load a port of loopback with wrk, whose one thread the system puts where it likes."""
    headers = (*load.headers, *((("Connection", "close"),) if load.connects else ()))
    fields = [word for name, value in headers for word in ("-H", f"{name}: {value}")]
    url = f"{'https' if load.connects else 'http'}://127.0.0.1:{port}{PATH}"
    answered = [count_requests(each) for each in replicas]
    used = [each.usage().cpu_s for each in replicas]
    passed = nginx.usage().cpu_s if nginx else 0.0
    own = _children_s()
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *fields, url]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 30).stdout
    generator_s = _children_s() - own
    nginx_s = (nginx.usage().cpu_s if nginx else 0.0) - passed
    replicas_s = sum(each.usage().cpu_s - before for each, before in zip(replicas, used, strict=True))
    counts = [count_requests(each) - before for each, before in zip(replicas, answered, strict=True)]
    found = re.search(r"(\d+) requests in", told)
    assert found, told
    requests = max(int(found[1]), 1)
    run = read_run(told, replicas_s + nginx_s, 0)
    return Pressed(
        replicas_us=replicas_s / requests * 1e6,
        nginx_us=nginx_s / requests * 1e6,
        generator_us=generator_s / requests * 1e6,
        per_second=run.per_second,
        p99_ms=run.p99_ms,
        shares=tuple(count / max(sum(counts), 1) for count in counts),
        flaws=run.flaws,
    )


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def count_requests(replica: Server) -> int:
    """Return how many requests for feeds a replica says it has answered."""
    connection = HTTPConnection("127.0.0.1", replica.port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        told = connection.getresponse().read().decode()
    finally:
        connection.close()
    counts = re.findall(r'^feedsvc_requests_total\{.*feed="[^"]+.*\} (\S+)$', told, re.MULTILINE)
    return int(sum(float(count) for count in counts))


def weigh(load: Load, port: int) -> int:
    """Ask once, over plain HTTP; return the bytes of the answer as sent. Exit if it is not what the load expects."""
    lines = [f"GET {PATH} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in load.headers]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall("\r\n".join((*lines, "", "")).encode())
        pieces = []
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
    answer = b"".join(pieces)
    if not answer.startswith(f"HTTP/1.1 {load.status} ".encode()):
        sys.exit(f"{load.name} was asked for, and this came: {answer[:100]!r}")
    return len(answer)
