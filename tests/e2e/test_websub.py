"""A real hub and a real subscriber: a post that is saved reaches who subscribed, signed and whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.e2e.conftest import LiveSite


@dataclass(kw_only=True)
class Peers:
    """The program with the hub and the subscriber; ``directory`` has what was delivered."""

    directory: Path
    process: subprocess.Popen[str]
    hub: str

    def subscribe(self, feed: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(feed, file=self.process.stdin, flush=True)
        word, _, topic = self.process.stdout.readline().strip().partition(" ")
        assert word == "ok"
        return topic

    def delivered(self) -> list[tuple[str, bytes]]:
        found = [file.read_bytes().partition(b"\n") for file in sorted(self.directory.glob("*.delivered"))]
        return [(topic.decode(), body) for topic, _, body in found]


@pytest.fixture
def peers(tmp_path: Path) -> Iterator[Peers]:
    directory = tmp_path / "peers"
    directory.mkdir()
    program = Path(__file__).with_name("websub_peers.py")
    with (
        (tmp_path / "peers.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-W", "ignore", str(program), str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        hub = process.stdout.readline().strip()
        assert hub, (tmp_path / "peers.log").read_text()
        yield Peers(directory=directory, process=process, hub=hub)
        process.kill()


def name_hub(site: LiveSite, hub: str) -> None:
    """Have the site's feeds name a hub, and be fetched from where they are served."""
    config = site.directory / "feedsvc.toml"
    text = config.read_text(encoding="utf-8").replace("[server]", f'[server]\nurl = "{site.url}"', 1)
    text = text.replace("watch = false", "watch = true", 1)
    assert site.url in text
    config.write_text(f'{text}\n[websub]\nhubs = ["{hub}"]\n', encoding="utf-8")


def test_a_post_that_is_saved_reaches_the_subscribers_of_its_feeds_and_no_others(
    live_site: LiveSite, peers: Peers
) -> None:
    site = live_site
    name_hub(site, peers.hub)
    site.write_post("2024-01-02-b.md", "나", "경제")
    site.start()
    log = site.directory / "serve.log"
    site.wait_until(lambda: log.read_text(encoding="utf-8").count("told http") == 12, "the hub knows all feeds")
    environment = f"{site.url}/categories/{quote('환경')}/atom.xml"
    topics = [peers.subscribe(feed) for feed in (f"{site.url}/feed.json", environment)]
    assert topics == [f"{site.url}/feed.json", environment]
    other = peers.subscribe(f"{site.url}/categories/{quote('경제')}/rss.xml")
    site.write_post("2024-01-03-c.md", "다", "환경")
    site.wait_until(lambda: len(peers.delivered()) >= 2, "both were sent what is new")
    delivered = dict(peers.delivered())
    assert delivered.keys() == set(topics)
    assert other not in delivered
    assert delivered[environment] == site.get(f"/categories/{quote('환경')}/atom.xml").body
    assert delivered[topics[0]] == site.get("/feed.json").body
    assert "다".encode() in delivered[environment]
    site.stop()


def test_a_build_by_hand_tells_hubs_and_is_done_whatever_they_say(live_site: LiveSite, peers: Peers) -> None:
    # Nobody serves, so the hub cannot fetch the topics, and answers with 500.
    name_hub(live_site, peers.hub)
    built = live_site.run("build")
    assert built.returncode == 0
    assert built.stderr.count("was not told of") == 1
    assert "500" in built.stderr
    live_site.start()
    log = live_site.directory / "serve.log"
    live_site.wait_until(lambda: "told http" in log.read_text(encoding="utf-8"), "the service tells them after all")
    live_site.stop()
