"""Real readers poll the real service, and real web servers write logs: then the figures are right."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import feedparser
import pytest
from loading import load_module

if TYPE_CHECKING:
    from tests.e2e.conftest import LiveSite


# It starts nginx and Caddy with the files of deploy/.
FRONTS = load_module(Path(__file__).with_name("test_fronts.py"))


def curl(url: str, *options: str) -> None:
    subprocess.run(["curl", "--silent", "--fail", "--output", os.devnull, *options, url], check=True)


def poll(url: str) -> dict[str, Any]:
    """Poll as people do; return what is to be told of the feed afterwards."""
    curl(url, "--user-agent", "reader/1.0")
    curl(url, "--user-agent", "reader/1.0", "--compressed")
    curl(url, "--user-agent", "other/1.0", "--head")
    curl(url, "--user-agent", "Feedbin feed-id:7 - 40 subscribers")
    curl(url, "--user-agent", "Feedbin feed-id:7 - 42 subscribers")
    curl(url, "--user-agent", "Mozilla/5.0 (compatible; inoreader.com; 8 subscribers)")
    first = feedparser.parse(url)
    assert feedparser.parse(url, etag=first.etag).status == 304
    return {"polls": 8, "not_modified": 1, "im_used": 0, "readers_a_day": 3, "subscribers": 50}


def told(site: LiveSite) -> dict[str, Any]:
    """Return what the command says of the site's own feed."""
    document = json.loads(site.run("audience", "--format", "json").stdout)
    return next((each for each in document["feeds"] if each["feed"] == "site"), {"polls": 0})


def test_what_real_readers_poll_is_told_by_the_page_and_the_command(live_site: LiveSite) -> None:
    live_site.start()
    expected = poll(f"{live_site.url}/atom.xml")
    live_site.wait_until(lambda: bool(told(live_site)["polls"] == 8), "everything is counted")
    assert expected.items() <= told(live_site).items()
    here = json.loads(live_site.get("/-/audience.json").body)
    assert here["total"]["polls"] == 8
    assert here["aggregators"] == [{"name": "Feedbin", "subscribers": 42}, {"name": "Inoreader", "subscribers": 8}]
    away = {"X-Forwarded-For": "192.0.2.1"}
    assert live_site.get("/-/audience", away).status == 401
    assert live_site.get("/-/audience", {**away, "Authorization": "Bearer s3cret"}).status == 200


def test_what_was_counted_last_is_kept_when_the_service_ends_or_is_killed(live_site: LiveSite) -> None:
    live_site.start()
    curl(f"{live_site.url}/atom.xml")
    assert live_site.stop() == 0
    assert told(live_site)["polls"] == 1
    live_site.start()
    for _ in range(5):
        curl(f"{live_site.url}/atom.xml")
    spool = live_site.directory / "var" / "audience"
    live_site.wait_until(lambda: any(spool.glob("*.json")) or told(live_site)["polls"] == 6, "it is written down")
    process = live_site.process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    live_site.wait_until(lambda: live_site.try_get("/healthz") == 0, "the workers have ended")
    live_site.start()
    live_site.wait_until(lambda: bool(told(live_site)["polls"] == 6), "what was written down is kept")


def test_nothing_is_counted_where_it_is_switched_off(live_site: LiveSite) -> None:
    with (live_site.directory / "feedsvc.toml").open("a", encoding="utf-8") as more:
        more.write("[audience]\nenabled = false\n")
    live_site.start()
    curl(f"{live_site.url}/atom.xml")
    assert live_site.stop() == 0
    assert not list((live_site.directory / "var").glob("audience*"))


def serve_by_nginx(stack: ExitStack, work: Path, public: Path) -> int:
    main = FRONTS.NGINX_MAIN
    FRONTS.NGINX_MAIN = main.replace("access_log off;", f"access_log {work}/access.log combined;")
    try:
        port: int = FRONTS.run_nginx(stack, work, "nginx.conf", {"/srv/feedsvc/public": str(public)})
    finally:
        FRONTS.NGINX_MAIN = main
    return port


def serve_by_caddy(stack: ExitStack, work: Path, public: Path) -> int:
    # An admin adds the log to the site's block.
    site = (FRONTS.DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    before, block, after = site.rpartition("\timport {$FEEDSVC_FRONT")
    deploy, FRONTS.DEPLOY = FRONTS.DEPLOY, work / "deploy"
    FRONTS.DEPLOY.mkdir()
    log = f"\tlog {{\n\t\toutput file {work}/access.log\n\t}}\n"
    (FRONTS.DEPLOY / "Caddyfile").write_text(f"{before}{log}{block}{after}", encoding="utf-8")
    try:
        port: int = FRONTS.run_caddy(stack, work, FEEDSVC_PUBLIC=str(public))
    finally:
        FRONTS.DEPLOY = deploy
    return port


@pytest.mark.parametrize("serve", [serve_by_nginx, serve_by_caddy])
def test_the_log_of_a_real_web_server_says_the_same(
    live_site: LiveSite, serve: Callable[[ExitStack, Path, Path], int]
) -> None:
    assert live_site.run("build").returncode == 0
    work = live_site.directory / "front"
    work.mkdir()
    with ExitStack() as stack:
        port = serve(stack, work, live_site.directory / "public")
        expected = poll(f"http://127.0.0.1:{port}/atom.xml")
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", '/nowhere.xml?"', headers={"User-Agent": 'a"b\\c'})
            connection.getresponse().read()
    done = live_site.run("audience", "import", str(work / "access.log"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "8 polls counted, 1 of other requests" in done.stdout
    assert expected.items() <= told(live_site).items()
    again = live_site.run("audience", "import", str(work / "access.log"))
    assert "0 polls counted" in again.stdout
    assert told(live_site)["polls"] == 8
