from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from feedsvc.config import Settings, make_settings
from feedsvc.config.declared import list_options
from feedsvc.config.plan import plan_folder, plan_jekyll
from feedsvc.config.sample import render_sample, render_value

SITE = {"title": "Harbour", "url": "https://harbour.example"}


def read(text: str) -> Settings:
    return make_settings(tomllib.loads(text), {}, file=Path("/srv/site/feedsvc.toml"))


def notes_of(text: str) -> str:
    return "\n".join(line for line in text.split("\n\n")[0].splitlines() if line.startswith("# "))


def test_a_sample_loads_and_means_the_defaults() -> None:
    sample = read(render_sample({"site": SITE}))
    assert sample == make_settings({"site": SITE}, {}, file=Path("/srv/site/feedsvc.toml"))


def test_the_defaults_in_the_comments_are_the_defaults() -> None:
    commented = render_sample({"site": SITE})
    active = re.sub(r"^# (?=[a-z_]+ = )", "", commented, flags=re.MULTILINE).replace('cron = ""\n', "")
    assert tomllib.loads(active)["feeds"]["paths"]["tag"] == "/tags/{slug}/{file}"
    assert tomllib.loads(active)["feeds"]["window"] == "48h"
    assert read(active) == read(commented)


def test_every_option_is_in_the_sample_with_its_words() -> None:
    text = render_sample({})
    for option in list_options():
        if not (option.is_table or option.block) and option.default != {} and option.where[:2] != ("site", "author"):
            assert f"{option.where[-1]} = " in text
        assert " ".join(option.doc.split()[:3]) in text or option.where[1:2] in (("author",), ("paths",))
    assert tomllib.loads(text) == {
        "site": {},
        "posts": {},
        "jekyll": {},
        "feeds": {"paths": {}, "aliases": {}},
        "redirects": {},
        "schedule": {},
        "server": {},
        "limits": {},
        "web": {},
        "audience": {},
        "websub": {},
        "purge": {},
        "publish": {},
        "state": {},
        "replica": {},
    }


def test_given_values_are_set_and_come_back() -> None:
    text = render_sample(
        {
            "site": {
                **SITE,
                "title": 'A "quiet"\nharbour \\ 항구 🎉\0\x7f',
                "author": {"name": "Ann", "email": "a@b.example"},
            },
            "posts": {"patterns": ["**/*.md"], "drafts": True},
            "feeds": {
                "min_entries": 5,
                "paths": {"site": "/feeds/{file}"},
                "aliases": {"/feed.xml": "/atom.xml"},
            },
            "redirects": {"/categories/old/*": "/categories/경제/*"},
        }
    )
    document = tomllib.loads(text)
    assert document["site"]["title"] == 'A "quiet"\nharbour \\ 항구 🎉\0\x7f'
    assert document["site"]["author"] == {"name": "Ann", "email": "a@b.example"}
    assert document["posts"] == {"patterns": ["**/*.md"], "drafts": True}
    assert document["feeds"] == {
        "min_entries": 5,
        "paths": {"site": "/feeds/{file}"},
        "aliases": {"/feed.xml": "/atom.xml"},
    }
    assert document["redirects"] == {"/categories/old/*": "/categories/경제/*"}


def test_tables_of_single_feeds_are_described_once_and_come_back() -> None:
    feeds = [{"name": "Top", "include": {"tags": ["a"]}}, {"name": "Rest", "exclude": {"tags": ["a"]}}]
    text = render_sample({"site": SITE, "category": {"경제": {"title": "돈"}, "it": {"window": "1d"}}, "feed": feeds})
    assert text.count('# [category."…"]\n#   # The title of the feed') == text.count("\n# [[feed]]\n") == 1
    assert tomllib.loads(text)["category"] == {"경제": {"title": "돈"}, "it": {"window": "1d"}}
    assert tomllib.loads(text)["feed"] == feeds
    assert read(text).feed[1].exclude.tags == ("a",)
    for name in ("name", "include", "exclude", "title", "description"):
        assert f"\n#   {name} = " in text


