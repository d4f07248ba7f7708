"""kill -9 at random points of a build: what is served stays one whole edition, and the next build is right.

CI kills 120 builds; ``make kills`` (FEEDSVC_KILLS) as many as you have patience for.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.build import build
from feedsvc.config import Settings, make_settings
from feedsvc.publish.snapshot import load_snapshot

KILLS = int(os.environ.get("FEEDSVC_KILLS", "120"))
NOW = datetime(2024, 8, 1, tzinfo=UTC)
CATEGORIES = ("환경", "경제", "News", "IT")


def _write_post(posts: Path, number: int, title: str) -> None:
    category = CATEGORIES[number % len(CATEGORIES)]
    body = f"<p>{title}의 본문입니다. {'긴 문장 ' * 40}</p>"
    text = f"---\ntitle: {title}\ncategories:\n  - {category}\n---\n\n{body}\n"
    (posts / f"2024-07-{1 + number % 28:02}-{number}.md").write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Settings:
    posts = tmp_path / "_posts"
    posts.mkdir()
    for number in range(40):
        _write_post(posts, number, f"처음 {number}")
    return make_settings({"site": {"title": "뉴스", "url": "https://example.org"}}, {}, file=tmp_path / "feedsvc.toml")


def _edition(public: Path) -> Mapping[str, bytes]:
    """Read what a server would serve; every body is checked against the hash that the manifest names."""
    snapshot = load_snapshot(public)
    return {
        f"{path} {variant.coding}": snapshot.read_body(path, variant.coding)
        for path, representation in snapshot.representations.items()
        for variant in representation.variants
    }


def _archives(public: Path) -> Mapping[str, bytes]:
    """Read the pages of archives, which builds write after the edition, and which the next one completes."""
    return {str(file.relative_to(public)): file.read_bytes() for file in sorted(public.rglob("archive/*/*"))}


def _titles(edition: Mapping[str, bytes]) -> frozenset[str]:
    return frozenset(item["title"] for item in json.loads(edition["/feed.json identity"])["items"])


def _start_build(settings: Settings) -> int:
    """Build in a process of its own; everything is imported already, so that kills hit the build itself."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            build(settings, now=NOW, wait=5)
            code = 0
        finally:
            os._exit(code)
    return child


def _kill_build(child: int, seconds: float) -> bool:
    """Kill a build after so many seconds; tell whether it was still at work."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the build failed by itself"
    return os.WIFSIGNALED(status)


def _typical_seconds(site: Settings) -> float:
    """Return how long a build after one edit takes at least when nobody kills it."""
    seconds = []
    for round_ in range(7):
        _write_post(site.posts.dir, round_, f"다시 {round_}")
        started = time.monotonic()
        status = os.waitpid(_start_build(site), 0)[1]
        assert status == 0
        seconds.append(time.monotonic() - started)
    return min(seconds)


def test_a_build_killed_at_any_point_leaves_one_whole_edition(site: Settings, tmp_path: Path) -> None:
    chance = random.Random(20240801)  # noqa: S311 (a repeatable choice, not a secret)
    build(site, now=NOW)
    seconds = _typical_seconds(site)
    edition = _edition(site.publish.dir)
    killed = changed = 0
    for round_ in itertools.count():
        number = chance.randrange(60)
        _write_post(site.posts.dir, number, f"고침 {round_}")
        # A build that follows a killed one has more to do, hence up to two and a half times the least.
        killed += _kill_build(_start_build(site), chance.uniform(0, 2.5 * seconds))
        seen = _edition(site.publish.dir)
        # The edition before, or the one with this change and any that killed builds left undone: never a mix,
        # which the hashes would show, and never fewer posts.
        assert len(_titles(seen)) >= len(_titles(edition))
        changed += seen != edition
        edition = seen
        if killed == KILLS:
            break
    assert changed, "every kill came before the commit: nothing was proved"

    build(site, now=NOW)
    undisturbed = make_settings(
        {
            "site": {"title": "뉴스", "url": "https://example.org"},
            "publish": {"dir": "anew"},
            "state": {"dir": "anew-var"},
        },
        {},
        file=tmp_path / "feedsvc.toml",
    )
    undisturbed.state.dir.mkdir()
    shutil.copy(site.state.dir / "ledger.sqlite3", undisturbed.state.dir)
    build(undisturbed, now=NOW)
    assert _edition(site.publish.dir) == _edition(undisturbed.publish.dir)
    assert _archives(site.publish.dir) == _archives(undisturbed.publish.dir) != {}
    assert not list(site.publish.dir.glob(".next*"))
