from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.config import make_settings
from feedsvc.errors import ConfigError
from feedsvc.posts.jekyll.config import read_jekyll_config
from feedsvc.readers import post_rules
from feedsvc.report import BuildReport


def test_a_folder_without_configuration_is_no_jekyll_site(tmp_path: Path) -> None:
    assert read_jekyll_config(tmp_path) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_config.yml", "title: 등대\n"),
        ("_config.yaml", "\ufefftitle: 등대\r\n"),
        ("_config.toml", 'title = "등대"\n'),
    ],
)
def test_each_of_jekylls_files_is_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode())
    site = read_jekyll_config(tmp_path)
    assert site is not None
    assert site.site["title"] == "등대"
    assert "dir" not in site.posts


def test_the_posts_directory_is_given_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "c" / "_posts").mkdir(parents=True)
    (tmp_path / "_config.yml").write_text("collections_dir: c\n")
    site = read_jekyll_config(tmp_path)
    assert site is not None
    assert site.posts["dir"] == "c/_posts"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("_config.yml", b"a: b\ntitle: 'x' y\n", "_config.yml:2:12: title: the quoted text ends before the line does"),
        ("_config.yml", b"- a\n", "_config.yml:1:1: the file is a list, not `key: value` lines"),
        ("_config.yml", b"a: &a [" + b"x," * 99 + b"]\nb: [" + b"*a," * 200 + b"]\n", "more than 10,000 values"),
        ("_config.yml", b"\xff\xff", "_config.yml:1:1: byte 0 cannot be read"),
        ("_config.toml", b"a = b", "_config.toml:1:5: the file is not valid TOML: Invalid value"),
        ("_config.yml", b"#" * 1_000_001, "_config.yml: is longer than 1,000,000 bytes"),
    ],
)
def test_a_configuration_that_cannot_be_read_says_where(tmp_path: Path, name: str, text: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(text)
    with pytest.raises(ConfigError) as raised:
        read_jekyll_config(tmp_path)
    assert said in str(raised.value)


def test_an_empty_configuration_is_one(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").touch()
    assert read_jekyll_config(tmp_path) is not None


def test_a_configuration_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_config.yml").touch()

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_jekyll_config(tmp_path)


def test_a_site_without_a_url_is_at_the_address_of_its_github_pages(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").write_text("repository: ann/proj\ntimezone: UTC\n")
    site = read_jekyll_config(tmp_path)
    assert site is not None
    assert site.site["url"] == "https://ann.github.io/proj"
    assert site.notes[-1].startswith("_config.yml has no url, so url is where GitHub Pages serves the site")
    (tmp_path / "CNAME").write_bytes(b"\xef\xbb\xbfann.example\r\n")
    site = read_jekyll_config(tmp_path)
    assert site is not None
    assert site.site["url"] == "https://ann.example"


def test_a_site_with_the_plugin_jekyll_feed_is_continued(tmp_path: Path) -> None:
    files = {
        "_config.yml": 'title: "The \\"Sea\\""\nauthor: ann\nfeed: {tags: true}\n',
        "Gemfile": "group :jekyll_plugins do\n  gem 'jekyll-feed'\nend\n",
        "_data/authors.yml": "ann: {email: ann@harbour.example}\n",
        "feed/by_tag/own.xml": "<feed/>",
        "_posts/2024-01-01-a.md": "---\ntags: [one, own]\n---\n",
        "news/_posts/2024-01-02-b.markdown": "---\ntags: two\n---\n",
        "_posts/2024-01-03-c.md": "---\ntags: [\n---\n",
        "_posts/2024-01-04-d.md": "",
        "about.md": "---\ntags: three\n---\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    site = read_jekyll_config(tmp_path)
    assert site is not None
    assert site.site["title"] == "The “Sea”"
    assert site.site["author"] == {"name": "ann", "email": "ann@harbour.example"}
    assert site.feeds["aliases"] == {
        "/feed.xml": "/atom.xml",
        "/feed/by_tag/one.xml": "/tags/one/atom.xml",
        "/feed/by_tag/two.xml": "/tags/two/atom.xml",
    }
    assert "/feed/by_tag/own.xml is a file of the site's own, not of jekyll-feed, and has no alias." in site.notes


@pytest.mark.parametrize(
    ("config", "markdown", "is_kramdown"),
    [
        ("title: x\n", "", True),
        ("markdown: CommonMarkGhPages\n", "", False),
        ("markdown: CommonMark\n", "kramdown", True),
        ("title: x\n", "commonmark", False),
    ],
)
def test_markdown_is_read_as_the_jekyll_site_does_unless_the_configuration_says_otherwise(
    tmp_path: Path, config: str, markdown: str, is_kramdown: bool
) -> None:
    (tmp_path / "_config.yml").write_text(f"{config}kramdown: {{hard_wrap: true, math_engine: null}}\n")
    document = {
        "site": {"title": "t", "url": "https://example.org"},
        "posts": {"markdown": markdown},
        "jekyll": {"dir": "."},
    }
    (tmp_path / "_posts").mkdir()
    options = post_rules(make_settings(document, {}, file=tmp_path / "feedsvc.toml")).kramdown
    assert (options is not None) == is_kramdown
    if options is not None:
        assert options.hard_wrap
        assert options.math_engine == ""


def test_dates_and_links_that_the_site_has_otherwise_by_now_are_told(
    site: Path, run_build: Callable[..., BuildReport]
) -> None:
    told = {"jekyll": {"dir": "."}, "posts": {"permalink": "pretty"}}
    config = site / "_config.yml"
    config.write_text("timezone: Asia/Seoul\npermalink: /:categories/:year/:month/:day/:title/\n")
    (site / "_posts" / "2024-01-02-a.md").write_text("a")
    assert run_build(**told).feed_warnings == ()
    config.write_text("timezone: Asia/Tokyo\npermalink: none\ntitle: another\n")
    for hours in (1, 2):
        assert run_build(hours, **told).feed_warnings == (
            "[site] timezone: 'Asia/Seoul' is not 'Asia/Tokyo', as _config.yml says, so entries have other dates than "
            "the site's posts; write 'Asia/Tokyo' here, too",
            "[posts] permalink: 'pretty' is not 'none', as _config.yml says, so entries lead to other pages than the "
            "site's posts; write 'none' here, too",
        )
    config.write_text("permalink: pretty\n")
    assert run_build(3, **told).feed_warnings == ()
