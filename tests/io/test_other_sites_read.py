"""Which generator a directory is a site of."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedsvc.errors import ConfigError
from feedsvc.posts.generators.others import find_other_site

ZOLA = 'base_url = "https://example.org"\n'
HUGO = 'baseURL = "https://example.org"\n'


def write(site: Path, *files: tuple[str, str]) -> Path:
    for name, text in files:
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return site


@pytest.mark.parametrize(
    ("files", "generator", "directory"),
    [
        ([("config.toml", ZOLA)], "zola", "content"),
        ([("zola.toml", ZOLA)], "zola", "content"),
        ([("hugo.toml", "")], "hugo", "content"),
        ([("config.toml", HUGO)], "hugo", "content"),
        ([("hugo.yaml", "baseurl: https://example.org\n")], "hugo", "content"),
        ([("config.json", '{"baseURL": "https://example.org", "contentDir": "c"}')], "hugo", "c"),
        ([("config/_default/hugo.toml", HUGO)], "hugo", "content"),
        ([("_config.yml", "title: T\n"), ("source/_posts/a.md", "")], "hexo", "source/_posts"),
        ([(".eleventy.js", 'dir: {input: "src"}'), ("src/blog/a.md", "")], "eleventy", "src/blog"),
        ([("eleventy.config.mjs", ""), ("posts/a.md", ""), ("_data/metadata.json", "{}")], "eleventy", "posts"),
        ([("eleventy.config.js", "")], "eleventy", "."),
    ],
)
def test_a_site_is_known_by_its_files(
    tmp_path: Path, files: list[tuple[str, str]], generator: str, directory: str
) -> None:
    found = find_other_site(write(tmp_path, *files))
    assert found is not None
    assert (found.tables["posts"]["generator"], found.tables["posts"]["dir"]) == (generator, directory)


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("_config.yml", "title: T\n"), ("_posts/2024-01-02-a.md", "")],
        [("config.toml", 'title = "of something else"\n')],
        [("config.json", "{}")],
    ],
)
def test_other_directories_are_no_such_sites(tmp_path: Path, files: list[tuple[str, str]]) -> None:
    assert find_other_site(write(tmp_path, *files)) is None


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("config.toml", 'title = "T"\nbase_url = \n', "config.toml:2:"),
        ("hugo.yaml", "title: [a\n", "hugo.yaml:1:"),
        ("hugo.json", "[1]", "hugo.json"),
        ("hugo.json", '{"a": ', "hugo.json"),
        ("hugo.toml", "#" * 1_000_001, "hugo.toml"),
    ],
)
def test_a_broken_configuration_is_told_by_its_place(tmp_path: Path, name: str, text: str, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find_other_site(write(tmp_path, (name, text)))
    assert str(tmp_path / place) in str(caught.value)
    assert "front matter" not in str(caught.value)
