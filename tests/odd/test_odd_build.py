"""All odd posts as one site, built: its feeds are well formed, valid, and read alike by programs that are not ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import feedparser
import pytest
from lxml import etree

from feedsvc.build import build
from feedsvc.config import make_settings
from feedsvc.model import Post, PostError
from feedsvc.report import BuildReport

from . import dates, encodings, markup, matters, words
from .cases import PATH
from .test_odd import read

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
CASES = [each for table in (encodings, matters, dates, words, markup) for each in table.CASES]
ONE_ZONE = [each for each in CASES if each.zone == "Asia/Seoul"]
ATOM = "{http://www.w3.org/2005/Atom}"


def name(number: int, path: str) -> str:
    """Return a name of its own for a case of any name; each is dated as it was."""
    return f"{number:03}/{path}" if path != PATH else f"2024-07-11-{number:03}.md"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildReport, Mapping[str, bytes]]:
    site = tmp_path_factory.mktemp("odd")
    for number, case in enumerate(ONE_ZONE):
        path = site / "_posts" / name(number, case.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.data)
    tables = {
        "site": {"title": "<odd> & 뉴스", "url": "https://example.org", "timezone": "Asia/Seoul", "language": "ko"},
        "feeds": {"max_entries": 2000, "min_entries": 2000, "max_bytes": "50MB", "by": ["category", "tag"]},
    }
    report = build(make_settings(tables, {}, file=site / "feedsvc.toml"), now=NOON)
    public = site / "public"
    files = (path for path in sorted(public.rglob("*")) if path.suffix in (".xml", ".json"))
    found = {f"/{path.relative_to(public).as_posix()}": path.read_bytes() for path in files}
    del found["/manifest.json"]
    return report, found


Built = tuple[BuildReport, Mapping[str, bytes]]


def test_each_odd_post_is_published_or_told_as_rejected(built: Built) -> None:
    outcomes = {name(number, case.path): read(case) for number, case in enumerate(ONE_ZONE)}
    report, _ = built
    assert {each.path for each in report.rejected} == {
        path for path, outcome in outcomes.items() if isinstance(outcome, PostError)
    }
    assert report.posts == sum(isinstance(outcome, Post) for outcome in outcomes.values()) > 250
    assert not [warning for warning in report.feed_warnings if "left out" in warning]


def test_every_feed_of_odd_posts_is_well_formed_and_has_what_its_format_requires(built: Built) -> None:
    _, documents = built
    assert len(documents) > 50
    for path, data in documents.items():
        if path.endswith(".json"):
            check_json_feed(json.loads(data.decode()))
        elif path.endswith("rss.xml"):
            check_rss(etree.fromstring(data))
        elif path.endswith("atom.xml"):
            check_atom(etree.fromstring(data))


def is_absolute(url: str | None) -> bool:
    parts = urlsplit(url or "")
    return bool(parts.scheme) and not set(url or "") & set(' <>"{}|\\^`')


def check_atom(root: etree._Element) -> None:
    """RFC 4287, 4.1: ids absolute and unique, one title and one date of each kind, alternate links."""
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iterfind(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    for element in (root, *root.iterfind(f"{ATOM}entry")):
        assert [len(element.findall(f"{ATOM}{tag}")) for tag in ("id", "title", "updated")] == [1, 1, 1]
        assert is_absolute(element.findtext(f"{ATOM}id"))
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo
        links = [(each.get("rel"), each.get("type"), each.get("hreflang")) for each in element.iterfind(f"{ATOM}link")]
        alternates = [link for link in links if link[0] in (None, "alternate")]
        assert len(set(alternates)) == len(alternates)
        assert all(is_absolute(each.get("href")) for each in element.iterfind(f"{ATOM}link"))
        assert all(each.get("term") for each in element.iterfind(f"{ATOM}category"))
        assert all((each.text or "").strip() for each in element.iterfind(f"{ATOM}author/{ATOM}name"))


def check_rss(root: etree._Element) -> None:
    """RSS 2.0 and the Advisory Board's profile: unique guids, dates of RFC 5322, one enclosure at most."""
    assert root.get("version") == "2.0"
    guids = [item.findtext("guid") for item in root.iterfind("channel/item")]
    assert None not in guids
    assert len(set(guids)) == len(guids)
    for item in root.iterfind("channel/item"):
        assert item.findtext("title")
        assert is_absolute(item.findtext("link"))
        assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo
        assert len(item.findall("enclosure")) <= 1


def check_json_feed(feed: dict[str, object]) -> None:
    """JSON Feed 1.1: version, title, and items with an id that is a text."""
    items = feed["items"]
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(items, list)
    assert len({item["id"] for item in items}) == len(items)
    for item in items:
        assert isinstance(item["id"], str)
        assert "content_html" in item or "content_text" in item
        assert datetime.fromisoformat(item["date_published"]).tzinfo
        assert is_absolute(item["url"])


def test_a_reader_reads_as_many_odd_entries_from_every_format_and_finds_no_fault(built: Built) -> None:
    report, documents = built
    for path in ("/atom.xml", "/rss.xml"):
        seen = feedparser.parse(documents[path])
        assert not seen.bozo, seen.get("bozo_exception")
        assert len(seen.entries) == report.posts
    assert len(json.loads(documents["/feed.json"])["items"]) == report.posts


def test_what_the_feeds_say_of_odd_posts_is_what_was_read_of_them(built: Built) -> None:
    _, documents = built
    outcomes = [read(replace(case, path=name(number, case.path))) for number, case in enumerate(ONE_ZONE)]
    read_so = sorted((each.title, each.content) for each in outcomes if isinstance(each, Post))
    items = json.loads(documents["/feed.json"])["items"]
    assert sorted((item["title"], item.get("content_html", "")) for item in items) == read_so
