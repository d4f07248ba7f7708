"""Real readers import the list of all feeds, and subscribe to each."""

from __future__ import annotations

import subprocess
import urllib.request
from typing import TYPE_CHECKING

import listparser
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LiveSite

FEEDS = {
    "https://example.org/atom.xml": ("뉴스", ""),
    "https://example.org/categories/it/atom.xml": ("뉴스 – IT", "카테고리"),
    "https://example.org/categories/%ED%99%98%EA%B2%BD/atom.xml": ("뉴스 – 환경", "카테고리"),
}


@pytest.fixture
def opml(live_site: LiveSite, tmp_path: Path) -> Path:
    live_site.start()
    file = tmp_path / "feeds.opml"
    with urllib.request.urlopen(f"{live_site.url}/opml.xml") as answer:  # noqa: S310 (ours)
        assert answer.headers["Content-Type"] == "text/x-opml; charset=utf-8"
        file.write_bytes(answer.read())
    return file


def test_newsboat_subscribes_to_every_feed_by_folder(opml: Path, tmp_path: Path) -> None:
    urls = tmp_path / "urls"
    # An empty file is taken for no configuration.
    urls.write_text("# mine\n", encoding="utf-8")
    command = ["newsboat", "-q", f"-u{urls}", f"-c{tmp_path / 'cache.db'}", "-C/dev/null", f"-i{opml}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, env={"HOME": str(tmp_path)}, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = [line for line in urls.read_text(encoding="utf-8").splitlines() if line and line != "# mine"]
    taken = {line.split(" ", 1)[0]: line for line in lines}
    assert set(taken) == set(FEEDS)
    assert all(folder in taken[url] for url, (_, folder) in FEEDS.items())


def test_sfeed_takes_every_feed_over_by_name(opml: Path) -> None:
    with opml.open("rb") as file:
        ran = subprocess.run(["sfeed_opml_import"], stdin=file, capture_output=True, text=True, timeout=60, check=True)
    for url, (title, _) in FEEDS.items():
        assert f"feed '{title}' '{url}'" in ran.stdout


def test_listparser_reads_every_feed_with_its_folder_and_finds_no_fault(opml: Path) -> None:
    parsed = listparser.parse(opml.read_bytes())
    assert not parsed.bozo
    assert (parsed.version, parsed.meta.title) == ("opml2", "뉴스")
    found = {each.url: (each.title, "/".join(each.tags)) for each in parsed.feeds}
    assert found == FEEDS
