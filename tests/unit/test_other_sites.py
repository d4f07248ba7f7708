"""What the configurations of Hugo, Zola, Hexo and Eleventy come to in feedsvc's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from feedsvc.config.plan import plan_other
from feedsvc.posts.frontmatter.matter import Matter, Value
from feedsvc.posts.frontmatter.plain import load_toml
from feedsvc.posts.frontmatter.source import SourceText
from feedsvc.posts.frontmatter.yamldoc import load_yaml
from feedsvc.posts.generators.eleventy import input_directory, understand_eleventy
from feedsvc.posts.generators.found import FoundSite
from feedsvc.posts.generators.hexo import understand_hexo
from feedsvc.posts.generators.hugo import understand_hugo
from feedsvc.posts.generators.zola import understand_zola


def toml(text: str) -> Mapping[str, Value]:
    matter = load_toml(SourceText(path="config.toml", text=text), 0, len(text))
    assert isinstance(matter, Matter), matter
    return matter.values


def yaml(text: str) -> Mapping[str, Value]:
    matter = load_yaml(SourceText(path="_config.yml", text=text), 0, len(text))
    assert isinstance(matter, Matter), matter
    return matter.values


def posts(found: FoundSite) -> Mapping[str, Any]:
    return found.tables["posts"]


def test_a_hugo_site_is_understood_whatever_the_case_of_its_keys() -> None:
    found = understand_hugo(
        toml(
            'baseURL = "https://example.org/blog/"\nTITLE = "T"\nlanguageCode = "ko-kr"\ntimeZone = "Asia/Seoul"\n'
            'buildDrafts = true\nbuildFuture = false\n[params]\ndescription = "D"\n'
            '[params.author]\nname = "K"\nemail = "k@example.org"\n'
        )
    )
    assert found.tables["site"] == {
        "title": "T",
        "url": "https://example.org/blog",
        "description": "D",
        "language": "ko-kr",
        "timezone": "Asia/Seoul",
        "author": {"name": "K", "email": "k@example.org"},
    }
    assert posts(found) == {
        "dir": "content",
        "generator": "hugo",
        "permalink": "/:language/:sections/:slugorcontentbasename/",
        "drafts": True,
        "future": False,
    }
    assert found.tables["feeds"] == {"aliases": {"/index.xml": "/rss.xml"}}
    assert found.notes == ()


def test_the_feeds_of_a_hugo_sites_languages_go_on_at_their_addresses() -> None:
    found = understand_hugo(toml('defaultContentLanguage = "ko"\n[languages.ko]\ntitle = "항구"\n[languages.en]\n'))
    assert found.tables["feeds"] == {
        "by": ["category", "language"],
        "aliases": {"/en/index.xml": "/languages/en/rss.xml", "/index.xml": "/languages/ko/rss.xml"},
    }
    assert found.tables["site"] == {"title": "항구", "language": "ko"}
    assert posts(found)["languages"] == ["en", "ko"]


@pytest.mark.parametrize(
    ("config", "directory", "permalink"),
    [
        ("", "content", "/:language/:sections/:slugorcontentbasename/"),
        ("uglyURLs = true", "content", "/:language/:sections/:slugorcontentbasename.html"),
        ('contentDir = "site/"', "site", "/:language/:sections/:slugorcontentbasename/"),
        (
            '[permalinks]\nposts = "/:year/:month/:slug/"',
            "content/posts",
            "/:language/:year/:month/:slugortitle/",
        ),
        (
            '[permalinks.page]\nblog = "/:section/:filename"',
            "content/blog",
            "/:language/blog/:contentbasename",
        ),
        (
            '[permalinks.page]\nblog = "/:sections/:monthname/:title/"',
            "content/blog",
            "/:language/blog/:sections/:long_month/:page_title/",
        ),
        (
            '[permalinks]\nposts = "/:year/:slug/"\nblog = "/:year/:slug/"',
            "content",
            "/:language/:year/:slugortitle/",
        ),
        ('[frontmatter]\ndate = [":filename", ":default"]', "content", "/:language/:sections/:slug/"),
    ],
)
def test_hugos_permalinks_are_taken_over(config: str, directory: str, permalink: str) -> None:
    found = posts(understand_hugo(toml(config)))
    assert (found["dir"], found["permalink"]) == (directory, permalink)


@pytest.mark.parametrize(
    ("config", "note"),
    [
        ('[permalinks]\nposts = "/:year/:slug/"\nblog = "/:slug/"', "permalinks differ by section"),
        ('[permalinks]\nposts = "/:sections[1:]/:slug/"', "holds what feedsvc cannot fill in"),
        ('[permalinks]\nposts = "/:weekday/"', "holds what feedsvc cannot fill in"),
        ('[permalinks]\nposts = "/:year/"', "its posts alone are taken"),
        ('baseURL = "example.org"', "is not an absolute http or https URL"),
        ('timeZone = "Mars"', "is not a known IANA time zone"),
        ("defaultContentLanguageInSubdir = true", "defaultContentLanguageInSubdir is not known"),
        ('[languages.ko]\ncontentDir = "content/ko"', "need a feedsvc.toml each"),
        ("disablePathToLower = true", "disablePathToLower"),
        ("buildExpired = true", "buildExpired is not known"),
        ('[frontmatter]\ndate = [":git"]', "Hugo dates a post by its last commit"),
    ],
)
def test_what_is_not_taken_over_of_a_hugo_site_is_told(config: str, note: str) -> None:
    notes = understand_hugo(toml(config)).notes
    assert any(note in each for each in notes), notes


@pytest.mark.parametrize(("order", "source"), [(":git", "git"), (":fileModTime", "mtime"), ("date", None)])
def test_where_hugo_takes_dates_from_is_taken_over(order: str, source: str | None) -> None:
    assert posts(understand_hugo(toml(f'[frontmatter]\ndate = ["date", "{order}"]'))).get("date_from") == source


def test_a_zola_site_is_understood() -> None:
    found = understand_zola(
        toml(
            'base_url = "https://example.org/"\ntitle = "T"\ndescription = "D"\nauthor = "K"\ndefault_language = "fr"\n'
            'feed_filenames = ["feed.xml", "atom.xml", "rss.xml"]\n[slugify]\npaths = "safe"\n'
        )
    )
    assert found.tables == {
        "site": {"title": "T", "url": "https://example.org", "description": "D", "language": "fr", "author": "K"},
        "posts": {
            "dir": "content",
            "generator": "zola",
            "patterns": ["**/*.md"],
            "permalink": "/:language/:directories/:file_slug/",
        },
        "feeds": {"aliases": {"/feed.xml": "/atom.xml"}},
    }
    assert found.notes == ()


def test_the_feeds_of_a_zola_sites_languages_go_on_at_their_addresses() -> None:
    found = understand_zola(toml('base_url = "https://example.org"\n[languages.ko]\n'))
    assert found.tables["feeds"] == {
        "by": ["category", "language"],
        "aliases": {"/ko/atom.xml": "/languages/ko/atom.xml"},
    }
    assert posts(found)["languages"] == ["en", "ko"]
    assert posts(found)["permalink"] == "/:language/:directories/:slug/"
    assert any('日本 is "ri-ben"' in note for note in found.notes)


def test_a_hexo_site_is_understood() -> None:
    found = understand_hexo(
        yaml(
            "title: T\nsubtitle: S\nauthor: K\nlanguage: [ko, en]\ntimezone: Asia/Seoul\nurl: https://example.org/b\n"
            "permalink: :category/:title.html\nrender_drafts: false\n"
            "feed:\n  type: [atom, rss2]\n  path: [feed.xml, rss2.xml]\n"
        )
    )
    assert found.tables == {
        "site": {
            "title": "T",
            "url": "https://example.org/b",
            "description": "S",
            "language": "ko",
            "timezone": "Asia/Seoul",
            "author": "K",
        },
        "posts": {
            "dir": "source/_posts",
            "generator": "hexo",
            "permalink": "/:category/:path.html",
            "future": True,
            "drafts": False,
        },
        "feeds": {"aliases": {"/feed.xml": "/atom.xml", "/rss2.xml": "/rss.xml"}},
    }


@pytest.mark.parametrize(
    ("config", "permalink", "note"),
    [
        ("", "/:year/:month/:day/:path/", "in the time zone of the machine"),
        (
            "new_post_name: :year-:month-:day-:title.md\npermalink: /:year/:title/",
            "/:year/:directories/:title/",
            "in the time zone",
        ),
        ("permalink: :hash/", "/:year/:month/:day/:path/", "':hash/' holds what feedsvc cannot fill in"),
        ("permalink: :category/:title/\ndefault_category: etc", "/:category/:path/", "default_category is not known"),
    ],
)
def test_hexos_permalinks_are_taken_over(config: str, permalink: str, note: str) -> None:
    found = understand_hexo(yaml(config or "x: y"))
    assert posts(found)["permalink"] == permalink
    assert any(note in each for each in found.notes)


def test_of_an_eleventy_site_is_told_what_stands_in_files() -> None:
    found = understand_eleventy(
        yaml("title: T\nurl: https://example.org\nlanguage: en\nauthor: {name: K, url: 'https://example.org/k'}"),
        "src",
        "src/posts",
    )
    assert found.tables["site"] == {
        "title": "T",
        "url": "https://example.org",
        "language": "en",
        "author": {"name": "K", "uri": "https://example.org/k"},
    }
    assert posts(found) == {"dir": "src/posts", "generator": "eleventy", "permalink": "/posts/:path/"}
    assert any("is a program, which is not run" in note for note in found.notes)


@pytest.mark.parametrize(
    ("program", "directory"),
    [
        ('return { dir: { input: "src" } }', "src"),
        ("dir: {'input': './content/'}", "content"),
        ('input: "../elsewhere"', ""),
        ("input: somewhere()", ""),
        ("", ""),
    ],
)
def test_the_input_directory_is_known_if_it_is_written_out(program: str, directory: str) -> None:
    assert input_directory(program) == directory


@pytest.mark.parametrize(
    "found",
    [
        understand_hugo(toml('title = ["x"]\nbaseURL = 3\npermalinks = 1\nlanguages = "en"\nparams = []')),
        understand_zola(toml('base_url = 1\nlanguages = 3\nslugify = "x"\nfeed_filenames = [[]]')),
        understand_hexo(yaml("title: [x]\nurl: {}\npermalink: []\nfeed: x\nlanguage: {}")),
        understand_eleventy(yaml("title: {}\nauthor: []"), "", ""),
    ],
    ids=["hugo", "zola", "hexo", "eleventy"],
)
def test_a_configuration_of_the_wrong_shapes_makes_one_that_works(found: FoundSite) -> None:
    text = plan_other("site", found.tables, found.notes)
    assert 'title = "site"' in text
    assert "[publish]" in text
