"""The site in ``config/`` that `make run` serves."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml

from feedsvc.config import load_settings
from feedsvc.config.sample import render_sample

ROOT = Path(__file__).parents[2]


def read_posts() -> dict[str, tuple[dict[str, object], str]]:
    posts = {}
    for file in sorted((ROOT / "config/_posts").iterdir()):
        _, matter, body = file.read_text(encoding="utf-8").split("---\n", 2)
        posts[file.name] = (yaml.safe_load(matter), body)
    return posts


def test_the_sample_configuration_is_what_the_declarations_say(assert_golden: Callable[[Path, bytes], None]) -> None:
    file = ROOT / "config/feedsvc.toml"
    assert_golden(file, render_sample(tomllib.loads(file.read_text(encoding="utf-8"))).encode())


def test_the_sample_site_loads_and_is_served_from_this_machine() -> None:
    settings = load_settings(None, {}, ROOT)
    assert settings.file == ROOT / "config/feedsvc.toml"
    assert settings.posts.dir == ROOT / "config/_posts"
    assert settings.feeds_url == f"http://{settings.server.listen}" == "http://127.0.0.1:8000"


def test_what_the_sample_site_writes_is_ignored_by_git() -> None:
    settings = load_settings(None, {}, ROOT)
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    for directory in (settings.publish.dir, settings.state.dir):
        assert f"/{directory.relative_to(ROOT).as_posix()}/" in ignored


def test_the_sample_posts_come_in_the_shapes_of_real_ones() -> None:
    posts = read_posts()
    assert 6 <= len(posts) <= 10
    matters = [matter for matter, _ in posts.values()]
    bodies = "".join(body for _, body in posts.values())
    categories = str([matter["categories"] for matter in matters])
    assert all(term in categories for term in ("News", "IT", "경제", "환경", "문화"))
    assert sum(matter.get("draft") is True for matter in matters) == 1
    for shape in (
        "</p></p>",
        "<p data-ke-size",
        'style="',
        '<p data-ke-size="size16">&nbsp;</p>',
        'src="/',
        "<script>",
    ):
        assert shape in bodies
    excerpts = "".join(str(matter.get("excerpt", "")) for matter in matters)
    assert '"' in excerpts
    assert "📚" in excerpts
