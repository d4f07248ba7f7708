"""What a poller that takes deltas saves, on a site of your own: python tests/bench/delta.py DIR [--days N] [--posts N].

Publishes a copy of DIR, a Jekyll site, without its last posts, then adds these, some a day. Two clients poll each feed
once a day with gzip, one of them with ``A-IM: feed``. Prints the bytes of their bodies; judges nothing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from werkzeug.test import Client

from feedsvc.build import build
from feedsvc.config import Settings, load_settings
from feedsvc.publish.history import HISTORY, read_history
from feedsvc.publish.snapshot import load_snapshot
from feedsvc.web.app import PageFacts, create_app

FORMATS = ("atom", "rss", "json")


class Poller:
    """A client of every feed; ``asks`` is what it sends beside its etags."""

    def __init__(self, asks: dict[str, str]) -> None:
        self._asks = asks
        self._etags: dict[str, str] = {}
        self.received = dict.fromkeys(FORMATS, 0)
        self.deltas = 0

    def poll(self, client: Client, path: str, format_: str) -> None:
        known = {"If-None-Match": self._etags[path]} if path in self._etags else {}
        response = client.get(path, headers={"Accept-Encoding": "gzip", **self._asks, **known})
        if known:  # the first answer is whole to everybody
            self.received[format_] += len(response.data)
        self.deltas += response.status_code == 226
        self._etags[path] = response.headers["ETag"]


def make_client(settings: Settings) -> Client:
    facts = PageFacts(title="t", description="", language="en", server_url=settings.feeds_url)
    find = partial(read_history, settings.state.dir / HISTORY)
    return Client(create_app(lambda: load_snapshot(settings.publish.dir), site=facts, max_age=300, find_history=find))


def poll_daily(site: Path, days: int, posts: int) -> None:
    subprocess.run([sys.executable, "-m", "feedsvc", "init", "--force", str(site)], check=True, capture_output=True)
    settings = load_settings(site / "feedsvc.toml", {}, site)
    held = sorted((site / "_posts").iterdir())[-days * posts :]
    waiting = [(post, post.read_bytes()) for post in held]
    for post in held:
        post.unlink()
    client, whole, lean = make_client(settings), Poller({}), Poller({"A-IM": "feed"})
    now = datetime.now(UTC)
    for day in range(days + 1):
        for post, text in waiting[max(0, day - 1) * posts : day * posts]:
            post.write_bytes(text)
        build(settings, now=now + timedelta(days=day))
        snapshot = load_snapshot(settings.publish.dir)
        for path, each in snapshot.representations.items():
            for poller in (whole, lean):
                poller.poll(client, path, each.format)
    report(whole, lean)


def report(whole: Poller, lean: Poller) -> None:
    for format_ in FORMATS:
        before, after = whole.received[format_], lean.received[format_]
        print(f"{format_:<5} {before / 1e3:>9,.0f} kB  {after / 1e3:>9,.0f} kB  {1 - after / before:>6.1%} less")
    print(f"{lean.deltas} answers were deltas")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="DIR", type=Path)
    parser.add_argument("--days", metavar="N", type=int, default=20)
    parser.add_argument("--posts", metavar="N", type=int, default=5, help="new ones a day (5)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="feedsvc-bench-") as temporary:
        site = Path(temporary) / "site"
        shutil.copytree(options.corpus, site, ignore=shutil.ignore_patterns("feedsvc.toml", "public", "var"))
        poll_daily(site, options.days, options.posts)


if __name__ == "__main__":
    main()
