"""What stands behind one address: a store, replicas that follow it, and nginx before them. All on loopback."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers import Server, free_port, replica, run_server

TESTS = Path(__file__).parents[1]
REPLICAS = TESTS.parent / "deploy/nginx-replicas.conf"
# One worker, as the replicas have one; the rest of the file is what a distribution has around conf.d.
AROUND = """\
{user}
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000;
  client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
  ssl_certificate {directory}/certificate; ssl_certificate_key {directory}/key;
  include {directory}/replicas.conf;
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """nginx before ``replicas``; ``tls_port`` is where it speaks TLS."""

    nginx: Server
    tls_port: int
    replicas: tuple[Server, ...]


@contextmanager
def open_store(kind: str, directory: Path) -> Iterator[str]:
    """Start a store and give its URL: "s3" is a SeaweedFS of one volume server, "file" is a directory."""
    if kind == "file":
        yield f"file://{directory}/store"
        return
    sys.path.append(str(TESTS / "stores"))
    seaweed = importlib.import_module("seaweed")
    with seaweed.Seaweed(directory=directory / "weed") as cluster:
        before = dict(os.environ)
        seaweed.use(cluster)
        try:
            yield "s3://feeds/site"
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def follow(store: str, directory: Path, number: int, poll: str) -> Iterator[tuple[Server, ...]]:
    """Start replicas, of one worker each, wherever the system puts them."""
    directory.mkdir()
    with ExitStack() as stack:
        yield tuple(
            stack.enter_context(replica(store, directory / str(each), pinned=False, FEEDSVC_REPLICA__POLL=poll))
            for each in range(number)
        )


@contextmanager
def put_before(replicas: Sequence[Server], directory: Path) -> Iterator[Front]:
    """Start nginx with the file of ``deploy/``, but for the addresses, and by TLS as well."""
    directory.mkdir()
    port, tls_port = free_port(), free_port()
    text = render_replicas(REPLICAS.read_text(encoding="utf-8"), [each.port for each in replicas], port, tls_port)
    (directory / "replicas.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(AROUND.format(user=user, directory=directory), encoding="utf-8")
    _sign(directory)
    command = ["nginx", "-p", str(directory), "-e", "stderr", "-c", str(directory / "nginx.conf")]
    with run_server("nginx before replicas", command, port, directory, pinned=False) as server:
        yield Front(nginx=server, tls_port=tls_port, replicas=tuple(replicas))


def render_replicas(text: str, replicas: Sequence[int], port: int, tls_port: int) -> str:
    """Put addresses of loopback into the file of ``deploy/``: as many servers as there are, each as it says of one."""
    pattern = re.compile(r"( *server )replica-\d+:\d+( .*?;).*\n")
    first = pattern.search(text)
    assert first, "deploy/nginx-replicas.conf names no replica-1 any more"
    servers = "".join(f"{first[1]}127.0.0.1:{each}{first[2]}\n" for each in replicas)
    text = text[: first.start()] + servers + pattern.sub("", text[first.end() :])
    text, found = re.subn(r"listen 80;", f"listen 127.0.0.1:{port}; listen 127.0.0.1:{tls_port} ssl;", text)
    assert found == 1, "deploy/nginx-replicas.conf does not listen on port 80 any more"
    return text


def _sign(directory: Path) -> None:
    """Make a certificate of the kind that most sites have today: ECDSA with P-256."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", "key", "-out", "certificate"]
    subprocess.run(command, cwd=directory, check=True, capture_output=True)
