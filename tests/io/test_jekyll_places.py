"""What `feedsvc init` finds of a Jekyll site's posts, and that a build with it takes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from feedsvc import cli
from feedsvc.config.load import load_settings
from feedsvc.errors import ConfigError
from feedsvc.posts.frontmatter.matter import Value
from feedsvc.posts.jekyll.places import find_places

PATTERNS = [f"**/{each}/**/*.{ending}" for each in ("_posts", "_drafts") for ending in ("md", "markdown", "html")]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    directory = tmp_path / "site"
    directory.mkdir()
    return directory


def post(directory: Path, name: str, front: str = "title: T") -> None:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{front}\n---\n글\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("posts", "values", "places"),
    [
        ((), {}, {}),
        (("_posts/1.md", "_posts/a/_posts/2.md", "about.md"), {}, {"dir": "_posts"}),
        (("_posts/1.md",), {"exclude": ["Gemfile", "README.md"]}, {"dir": "_posts"}),
        (("src/c/_posts/1.md",), {"source": "src", "collections_dir": "c"}, {"dir": "src/c/_posts"}),
        (("_posts/1.md", "_site/_posts/2.md", ".x/_posts/3.md", "_x/_posts/4.md"), {}, {"dir": "_posts"}),
        (("_posts/1.md", "old/_posts/2.md"), {"exclude": ["/old/"]}, {"dir": "_posts"}),
        (("_posts/1.md", "out/_posts/2.md"), {"destination": "./out"}, {"dir": "_posts"}),
        (("_posts/1.md", "public/_posts/2.md"), {}, {"dir": "_posts"}),
        (
            ("_posts/1.md", "news/_posts/2.md"),
            {"exclude": ["a", "b/", "../c", " "], "include": ["a"], "destination": "../out"},
            {"dir": ".", "patterns": PATTERNS, "exclude": ["b/", "public/", "var/"]},
        ),
        (("_posts/1.md", "_drafts/2.md"), {}, {"dir": ".", "patterns": PATTERNS, "exclude": ["public/", "var/"]}),
        (
            ("_posts/1.md",),
            {"exclude": ["_posts/secret"]},
            {"dir": ".", "patterns": PATTERNS, "exclude": ["_posts/secret", "public/", "var/"]},
        ),
        (
            ("src/c/_posts/1.md", "src/c/a/_posts/1.md", "src/_posts/2.md"),
            {"source": "src", "collections_dir": "c", "exclude": ["c/x"]},
            {"dir": "src", "patterns": [f"c/{each}" for each in PATTERNS], "exclude": ["c/x"]},
        ),
        (
            ("_posts/1.txt",),
            {"markdown_ext": "MD, txt,.odd?,"},
            {"dir": "_posts", "patterns": ["**/*.md", "**/*.markdown", "**/*.html", "**/*.txt"]},
        ),
        (
            ("_posts/1.md", "_x/a/_posts/2.md", "_y/3.md", "_z/_posts/4.md"),
            {"include": ["_x/", "_y", ".htaccess", "_posts", "_a/b", 5]},
            {
                "dir": ".",
                "patterns": [
                    *PATTERNS[:6],
                    *(each.replace("**/", "_x/**/", 1) for each in PATTERNS[:6]),
                    *PATTERNS[6:],
                ],
                "exclude": ["public/", "var/"],
            },
        ),
    ],
)
def test_posts_are_found_where_jekyll_reads_them(
    site: Path, posts: Sequence[str], values: dict[str, Value], places: dict[str, object]
) -> None:
    for name in posts:
        post(site, name)
    assert find_places(site, values) == places


@pytest.fixture
def run(site: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.chdir(site)

    def run(*arguments: str) -> None:
        assert cli.run(list(arguments)) == 0

    return run


def feed(site: Path, path: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((site / "public" / path).read_text(encoding="utf-8"))
    return found


def links(site: Path, path: str) -> list[str]:
    items = feed(site, path)["items"]
    assert isinstance(items, list)
    return sorted(item["url"] for item in items)


CONFIG = """\
title: 등대
url: https://example.org
timezone: Asia/Seoul
permalink: /:categories/:title/
collections_dir: c
collections: {recipes: {output: true}}
defaults:
- scope: {path: news}
  values: {categories: [소식]}
