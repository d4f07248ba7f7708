"""A site that moves from jekyll-feed: Debian's Jekyll with the real plugin, and what `init` and `build` make of it."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
import tarfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.jekyll_feed_oracle import Old, name_of, run, well_formed
from tests.e2e.jekyll_feed_posts import (
    AUTHORS,
    BODIES,
    BODY,
    CONFIG,
    PICTURE,
    PICTURES,
    POSTS,
    SPREAD,
    SPREAD_CONFIG,
)

REAL_SITE = Path(os.environ.get("FEEDSVC_MOVED", Path(__file__).parents[2] / "../shared/corpus/frowth.tar.xz"))

pytestmark = pytest.mark.skipif(shutil.which("jekyll") is None, reason="Jekyll is not installed")

SITES = {
    "Seoul, pretty, below a path": "timezone: Asia/Seoul\npermalink: pretty\nbaseurl: /blog",
    "New York, date": "timezone: America/New_York",
    "London, ordinal": "timezone: Europe/London\npermalink: ordinal",
    "Lord Howe, weekdate": "timezone: Australia/Lord_Howe\npermalink: weekdate",
    "Kolkata, a template": "timezone: Asia/Kolkata\n"
    "permalink: /:short_year-:i_month-:i_day/:slugified_categories/:slug-:hour:output_ext",
    "UTC, none, straight quotes": "timezone: UTC\npermalink: none\n"
    "kramdown: {smart_quotes: 'apos,apos,quot,quot', typographic_symbols: {hellip: ..., ndash: --}}",
}
"""Name -> what its ``_config.yml`` says beside ``CONFIG``."""

ANN = ("Ann & Sons", "ann@harbour.example", "https://ann.example/~ann")
PARK = ("박상아", "", "https://park.example/~sanga")

ON_PURPOSE: Mapping[str, Mapping[str, object]] = {
    # The plugin shows what YAML made of a title, feedsvc what its author wrote.
    "title-bare-time": {"title": "12:30"},
    "title-float": {"title": "1.10"},
    "title-true": {"title": "yes"},
    # The plugin writes no title, feedsvc names the post after its file.
    "empty-title": {"title": "Empty Title"},
    # The plugin takes what looks like a tag for one, feedsvc only what is one; a break between lines is a blank.
    "title-tag-names": {"title": "C++ <vector> and Map<String, List>"},
    "title-script": {"title": "before after and more"},
    # The plugin shows the first author, feedsvc all of them.
    "author-and-authors": {"authors": [ANN, PARK]},
    "authors-list": {"authors": [PARK, ANN]},
    # The plugin writes Ruby's notation of a person without a name, feedsvc the key that stands for them.
    "author-nameless": {"authors": [("quiet", "nobody@harbour.example", "")]},
    # The plugin shows `category` alone where there is one, and the same word twice; feedsvc each category once.
    "category-both": {"categories": ["News", "Sea"]},
    "category-number": {"categories": ["2024", "Sea"]},
    "category-and-tag": {"categories": ["Sea", "alpha"]},
    # feedsvc reads `updated`, too, and no post was updated before it was published.
    "updated": {"updated": None},
    "modified-before": {"updated": None},
    # Jekyll writes the page under its decomposed name; the plugin's link is composed and leads nowhere.
    "항구": {"link": None},
}
"""The last part of an id -> field -> what feedsvc writes where the plugin writes something else; README lists them.

