"""Debian's Varnish, with the file of deploy/, before the real service: what changed is fresh at once, and only that."""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from feedsvc.announce.queue import CACHES, Queue
from feedsvc.publish.journal import PAGES
from tests.e2e.conftest import DEADLINE_SECONDS, Answer, LiveSite, free_port

VCL = Path(__file__).parents[2] / "deploy" / "varnish.vcl"
ENVIRONMENT, ECONOMY = (f"/categories/{quote(term)}/atom.xml" for term in ("환경", "경제"))


@dataclass(kw_only=True)
class Varnish:
    """A cache in front: what it answers, and how old what it answers is."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes]

    def get(self, path: str, coding: str = "gzip") -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path, headers={"Accept-Encoding": coding, "Host": "feeds.example.org"})
            response = connection.getresponse()
            named: Mapping[str, str] = {name.lower(): value for name, value in response.getheaders()}
            return Answer(status=response.status, headers=named, body=response.read())

    def tag(self, path: str, coding: str = "gzip") -> str:
        answer = self.get(path, coding)
        return answer.headers.get("etag", str(answer.status))

    def is_hit(self, path: str) -> bool:
        """Ask for what was asked for before, a second after that; say whether it was held."""
        return int(self.get(path).headers["age"]) > 0


@pytest.fixture
def varnish(live_site: LiveSite) -> Iterator[Varnish]:
    directory, port = live_site.directory / "varnish", free_port()
    text = VCL.read_text(encoding="utf-8")
    assert '"8000"' in text
    (live_site.directory / "default.vcl").write_text(text.replace('"8000"', f'"{live_site.port}"'), encoding="utf-8")
    # -j none: as the user that the tests run as.
    command = ["varnishd", "-F", "-j", "none", "-n", str(directory), "-a", f"127.0.0.1:{port}", "-s", "malloc,16m"]
    command += ["-f", str(live_site.directory / "default.vcl"), "-p", "http_gzip_support=off"]
    with (live_site.directory / "varnish.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        end = time.monotonic() + DEADLINE_SECONDS
        while not listens(port):
            assert process.poll() is None, (live_site.directory / "varnish.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)
        yield Varnish(directory=directory, port=port, process=process)
    finally:
        process.terminate()
        process.wait(timeout=DEADLINE_SECONDS)
        shutil.rmtree(directory, ignore_errors=True)


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def configure(site: LiveSite, varnish: Varnish, form: str) -> None:
    """Have the site purge the cache, have an archive and an alias, and build when a post is saved."""
    config = site.directory / "feedsvc.toml"
    text = config.read_text(encoding="utf-8").replace("watch = false", "watch = true", 1)
    text = text.replace('url = "https://example.org"', 'url = "https://feeds.example.org"', 1)
    config.write_text(
        f'{text}\n[feeds]\nwindow = "1h"\nmin_entries = 5\nmax_entries = 10\n'
        '[feeds.aliases]\n"/feed.xml" = "/atom.xml"\n'
        f'[purge]\nto = ["http://127.0.0.1:{varnish.port}/"]\nform = "{form}"\n',
        encoding="utf-8",
    )


def is_quiet(site: LiveSite) -> bool:
    """Say whether the archive is written, and the cache has nothing more to be told."""
    log, state = (site.directory / "serve.log").read_text(encoding="utf-8"), site.directory / "var"
    if "archives: " not in log or "[purge]" not in log or (state / PAGES).stat().st_size:
        return False
    with closing(Queue(state / CACHES, reading=True)) as queue:
        return not queue.due()


def find_page(varnish: Varnish, path: str) -> str:
    """Return the path of the newest page of a feed's archive."""
    body = varnish.get(path, "identity").body.decode()
    found = re.search(r'rel="prev-archive"[^>]*href="https://feeds.example.org([^"]+)"', body) or re.search(
        r'href="https://feeds.example.org([^"]+)"[^>]*rel="prev-archive"', body
    )
    assert found, body
    return found[1]


def test_what_an_edit_changes_is_fresh_through_the_cache_at_once_and_nothing_else_is_fetched(
    live_site: LiveSite, varnish: Varnish
) -> None:
    site = live_site
    configure(site, varnish, "varnish-purge")
    for number in range(240):
        site.write_post(f"2023-{number // 28 + 1:02}-{number % 28 + 1:02}-old-{number}.md", f"옛 글 {number}", "환경")
    site.write_post("2024-01-02-b.md", "나", "경제")
    site.start()
    log = site.directory / "serve.log"
    site.wait_until(lambda: is_quiet(site), "the cache was told of all, and of the pages of archives")
    page = find_page(varnish, ENVIRONMENT)
    changed = [ENVIRONMENT, "/atom.xml", "/feed.xml", page, "/", f"/categories/{quote('환경')}/"]
    kept = [ECONOMY, f"/categories/{quote('it')}/atom.xml", "/opml.xml"]
    before = {(path, coding): varnish.tag(path, coding) for path in changed for coding in ("gzip", "identity")}
    assert all(varnish.get(path).status == 200 for path in kept)
    time.sleep(1.1)
    assert all(varnish.is_hit(path) for path in (*changed, *kept))

    # One post of the feeds themselves, and an old one, of an archive.
    site.write_post("2024-07-11-11.md", "바뀐 기사", "환경")
    site.write_post("2023-08-20-old-215.md", "바뀐 옛 글", "환경")
    took = site.wait_until(lambda: varnish.tag(ENVIRONMENT) != before[ENVIRONMENT, "gzip"], "the feed is fresh")
    assert took < 10  # its max-age is five minutes
    site.wait_until(lambda: varnish.tag(page) != before[page, "gzip"], "the page of the archive is fresh")
    for path, coding in before:
        assert varnish.tag(path, coding) != before[path, coding], (path, coding)
        assert varnish.tag(path, coding) == site.get(path, {"Accept-Encoding": coding}).headers["etag"]
    assert "바뀐 옛 글".encode() in varnish.get(page, "identity").body
    assert all(varnish.is_hit(path) for path in kept)
    assert "Traceback" not in log.read_text(encoding="utf-8")
    assert site.stop() == 0


def test_a_build_by_hand_bans_what_it_changed_and_what_is_gone_before_it_ends(
    live_site: LiveSite, varnish: Varnish
) -> None:
    site = live_site
    site.write_post("2024-01-02-b.md", "나", "경제")
    site.start()  # which knows of no cache, and only serves
    configure(site, varnish, "varnish-ban")
    built = site.run("build")
    assert re.search(r"http://127.0.0.1:\d+/ dropped \d\d paths\n", built.stderr), built.stderr
    before = varnish.tag(ENVIRONMENT), varnish.tag(ENVIRONMENT, "identity")
    assert varnish.get(ECONOMY).status == varnish.get("/categories/it/atom.xml").status == 200
    time.sleep(1.1)
    (site.posts / "2024-01-02-b.md").unlink()
    site.write_post("2024-07-11-11.md", "바뀐 기사", "환경")
    built = site.run("build")
    assert "dropped" in built.stderr, built.stderr
    after = varnish.tag(ENVIRONMENT), varnish.tag(ENVIRONMENT, "identity")
    assert not set(before) & set(after)
    assert varnish.get(ECONOMY).status == 410
    assert varnish.is_hit("/categories/it/atom.xml")
    assert "dropped" not in site.run("build").stderr
    assert site.stop() == 0