"""


def test_init_and_build_take_a_site_with_posts_in_several_places(site: Path, run: Callable[..., None]) -> None:
    (site / "_config.yml").write_text(CONFIG, encoding="utf-8")
    post(site, "c/_posts/2024-01-02-top.md")
    post(site, "c/news/_posts/2024-01-03-news.md")
    post(site, "c/news/_drafts/idea.md")
    post(site, "c/_recipes/soup.md", "date: 2024-01-04")
    post(site, "2024-01-05-no-post.md")
    run("init")
    run("build")
    assert links(site, "feed.json") == ["https://example.org/news/%EC%86%8C%EC%8B%9D/news/", "https://example.org/top/"]
    assert links(site, "categories/소식/feed.json") == ["https://example.org/news/%EC%86%8C%EC%8B%9D/news/"]
    # What was built is below the site, and is not taken for posts.
    post(site, "public/_posts/2024-01-06-no.md")
    run("build")
    assert len(links(site, "feed.json")) == 2


def test_collections_have_feeds_of_their_own_if_they_are_asked_for(
    site: Path, run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "_config.yml").write_text(CONFIG, encoding="utf-8")
    post(site, "c/_posts/2024-01-02-top.md")
    post(site, "c/news/_posts/2024-01-03-news.md")
    post(site, "c/_recipes/hot/soup.md", "date: 2024-01-04")
    run("init")
    text = (site / "feedsvc.toml").read_text(encoding="utf-8")
    text = text.replace("patterns = [", 'patterns = ["c/_recipes/**/*.md", ')
    text = text.replace("[feeds]\n", '[feeds]\nby = ["category", "collection"]\n')
    text = text.replace("[feeds.aliases]\n", '[feeds.aliases]\n"/feed/recipes.xml" = "/collections/recipes/atom.xml"\n')
    (site / "feedsvc.toml").write_text(text, encoding="utf-8")
    run("build")
    assert links(site, "collections/recipes/feed.json") == ["https://example.org/recipes/hot/soup/"]
    assert len(links(site, "collections/posts/feed.json")) == 2
    assert (site / "public/feed/recipes.xml").read_bytes() == (
        site / "public/collections/recipes/atom.xml"
    ).read_bytes()


def test_a_change_of_the_sites_defaults_reads_its_posts_again(site: Path, run: Callable[..., None]) -> None:
    (site / "_config.yml").write_text(CONFIG, encoding="utf-8")
    post(site, "c/_posts/2024-01-02-top.md")
    run("init")
    run("build")
    assert links(site, "feed.json") == ["https://example.org/top/"]
    (site / "_config.yml").write_text(CONFIG + "- values: {permalink: '/:title.html'}\n", encoding="utf-8")
    run("build")
    assert links(site, "feed.json") == ["https://example.org/top.html"]


@pytest.mark.parametrize(
    ("exclude", "publish", "said"),
    [
        ("", "public", 'or add "public/" to [posts] exclude'),
        ('"var/"', "public", 'or add "public/" to [posts] exclude'),
        ('"public/a/"', "public", 'or add "public/" to [posts] exclude'),
        ('"public/"', ".", "beside the posts"),
        ('"public/"', "..", "beside the posts"),
        ('"public/"', "public", ""),
        ('"pub"', "public", ""),
        ('"a/"', "a/public", ""),
        ("", "_public", ""),
    ],
)
def test_feeds_are_written_below_the_posts_only_where_no_post_is_looked_for(
    site: Path, exclude: str, publish: str, said: str
) -> None:
    (site / "feedsvc.toml").write_text(
        f'[site]\ntitle = "T"\nurl = "https://example.org"\n[posts]\ndir = "."\nexclude = [{exclude}]\n'
        f'[publish]\ndir = "{publish}"\n[state]\ndir = "../var"\n'
    )
    if not said:
        load_settings(site / "feedsvc.toml", {}, site)
        return
    with pytest.raises(ConfigError) as raised:
        load_settings(site / "feedsvc.toml", {}, site)
    assert said in str(raised.value)
