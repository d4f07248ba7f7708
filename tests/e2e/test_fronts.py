"""nginx and Caddy, as Debian has them and with the files of deploy/, answer the table of requests."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from loading import load_module

from feedsvc.feeds.stylesheet import PATH
from feedsvc.publish.beside import put_beside

TESTS = Path(__file__).parents[1]
DEPLOY = TESTS.parent / "deploy"
DEADLINE_SECONDS = 20.0
STYLESHEET = b"feed { display: block }"

SERVE = """
import sys
from pathlib import Path
from feedsvc.publish.moved import write_moved
from feedsvc.web.server import WorkerConfig, serve_wsgi

if __name__ == "__main__":
    config = WorkerConfig(public=Path(sys.argv[1]), status=Path(sys.argv[1], "status.json"), control_pid=0, title="t",
                          description="", language="en", server_url="https://feeds.example.org", max_age=300,
                          archive_max_age=604800, moved=Path(sys.argv[1], "moved"))
    write_moved(config.moved, "/atom.xml", {"00000000cafecafe": "00000000deadbeef"})
    serve_wsgi(config, listen=sys.argv[2], workers=1)
"""
NGINX_MAIN = """
daemon off; pid {work}/nginx.pid; error_log stderr warn; worker_processes 1; {user}{modules}
events {{ worker_connections 256; }}
http {{
    access_log off; client_body_temp_path {work}/1; proxy_temp_path {work}/2; fastcgi_temp_path {work}/3;
    uwsgi_temp_path {work}/4; scgi_temp_path {work}/5;
    gzip on; gzip_types *; gzip_min_length 0; charset utf-8;
    include {work}/site.conf;
}}
"""
BROTLI = "load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;"


# The table is one, and so is the tree it is asked of.
TABLE = load_module(TESTS / "http" / "test_web_requests.py")
SITE = load_module(TESTS / "http" / "conftest.py")


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def get(self, name: str) -> str | None:
        return self.headers.get(name.lower())


def ask(port: int, method: str, path: str, headers: Mapping[str, str]) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        names = [name.lower() for name, _ in response.getheaders()]
        assert len(set(names)) == len(names), names
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=named, body=response.read())


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, log: Path, **environment: str) -> Iterator[None]:
    """Run a server until the end of the block, from when it listens."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **environment})
    try:
        end = time.monotonic() + DEADLINE_SECONDS
        while not listens(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(timeout=DEADLINE_SECONDS)


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def fill_in(text: str, changes: Mapping[str, str]) -> str:
    """Change what a file says is the admin's to change, and nothing else."""
    for old, new in changes.items():
        lines = [line for line in text.splitlines() if old in line and ("# YOURS" in line or "listen" in old)]
        assert len(lines) == 1, (old, lines)
        text = text.replace(lines[0], lines[0].replace(old, new))
    return text


@dataclass(frozen=True, kw_only=True)
class Front:
    """A server before the tree or before feedsvc: where it answers, and by which name the table's exceptions go."""

    name: str
    port: int
    public: Path

    def tag(self, coding: str) -> str:
        """Return the opaque tag under which this server sends /atom.xml in a coding."""
        etag = ask(self.port, "GET", "/atom.xml", {"Accept-Encoding": coding}).headers["etag"]
        assert re.fullmatch(r'"[^"]+"', etag), etag
        return etag.strip('"')


def run_feedsvc(stack: ExitStack, work: Path) -> int:
    port, program = free_port(), work / "serve.py"
    program.write_text(SERVE)
    command = [sys.executable, str(program), str(work / "public"), f"127.0.0.1:{port}"]
    stack.enter_context(running(command, port, work / "feedsvc.log"))
    return port


def run_nginx(stack: ExitStack, work: Path, file: str, changes: Mapping[str, str], modules: str = "") -> int:
    """Start nginx as an admin would: the file included in the main one, with its lines filled in."""
    port = free_port()
    site = fill_in((DEPLOY / file).read_text(), {"listen 80;": f"listen 127.0.0.1:{port};", **changes})
    (work / "site.conf").write_text(site)
    # The tests' own directories are closed to others.
    user = "user root;" if os.geteuid() == 0 else ""
    (work / "nginx.conf").write_text(NGINX_MAIN.format(work=work, user=user, modules=modules))
    command = ["nginx", "-p", str(work), "-c", str(work / "nginx.conf")]
    stack.enter_context(running(command, port, work / "nginx.log"))
    return port


def run_caddy(stack: ExitStack, work: Path, **environment: str) -> int:
    """Start Caddy as an admin would: the file imported by the main one as it is, the environment telling the rest."""
    port = free_port()
    main = work / "Caddyfile"
    main.write_text(f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}}\nimport {DEPLOY / 'Caddyfile'}\n")
    environment = {"FEEDSVC_ADDRESS": f"http://:{port}", "XDG_DATA_HOME": str(work), **environment}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(main)]
    stack.enter_context(running(command, port, work / "caddy.log", **environment))
    return port


