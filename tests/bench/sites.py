"""A site that is published into a store as it grows: without its last pushes, and then with one after the other."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

from building import COMMAND, Site
from corpora import copy_corpus, find_corpus
from measure import run
from press import PATH

from feedsvc.publish.store import load_manifest

PUSH = 28
"""Posts of one push: 1,087 changes a week in 39 pushes that an hourly reader sees (``replay.py``)."""
ENTRIES = 300
"""Posts of two days, which a feed keeps; ``max_bytes`` cuts them as it does where they came at 150 a day."""


def make_site(directory: Path, posts: int, corpus: Path | None, target: str) -> Site:
    """Make a site in ``directory`` of a copy of ``corpus``, or else of so many made-up posts."""
    with tempfile.TemporaryDirectory(dir=directory.parent) as keep:
        copy_corpus(corpus or find_corpus(Path(keep), posts), directory)
    site = Site(directory)
    site.init(like_others=False)
    configuration = directory / "feedsvc.toml"
    text = configuration.read_text(encoding="utf-8")
    for name, value in (("target", f'"{target}"'), ("min_entries", str(ENTRIES))):
        text, found = re.subn(rf"^(# )?{name} = .*$", f"{name} = {value}", text, count=1, flags=re.MULTILINE)
        assert found, f"`feedsvc init` writes no option {name} any more"
    configuration.write_text(text, encoding="utf-8")
    return site


def publish_pushes(site: Site, pushes: int) -> tuple[str, str]:
    """Build without the newest posts and after each push of them; return the feed's last two ETags in gzip."""
    aside = site.directory / ".held"
    aside.mkdir()
    posts = sorted(site.posts.iterdir())
    size = max(min(PUSH, len(posts) // (2 * pushes)), 1)
    held = posts[-size * pushes :]
    for post in held:
        shutil.move(post, aside)
    _build(site)
    etags = [_etag(site)]
    for push in range(pushes):
        for post in held[size * push : size * (push + 1)]:
            shutil.move(aside / post.name, site.posts)
        site.rejected = frozenset(post["path"] for post in _build(site)["rejected"])
        etags.append(_etag(site))
    return etags[-2], etags[-1]


def _build(site: Site) -> dict[str, list[dict[str, str]]]:
    _, told, _ = run([*COMMAND, "build", "--json"], site.directory)
    report: dict[str, list[dict[str, str]]] = json.loads(told)
    return report


def _etag(site: Site) -> str:
    variants = load_manifest(site.public).representations[PATH].variants
    return f'"{next(each.etag for each in variants if each.coding == "gzip")}"'