None is not looked at.
"""


def write_site(directory: Path, config: str) -> None:
    files = {f"_posts/{path}": f"---\n{matter}\n---\n{BODIES.get(path, BODY)}" for path, matter in POSTS.items()}
    files["_config.yml"] = f"{CONFIG}url: https://harbour.example\n{config}\n"
    files["_data/authors.yml"] = AUTHORS
    files["_drafts/unfinished.md"] = "---\ntitle: Unfinished\n---\n"
    write_files(directory, files)
    (directory / "img").mkdir()
    for path in PICTURES:
        (directory / path).write_bytes(PICTURE)


def write_files(directory: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def move(directory: Path, config: str) -> Old:
    write_site(directory, config)
    return moved(directory)


def moved(directory: Path) -> Old:
    run(directory, "jekyll", "build")
    run(directory, sys.executable, "-m", "feedsvc", "init")
    assert run(directory, sys.executable, "-m", "feedsvc", "build") == ""
    return Old(directory=directory)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Old]:
    directories = [tmp_path_factory.mktemp("site") for _ in SITES]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(SITES, pool.map(move, directories, SITES.values()), strict=True))


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, sites: Mapping[str, Old]) -> Old:
    return sites[request.param]


def differences(old: Old, path: str = "feed.xml") -> Iterator[tuple[str, str, object]]:
    continued = {entry["id"]: entry for entry in old.continued(path)}
    for entry in old.feed(path):
        now = continued.get(entry["id"], entry)
        yield from ((name_of(entry), field, now[field]) for field in entry if entry[field] != now[field])


def test_every_entry_is_there_under_its_old_id_and_no_other(site: Old) -> None:
    before, now = site.feed("feed.xml"), site.continued("feed.xml")
    assert len(before) == len(POSTS) - 4
    assert sorted(entry["id"] for entry in now) == sorted(entry["id"] for entry in before)


def test_entries_are_in_the_order_of_their_instants(site: Old) -> None:
    assert [entry["published"] for entry in site.continued("feed.xml")] == [
        entry["published"] for entry in site.feed("feed.xml")
    ]


def test_every_entry_is_what_it_was_but_for_what_is_meant_to_differ(site: Old) -> None:
    meant = [(name, field) for name, fields in ON_PURPOSE.items() for field in fields]
    found = {(name, field): value for name, field, value in differences(site)}
    assert sorted(found) == sorted(meant)
    for name, field in meant:
        assert ON_PURPOSE[name][field] in (None, found[name, field])


def test_times_that_are_meant_to_differ_are_those_of_the_files(site: Old) -> None:
    entries = {name_of(entry): entry for entry in site.continued("feed.xml")}
    assert entries["modified-before"]["updated"] == entries["modified-before"]["published"]
    assert entries["updated"]["updated"] == entries["modified-day"]["updated"]


@pytest.mark.parametrize("path", ["feed/News.xml", "feed/환경.xml", "feed/by_tag/alpha.xml", "feed/by_tag/Sea.xml"])
def test_a_feed_of_a_category_or_a_tag_goes_on_at_its_address(sites: Mapping[str, Old], path: str) -> None:
    site = sites["Seoul, pretty, below a path"]
    before = {entry["id"] for entry in site.feed(path)}
    assert before
    assert {entry["id"] for entry in site.continued(path)} == before


FEEDS = ["feed.xml", "feed/News.xml", "feed/환경.xml", "feed/IT.xml", "feed/Deep Sea.xml", "feed/by_tag/alpha.xml"]

FEED_TITLES_ON_PURPOSE = {" </Co>": ""}
"""What the plugin adds to the titles of feeds: it takes ``<Co>`` for a tag, and closes it."""


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_keeps_its_title_and_its_subtitle(site: Old, path: str) -> None:
    before, now = site.words(path)
    for added, meant in FEED_TITLES_ON_PURPOSE.items():
        assert added in before["title"]
        before["title"] = before["title"].replace(added, meant)
    assert now == before


def test_a_tag_that_had_no_feed_gets_no_address_of_the_plugins(sites: Mapping[str, Old]) -> None:
    folder = sites["New York, date"].directory / "public/feed/by_tag"
    assert sorted(path.name for path in folder.glob("*.xml")) == ["Sea.xml", "alpha.xml", "beta.xml"]


def test_posts_in_several_places_and_a_collection_go_on_each_in_its_feed(tmp_path: Path) -> None:
    files = {path: f"---\n{matter}\n---\n{BODY}" for path, matter in SPREAD.items()}
    write_files(tmp_path, {**files, "_config.yml": SPREAD_CONFIG, "_data/authors.yml": AUTHORS})
    site = moved(tmp_path)
    for path in ("feed.xml", "feed/recipes.xml"):
        before, now = site.feed(path), site.continued(path)
        assert len(before) == 3
        assert [entry["id"] for entry in now] == [entry["id"] for entry in before]
        assert list(differences(site, path)) == []
        before_words, now_words = site.words(path)
        assert now_words == before_words


def test_a_reader_that_knows_the_old_feed_sees_nothing_new_and_loses_no_mark(
    sites: Mapping[str, Old], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # reader 3.26 imports sgmllib without requiring it; feedparser's own fork of it is the same module.
    monkeypatch.setitem(sys.modules, "sgmllib", importlib.import_module("feedparser_sgmllib"))
    from reader import make_reader

    site = sites["London, ordinal"].directory
    with closing(make_reader(":memory:", feed_root=str(tmp_path))) as subscriber:
        (tmp_path / "feed.xml").write_bytes(well_formed((site / "_site/feed.xml").read_bytes()))
        subscriber.add_feed("feed.xml")
        subscriber.update_feeds()
        for entry in subscriber.get_entries():
            subscriber.mark_entry_as_read(entry)
        known = subscriber.get_entry_counts().total
        shutil.copy(site / "public/feed.xml", tmp_path / "feed.xml")
        subscriber.update_feeds()
        counts = subscriber.get_entry_counts()
    assert known
    assert (counts.total, counts.read) == (known, known)


@pytest.mark.skipif("FEEDSVC_MOVED" not in os.environ, reason="`make moved` compares the real site, in about a minute")
def test_every_entry_of_the_real_site_is_what_it_was(tmp_path: Path) -> None:
    with tarfile.open(REAL_SITE) as archive:
        archive.extractall(tmp_path, filter="data")
    site = next(path.parent for path in tmp_path.rglob("_config.yml"))
    config = (site / "_config.yml").read_text(encoding="utf-8")
    config = re.sub(r"(?m)^plugins:\n(?:- .*\n)+", "plugins: [jekyll-feed]\nfeed: {posts_limit: 10000}\n", config)
    (site / "_config.yml").write_text(config, encoding="utf-8")
    run(site, "jekyll", "build")
    run(site, sys.executable, "-m", "feedsvc", "init")
    settings = (site / "feedsvc.toml").read_text(encoding="utf-8")
    (site / "feedsvc.toml").write_text(settings.replace('# max_bytes = "2MB"', 'max_bytes = "100MB"'), encoding="utf-8")
    rejected = run(site, sys.executable, "-m", "feedsvc", "build").splitlines()
    old = Old(directory=site)
    before = {entry["id"] for entry in old.feed("feed.xml")}
    now = {entry["id"] for entry in old.continued("feed.xml")}
    # Jekyll publishes what it cannot read under today's date, and under another address each day.
    assert len(before - now) == len(rejected)
    assert now <= before
    differ = {field for _, field, _ in differences(old)}
    assert differ <= {"content", "urls"}  # of HTML that its authors left broken, which kramdown shows as text