def start(name: str, stack: ExitStack, work: Path) -> int:
    public = {"/srv/feedsvc/public": str(work / "public")}
    if name == "nginx":
        return run_nginx(stack, work, "nginx.conf", public)
    if name == "nginx with br":
        switches = {f"# brotli_static {each};": f"brotli_static {each};" for each in ("on", "off")}
        return run_nginx(stack, work, "nginx.conf", {**public, **switches}, BROTLI)
    if name == "caddy":
        return run_caddy(stack, work, FEEDSVC_PUBLIC=str(work / "public"))
    behind = f"127.0.0.1:{run_feedsvc(stack, work)}"
    if name == "caddy before feedsvc":
        return run_caddy(stack, work, FEEDSVC_FRONT="feedsvc_proxy", FEEDSVC_LISTEN=behind)
    return run_nginx(
        stack, work, "nginx-cache.conf", {"/var/lib/nginx/feedsvc": str(work / "c"), "127.0.0.1:8000": behind}
    )


FRONTS = ["nginx", "nginx with br", "caddy", "nginx before feedsvc", "caddy before feedsvc"]


@pytest.fixture(scope="module", params=FRONTS)
def front(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    work = tmp_path_factory.mktemp("front")
    SITE.publish_site(work / "public")
    put_beside(work / "public", PATH, STYLESHEET, SITE.CHANGED)
    (work / "public" / ".next").mkdir()
    (work / "public" / ".next" / "atom.xml").write_bytes(b"not yet")
    with ExitStack() as stack:
        yield Front(name=request.param, port=start(request.param, stack, work), public=work / "public")


NOTHING_THERE = {"status": 404}
BAD_REQUEST = {"status": 400, "Content-Type": "text/html", "X-Content-Type-Options": None}
NOT_IN_THE_TREE = {
    # Pages, redirects and the operator's addresses are feedsvc's own.
    **dict.fromkeys(("index", "index, coded", "health", "readiness", "status"), NOTHING_THERE),
    **dict.fromkeys(("search", "search, coded", "search for too much", "search for nothing"), NOTHING_THERE),
    **dict.fromkeys(("a page that there is not", "style", "old style", "script"), NOTHING_THERE),
    **dict.fromkeys((case.name for case in TABLE.FEED_PAGES if case.status < 400), NOTHING_THERE),
    # The style sheet of feeds is, and it is by that sheet that browsers show them.
    "style of feeds": {"status": 200},
    **{case.name: {"status": 200} for case in TABLE.VISITS if case.status == 200},
    "visited by who knows the feed": {"status": 304},
    # So are the addresses that feeds had before, and those that are gone.
    **{case.name: NOTHING_THERE for case in TABLE.CASES if case.status in (301, 410)},
    "as a proxy marks it": {"status": 200},
}
REFUSED_BY_NGINX = dict.fromkeys(("up and away", "up and away, encoded", "a NUL"), BAD_REQUEST)
NGINX_ALONE: dict[str, dict[str, Any]] = {
    **NOT_IN_THE_TREE,
    **REFUSED_BY_NGINX,
    "zstd": {"Content-Encoding": None},
    "list": {"Content-Encoding": None},
    # To the folder of its documents, where nothing is.
    "feed page, without its slash": {"status": 301},
    **{
        name: {"status": 404, "Allow": None}
        for name in (
            "post to the index",
            "post to a feed page",
            "post readiness",
            "post status",
            "post to what moved",
            "post to an archive",
            "post to what moved in the archive",
        )
    },
}
CADDY_ALONE: dict[str, dict[str, Any]] = {
    **NOT_IN_THE_TREE,
    **{
        name: {"status": 406}
        for name in (
            *("archived", "archived, in no coding that is accepted", "archived, to head", "archived below hangul"),
            "archived, for a browser",
            *("archived, ranges are ignored", "archived since", "archived after", "archived, but asked otherwise"),
        )
    },
    # Go's library leaves it out where there is an ETag.
    **{
        name: {"Last-Modified": None}
        for name in (
            *("known", "known to head", "known in its coding", "a cache that holds two codings", "any"),
            "known to a reader that takes deltas",
        )
    },
    "not modified": {"Last-Modified": None},
    "list since": {"Last-Modified": None},
    "another than required": {"Content-Type": TABLE.ATOM, "ETag": ANY},
    "nothing to post to": {"status": 405},
}
EXCEPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "nginx": {**NGINX_ALONE, "br": {"Content-Encoding": "gzip"}},
    "nginx with br": NGINX_ALONE,
    "caddy": CADDY_ALONE,
    "nginx before feedsvc": REFUSED_BY_NGINX,
    "caddy before feedsvc": {},
}
"""By front and case, what is answered otherwise, each named in the comment at the top of the front's file."""


