"""Servers of the published site, each started on a free port of loopback, pinned to one core, and ended again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from family import Account, Usage
from press import PATH, plain_environ

PACKAGES = {"nginx": "nginx-light", "wrk": "wrk"}

# No tcp_nopush: on loopback it holds back the last part of an answer for 40 ms.
NGINX = """\
{user}
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log stderr error;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; keepalive_requests 100000000; gzip_static on; {options}
  default_type application/octet-stream; types {{ application/atom+xml xml; }}
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
  server {{ listen 127.0.0.1:{port}; root {public};
    location = /atom.xml {{ add_header Cache-Control "public, max-age=300"; add_header Vary Accept-Encoding; }} }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers."""

    name: str
    port: int
    pid: int

    def usage(self) -> Usage:
        """Add up what its processes used since they started, and what they hold now."""
        return Account(self.pid).look()

    def get(self, headers: dict[str, str]) -> HTTPResponse:
        """Ask for the feed once and read the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", PATH, headers=headers)
            response = connection.getresponse()
            response.read()
            return response
        finally:
            connection.close()


def require_tools() -> None:
    """Have nginx and wrk on PATH: install Debian's if we may, else say what is missing and exit with 2."""
    os.environ["PATH"] += ":/usr/sbin"
    missing = [package for tool, package in PACKAGES.items() if shutil.which(tool) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"install {' and '.join(missing)} first: sudo apt-get install {' '.join(missing)}", file=sys.stderr)
        raise SystemExit(2)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environ)
    subprocess.run(["apt-get", "install", "-qq", "--no-install-recommends", *missing], check=True, env=environ)
    if "nginx-light" in missing and shutil.which("service"):
        # The package starts a server of its own, on port 80 of every interface.
        subprocess.run(["service", "nginx", "stop"], check=False)


def pin(core: int) -> list[str]:
    """Return what to put before a command to keep it on one core; nothing where there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(cores[core])] if len(cores) > 1 and shutil.which("taskset") else []


@contextmanager
def nginx(public: Path, directory: Path, *, cached: bool, pinned: bool = True) -> Iterator[Server]:
    """Serve the tree with nginx; ``cached``: it keeps files open."""
    directory.mkdir()
    port = free_port()
    configuration = directory / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    options = "open_file_cache max=1000 inactive=60s;" if cached else ""
    text = NGINX.format(user=user, directory=directory, port=port, public=public, options=options)
    configuration.write_text(text, encoding="utf-8")
    command = ["nginx", "-p", str(directory), "-e", "stderr", "-c", str(configuration)]
    with run_server("nginx, files kept open" if cached else "nginx", command, port, directory, pinned=pinned) as server:
        yield server


@contextmanager
def feedsvc(public: Path, log: Path, name: str = "feedsvc", **options: str) -> Iterator[Server]:
    """Serve the site with feedsvc as shipped, but for one worker and ``options``, by the names of their variables."""
    port = free_port()
    environ = {"FEEDSVC_SERVER__LISTEN": f"127.0.0.1:{port}", "FEEDSVC_SERVER__WORKERS": "1", **options}
    log.mkdir()
    command = [sys.executable, "-m", "feedsvc", "serve"]
    with run_server(name, command, port, log, cwd=public.parent, environ=environ) as server:
        yield server


@contextmanager
def replica(store: str, log: Path, *, pinned: bool = True, **options: str) -> Iterator[Server]:
    """Serve what is in an object store, from one worker as well."""
    port = free_port()
    environ = {"FEEDSVC_SERVER__LISTEN": f"127.0.0.1:{port}", "FEEDSVC_SERVER__WORKERS": "1", **options}
    log.mkdir()
    command = [sys.executable, "-m", "feedsvc", "serve", "--from", store]
    with run_server("replica", command, port, log, pinned=pinned, cwd=log, environ=environ) as server:
        yield server


@contextmanager
def rendering(public: Path, log: Path) -> Iterator[Server]:
    """Serve with Flask and feedgen at each request, from one worker of granian."""
    with _granian("Flask + feedgen", "rendering:app", log, BENCH_FEED=str(public / "feed.json")) as server:
        yield server


@contextmanager
def alone(public: Path, log: Path) -> Iterator[Server]:
    """Serve with granian and an application that decides nothing: what is below feedsvc, and not its own."""
    with _granian("granian alone", "alone:app", log, BENCH_PUBLIC=str(public)) as server:
        yield server


@contextmanager
def _granian(name: str, application: str, log: Path, **environ: str) -> Iterator[Server]:
    """Run one worker as feedsvc sets its own up (``feedsvc/web/server.py``)."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--blocking-threads", "1", "--runtime-mode", "st", "--no-log"]
    command += ["--backlog", "4096", "--backpressure", "8192", "--http1-buffer-size", "16384"]
    command += ["--http1-header-read-timeout", "5000", application]
    log.mkdir()
    with run_server(name, command, port, log, cwd=Path(__file__).parent, environ=environ) as server:
        yield server


@contextmanager
def run_server(
    name: str,
    command: Sequence[str],
    port: int,
    log: Path,
    *,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
    pinned: bool = True,
) -> Iterator[Server]:
    """Run a server until the end of the block, from when it answers; exit with what it told if it does not."""
    core = pin(0) if pinned else []
    with (log / "stderr").open("w+", encoding="utf-8") as told:
        process = subprocess.Popen(
            [*core, *command], stdout=told, stderr=told, cwd=cwd, env={**plain_environ(), **(environ or {})}
        )
        try:
            server = Server(name=name, port=port, pid=process.pid)
            if not _wait(lambda: process.poll() is not None or _answers(server)) or process.poll() is not None:
                told.seek(0)
                sys.exit(f"{name} does not answer:\n{told.read()}")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers(server: Server) -> bool:
    try:
        return server.get({}).status == 200
    except OSError:
        return False


def _wait(condition: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
