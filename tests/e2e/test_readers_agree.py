"""Three readers, three formats, one feed: each sees the same ids, titles, links and dates in all of them.

feedparser reads no JSON Feed; RSS has no date of a change.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import struct_time

import fastfeedparser
import feedparser
import pytest

PROJECT = Path(__file__).parents[2]
GOLDEN = PROJECT / "tests" / "golden" / "feeds"
CORPUS = Path(os.environ.get("FEEDSVC_CORPUS", PROJECT.parent / "shared" / "corpus" / "frowth.tar.xz"))
CONFIG = """
[site]
title = "frowth"
url = "https://frowth.example"
language = "ko-KR"
timezone = "Asia/Seoul"
[posts]
permalink = "pretty"
future = true
[feeds]
max_entries = 100 # feedparser needs its time
"""


@dataclass(frozen=True, kw_only=True, order=True)
class Seen:
    """What a reader sees of one entry; None: this format or this reader does not tell."""

    id: str
    title: str
    link: str
    published: datetime
    updated: datetime | None


Read = Callable[[Path], list[Seen]]


def read_plainly(folder: Path) -> list[Seen]:
    """Read feed.json with nothing but the standard library: what the others should see."""
    items = json.loads((folder / "feed.json").read_bytes())["items"]
    return [
        Seen(
            id=item["id"],
            title=item["title"],
            link=item["url"],
            published=datetime.fromisoformat(item["date_published"]),
            updated=datetime.fromisoformat(item["date_modified"]),
        )
        for item in items
    ]


def read_with_feedparser(path: Path) -> list[Seen]:
    feed = feedparser.parse(path.read_bytes())
    assert not feed.bozo, feed.get("bozo_exception")
    return [
        Seen(
            id=entry.id,
            title=entry.title,
            link=entry.link,
            published=from_utc(entry.published_parsed),
            updated=from_utc(entry.updated_parsed) if "updated" in entry else None,
        )
        for entry in feed.entries
    ]


def read_with_fastfeedparser(path: Path) -> list[Seen]:
    feed = fastfeedparser.parse(path.read_bytes())
    return [
        Seen(
            id=entry.id,
            title=entry.title,
            link=entry.link,
            published=datetime.fromisoformat(entry.published),
            updated=datetime.fromisoformat(entry.updated) if entry.get("updated") else None,
        )
        for entry in feed.entries
    ]


@pytest.fixture
def read_with_reader(monkeypatch: pytest.MonkeyPatch) -> Read:
    # reader 3.26 imports sgmllib without requiring it; feedparser's own fork of it is the same module.
    monkeypatch.setitem(sys.modules, "sgmllib", importlib.import_module("feedparser_sgmllib"))
    from reader import make_reader

    def read(path: Path) -> list[Seen]:
        with closing(make_reader(":memory:", feed_root=str(path.parent))) as reader:
            reader.add_feed(path.name)
            reader.update_feed(path.name)
            return [
                Seen(
                    id=entry.id,
                    title=str(entry.title),
                    link=str(entry.link),
                    published=entry.published or datetime.min.replace(tzinfo=UTC),
                    updated=entry.updated,
                )
                for entry in reader.get_entries()
            ]

    return read


def from_utc(parsed: struct_time) -> datetime:
    return datetime(*parsed[:6], tzinfo=UTC)


def assert_all_see_the_same(folder: Path, read_with_reader: Read) -> None:
    expected = read_plainly(folder)
    without_updates = [replace(each, updated=None) for each in expected]
    assert expected
    for read in (read_with_feedparser, read_with_fastfeedparser):
        assert read(folder / "atom.xml") == expected
        assert read(folder / "rss.xml") == without_updates
    assert read_with_fastfeedparser(folder / "feed.json") == expected
    assert sorted(read_with_reader(folder / "atom.xml")) == sorted(expected)
    assert sorted(read_with_reader(folder / "rss.xml")) == sorted(without_updates)
    assert sorted(read_with_reader(folder / "feed.json")) == sorted(expected)


@pytest.mark.parametrize("folder", [".", "categories/경제", "summary", "summary/categories/경제"])
def test_readers_agree_on_awkward_posts(folder: str, read_with_reader: Read) -> None:
    assert_all_see_the_same(GOLDEN / folder, read_with_reader)


@pytest.fixture
def published_corpus(tmp_path: Path) -> Path:
    if not CORPUS.exists():
        pytest.skip(f"no corpus at {CORPUS}")
    with tarfile.open(CORPUS) as archive:
        archive.extractall(tmp_path, filter="data")
    (site,) = (posts.parent for posts in tmp_path.rglob("_posts"))
    (site / "feedsvc.toml").write_text(CONFIG, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "feedsvc", "build"], cwd=site, check=True, capture_output=True)
    return site / "public"


def test_readers_agree_on_every_feed_of_a_real_site(published_corpus: Path, read_with_reader: Read) -> None:
    folders = sorted(path.parent for path in published_corpus.rglob("feed.json"))
    assert len(folders) == 45
    for folder in folders:
        assert_all_see_the_same(folder, read_with_reader)