@pytest.mark.parametrize("case", TABLE.CASES, ids=lambda case: case.name)
def test_a_request_through_a_front_gets_the_answer_of_the_table(case: Any, front: Front) -> None:
    expected = {"status": case.status, **case.answer}
    otherwise = EXCEPTIONS[front.name].get(case.name, {})
    if "status" in otherwise:
        expected = {} if otherwise["status"] < 400 else {"Content-Type": TABLE.TEXT}
    tags = [front.tag(coding) for coding in case.tags]
    headers = {name: value.format(*tags) for name, value in case.headers.items()}
    for _ in range(2):  # the second time, a cache has it
        answer = ask(front.port, case.method, case.path, headers)
        told = {**expected, **otherwise}
        assert {**{name: answer.get(name) for name in told}, "status": answer.status} == told


def test_a_page_of_an_archive_is_whole_in_each_coding_and_known_by_its_tag(front: Front) -> None:
    coded = ask(front.port, "GET", TABLE.PAGE, {"Accept-Encoding": "gzip"})
    assert gzip.decompress(coded.body) == SITE.ARCHIVED
    known = {"Accept-Encoding": "gzip", "If-None-Match": coded.headers["etag"]}
    assert ask(front.port, "GET", TABLE.PAGE, known).status == 304
    plain = ask(front.port, "GET", TABLE.PAGE, {})
    if front.name == "caddy":
        assert (plain.status, plain.get("Content-Encoding")) == (406, None)
        return
    assert plain.body == SITE.ARCHIVED
    assert ask(front.port, "GET", TABLE.PAGE, {"If-None-Match": plain.headers["etag"]}).status == 304


def test_a_page_and_a_feed_of_one_address_are_never_taken_for_one_another(front: Front) -> None:
    shows = {"nginx": TABLE.ATOM, "nginx with br": TABLE.ATOM, "caddy": TABLE.ATOM}.get(front.name, TABLE.HTML)
    for path in ("/atom.xml", "/categories/it/atom.xml"):
        for visits in (True, False, True, True, False, False, True):  # faster than a cache forgets
            for coding in ("gzip", "identity"):
                headers = {**(TABLE.BROWSER if visits else {"Accept": "*/*"}), "Accept-Encoding": coding}
                answer = ask(front.port, "GET", path, headers)
                assert answer.get("Content-Type") == (shows if visits else TABLE.ATOM)
                body = gzip.decompress(answer.body) if answer.get("Content-Encoding") == "gzip" else answer.body
                assert body.startswith(b"<!DOCTYPE html>" if answer.get("Content-Type") == TABLE.HTML else b"<?xml")


def test_the_style_sheet_of_feeds_is_there(front: Front) -> None:
    answer = ask(front.port, "GET", PATH, {})
    assert answer.get("Content-Type") == "text/css; charset=utf-8"
    assert b"display" in answer.body