def test_an_option_that_does_not_exist_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match=r"no such options: feeds\.history, site\.titel"):
        render_sample({"site": {"titel": "x"}, "feeds": {"history": []}})


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (True, "true"),
        (3, "3"),
        (0.5, "0.5"),
        ("a\tb", '"a\\tb"'),
        ("\x01\x1f", '"\\u0001\\u001f"'),
        ("a\udc80b", '"a\ufffdb"'),
        (Path("a/b"), '"a/b"'),
        (timedelta(hours=1), '"1:00:00"'),
        ([], "[]"),
        (("a", 1), '["a", 1]'),
        ({}, "{}"),
        ({"a-b_1": 1, "c d": {"é": "x"}, "": 0}, '{ a-b_1 = 1, "c d" = { "é" = "x" }, "" = 0 }'),
    ],
    ids=repr,
)
def test_a_value_becomes_a_toml_literal(value: object, literal: str) -> None:
    assert render_value(value) == literal
    assert tomllib.loads(f"x = {literal}")


def test_notes_cannot_break_out_of_their_comment() -> None:
    text = render_sample({"site": SITE}, ["one\n[site]\ntitle = 1\x85\u2028x", "two"])
    assert "# NOTE: one [site] title = 1  x" in text
    assert "# NOTE: two" in text
    assert read(text).site.title == "Harbour"


def test_a_jekyll_site_keeps_what_it_says() -> None:
    site = {**SITE, "description": "", "language": "ko-KR", "timezone": "Asia/Seoul", "author": {"name": "Ann"}}
    text = plan_jekyll("blog", site, {"dir": "news/_posts", "permalink": "/posts/:title/", "future": True}, ["Hm."])
    settings = read(text)
    assert settings.site.title == "Harbour"
    assert settings.site.language == "ko-KR"
    assert settings.site.authors[0].name == "Ann"
    assert settings.posts.dir == Path("/srv/site/news/_posts")
    assert settings.posts.permalink == "/posts/:title/"
    assert settings.posts.future
    assert "# NOTE: Hm." in text
    assert "exclude" in notes_of(text)
    assert "placeholder" not in notes_of(text)
    assert '# description = ""' in text


def test_what_a_jekyll_site_says_wrongly_is_left_out_and_noted() -> None:
    site = {"title": " ", "url": "harbour.example", "language": "ko", "timezone": "KST", "author": {"email": "x"}}
    text = plan_jekyll("blog", site, {"permalink": "/:yaer/"})
    settings = read(text)
    assert (settings.site.title, settings.site.url) == ("blog", "http://127.0.0.1:8000")
    assert settings.site.language == "ko"
    assert settings.site.timezone.key == "UTC"
    noted = notes_of(text).replace("\n# ", " ")
    for words in ("timezone is not taken over, because 'KST' is not a time zone", "author is not", "permalink is not"):
        assert words in noted


def test_the_feeds_that_a_site_has_are_continued_as_far_as_there_can_be_addresses_for_them() -> None:
    aliases = {"/feed.xml": "/atom.xml", "/feed/C#.xml": "/categories/c/atom.xml"}
    feeds = {"id_style": "jekyll-feed", "min_entries": 10, "aliases": aliases}
    text = plan_jekyll("blog", {"url": "https://a.example"}, {}, feeds=feeds, jekyll={"smart_titles": True})
    settings = read(text)
    assert dict(settings.feeds.aliases) == {"/feed.xml": "/atom.xml"}
    assert (settings.feeds.id_style, settings.feeds.min_entries) == ("jekyll-feed", 10)
    assert settings.jekyll.smart_titles
    assert "The address /feed/C#.xml is not continued, because" in notes_of(text)


def test_a_folder_of_posts_is_named_after_itself() -> None:
    text = plan_folder("my blog", "posts")
    settings = read(text)
    assert settings.site.title == "my blog"
    assert settings.posts.dir == Path("/srv/site/posts")
    assert settings.publish.dir == Path("/srv/site/public")
    assert "url is a placeholder" in notes_of(text)
    assert read(plan_folder("", "posts")).site.title == "Untitled"


def test_posts_beside_the_configuration_are_published_to_another_directory() -> None:
    settings = read(plan_folder("blog", "."))
    assert settings.posts.dir == Path("/srv/site")
    assert settings.publish.dir == Path("/srv/blog-feeds/public")
    assert settings.state.dir == Path("/srv/blog-feeds/var")
