"""A published site to serve: made-up posts, of which the 50 newest make an Atom feed of some 350 kB."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from corpus import write_corpus

PATH = "/atom.xml"
POSTS = 60
OPTIONS = {"min_entries": "50", "max_entries": "50"}


def plain_environ() -> dict[str, str]:
    """Return the environment without what would configure feedsvc."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FEEDSVC_")}


def publish_site(directory: Path) -> Path:
    """Write posts below ``directory``, build their feeds, and return the published tree."""
    site = directory / "site"
    site.mkdir()
    write_corpus(site, POSTS)
    command = [sys.executable, "-m", "feedsvc", "--quiet"]
    subprocess.run([*command, "init", "."], cwd=site, env=plain_environ(), check=True, capture_output=True)
    configuration = site / "feedsvc.toml"
    lines = configuration.read_text(encoding="utf-8").splitlines()
    chosen = {f"# {name} = ": f"{name} = {value}" for name, value in OPTIONS.items()}
    lines = [next((value for start, value in chosen.items() if line.startswith(start)), line) for line in lines]
    configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run([*command, "build"], cwd=site, env=plain_environ(), check=True, capture_output=True)
    return site / "public"