def test_a_client_of_http_1_0_needs_no_host(front: Front) -> None:
    with closing(socket.create_connection(("127.0.0.1", front.port), timeout=10)) as connection:
        connection.sendall(b"HEAD /atom.xml HTTP/1.0\r\n\r\n")
        assert b" 200 OK\r\n" in connection.recv(4096)


def test_a_date_after_the_last_change_is_a_304_too(front: Front) -> None:
    since = {"If-Modified-Since": "Thu, 11 Jul 2024 12:00:01 GMT"}
    assert ask(front.port, "GET", "/atom.xml", since).status == 304


def test_who_asks_through_a_proxy_gets_a_coding_and_no_version_is_told(front: Front) -> None:
    answer = ask(front.port, "GET", "/rss.xml", {"Accept-Encoding": "gzip", "Via": "1.1 proxy.example"})
    assert answer.get("Content-Encoding") == "gzip"
    assert not re.search(r"\d", answer.get("Server") or "")


PREFLIGHT = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nowhere.xml", {"Accept-Encoding": "gzip"}, 404),
        ("GET", "/categories//it/atom.xml", {"Accept-Encoding": "gzip"}, 404),
        ("PUT", "/atom.xml", {}, 405),
        ("GET", "/atom.xml", {"If-Match": '"x"'}, 412),
        ("OPTIONS", "/atom.xml", PREFLIGHT, 204),
    ],
)
def test_what_is_no_feed_may_be_read_across_origins_and_is_not_kept(
    front: Front, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    # So that a cache holds what another spelling of the address must not bring out.
    assert ask(front.port, "GET", "/categories/it/atom.xml", {"Accept-Encoding": "gzip"}).status == 200
    answer = ask(front.port, method, path, headers)
    assert answer.status == status
    assert answer.get("Content-Encoding") is None
    assert answer.get("Access-Control-Allow-Origin") == "*"
    if (front.name, status) != ("caddy", 412):  # to Caddy a 412 is the file, without a body
        assert answer.get("Cache-Control") in {"no-store", "public, max-age=60"}
    assert answer.get("Access-Control-Max-Age") == ("86400" if status == 204 else None)


def test_what_the_tree_keeps_for_itself_is_not_there(front: Front) -> None:
    for path in ("/.next/atom.xml", "/.next/", "/.next", "/%2enext/atom.xml", "/manifest.json", "/manifest.json.tmp"):
        assert ask(front.port, "GET", path, {}).status == 404


def test_a_new_edition_is_seen_through_a_front_in_seconds(front: Front) -> None:
    before = front.tag("gzip")
    edition = SITE.publish_site(front.public, "나", SITE.CHANGED + timedelta(hours=1))
    try:
        end = time.monotonic() + DEADLINE_SECONDS
        while front.tag("gzip") == before:
            assert time.monotonic() < end
            time.sleep(0.1)
        answer = ask(front.port, "GET", "/atom.xml", {"Accept-Encoding": "gzip"})
        assert gzip.decompress(answer.body) == edition.read_body("/atom.xml", "identity")
    finally:
        SITE.publish_site(front.public)


def test_the_cache_answers_for_feedsvc_while_it_is_away(tmp_path: Path) -> None:
    SITE.publish_site(tmp_path / "public")
    with ExitStack() as before, ExitStack() as behind:
        feedsvc = f"127.0.0.1:{run_feedsvc(behind, tmp_path)}"
        places = {"/var/lib/nginx/feedsvc": str(tmp_path / "cache"), "127.0.0.1:8000": feedsvc}
        port = run_nginx(before, tmp_path, "nginx-cache.conf", places)
        held = ask(port, "GET", "/atom.xml", {"Accept-Encoding": "gzip"})
        behind.close()
        time.sleep(1.1)  # what is stored is not fresh any more
        assert ask(port, "GET", "/atom.xml", {"Accept-Encoding": "gzip"}).body == held.body
        known = {"Accept-Encoding": "gzip", "If-None-Match": held.headers["etag"]}
        assert ask(port, "GET", "/atom.xml", known).status == 304
        # A browser gets the feed itself, which is better than nothing.
        visit = {**TABLE.BROWSER, "Accept-Encoding": "gzip"}
        assert ask(port, "GET", "/atom.xml", visit).get("Content-Type") == TABLE.ATOM
        assert ask(port, "GET", "/rss.xml", {}).status == 502
