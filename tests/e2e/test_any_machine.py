"""Nothing of the machine reaches a feed: not its language, zone, directory, number of processors, umask or hashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent
CONFIGURATION = """
[site]
title = "Site"
url = "https://example.org/base"
timezone = "Asia/Seoul"
[posts]
dir = "_posts"
date_from = "mtime"
[jekyll]
dir = "."
smart_titles = true
[feeds]
by = ["category", "tag", "author", "language"]
archives = ["atom"]
[[feed]]
name = "Some"
include = [{ languages = ["ko", "en"] }]
"""
MACHINES = (
    {"LANG": "C", "LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "1"},
    {"LANG": "ko_KR.EUC-KR", "TZ": "America/St_Johns", "PYTHONHASHSEED": "2", "PYTHONUTF8": "0"},
    {"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Chatham", "PYTHONHASHSEED": "3", "HOME": "/nonexistent"},
)


def make_site(site: Path) -> None:
    shutil.copytree(TESTS / "fixtures/multilingual-jekyll", site)
    (site / "feedsvc.toml").write_text(CONFIGURATION)
    posts = sorted((site / "_posts").rglob("*.md"))
    assert len(posts) > 2
    (site / "_posts/2024-01-05-same.md").write_text(
        "---\ntitle: I'm\ntags: [b, I, i, ı]\n---\n{{ site }} {{ page }} {{ site.data }}\n"
    )
    (site / "_posts/undated.md").write_text("---\ntitle: undated\n---\nx {{ site.posts | map: 'url' }}\n")
    os.utime(site / "_posts/undated.md", (1_700_000_000, 1_700_000_000))


def published(site: Path) -> dict[str, bytes]:
    files = (path for path in (site / "public").rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(site / "public").as_posix(): path.read_bytes() for path in files}


def build(site: Path, machine: dict[str, str], cwd: Path, processors: set[int], umask: int) -> dict[str, bytes]:
    make_site(site)
    done = subprocess.run(
        [sys.executable, "-m", "feedsvc", "--config", site / "feedsvc.toml", "build"],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(TESTS.parent), **machine},
        preexec_fn=lambda: os.sched_setaffinity(0, processors),
        umask=umask,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return published(site)


def test_the_same_site_has_the_same_bytes_on_any_machine(tmp_path: Path) -> None:
    all_processors = os.sched_getaffinity(0)
    one = {min(all_processors)}
    trees = [
        build(tmp_path / name, machine, cwd, processors, umask)
        for name, machine, cwd, processors, umask in (
            ("a", MACHINES[0], tmp_path, all_processors, 0o022),
            ("b/deeper dir/é", MACHINES[1], Path("/"), one, 0o077),
            ("c", MACHINES[2], tmp_path, one, 0o002),
        )
    ]
    assert len(trees[0]) > 20
    assert trees[0].keys() == trees[1].keys() == trees[2].keys()
    for other in trees[1:]:
        assert [name for name, data in trees[0].items() if other[name] != data] == []
    assert not any(str(tmp_path).encode() in data for data in trees[0].values())
