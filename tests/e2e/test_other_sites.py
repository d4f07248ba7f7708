"""Sites of other generators, as ``feedsvc init`` takes them: their feeds beside what the generators themselves publish.

Hugo is run. Zola cannot be had from a registry; what it publishes of its site is written down here by its own rules
(``file_info.rs``, ``page.rs``, ``slugs.rs`` and ``feeds.rs`` of Zola 0.21).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

FIXTURES = Path(__file__).parents[1] / "fixtures"
HUGO = Path(sys.executable).with_name("hugo")


def run(site: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "feedsvc", *arguments]
    done = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def build_copy(name: str, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Copy a site, and let ``init`` and ``build`` do what they do without an edit; return it and the report."""
    site = tmp_path / name
    shutil.copytree(FIXTURES / name, site)
    run(site, "init")
    return site, json.loads(run(site, "build", "--json"))


def items_of(document: Path) -> set[tuple[str, str, str]]:
    """Link, title and date of each item of an RSS document."""
    tree = etree.parse(document)
    return {
        (
            item.findtext("link", ""),
            item.findtext("title", ""),
            parsedate_to_datetime(item.findtext("pubDate", "")).isoformat(),
        )
        for item in tree.iterfind("channel/item")
    }


def in_utc(items: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    return {(link, title, datetime.fromisoformat(date).astimezone(UTC).isoformat()) for link, title, date in items}


def ours(site: Path, path: str) -> set[tuple[str, str, str]]:
    return in_utc(items_of(site / "feeds" / path))


@pytest.fixture(scope="module")
def hugo_site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    return build_copy("hugo", tmp_path_factory.mktemp("sites"))


@pytest.fixture(scope="module")
def by_hugo(hugo_site: tuple[Path, dict[str, Any]]) -> Path:
    """The same site, published by Hugo itself."""
    if not HUGO.exists():
        pytest.skip("hugo is not installed")
    site, _ = hugo_site
    subprocess.run([HUGO, "--quiet"], cwd=site, check=True, capture_output=True)
    return site / "public"


@pytest.mark.parametrize("path", ["index.xml", "ko/index.xml"])
def test_a_hugo_sites_feeds_go_on_at_their_addresses_with_the_same_entries(
    hugo_site: tuple[Path, dict[str, Any]], by_hugo: Path, path: str
) -> None:
    theirs = in_utc(items_of(by_hugo / path))
    assert len(theirs) >= 2
    assert ours(hugo_site[0], path) == theirs


def test_nothing_of_a_hugo_site_is_rejected(hugo_site: tuple[Path, dict[str, Any]]) -> None:
    assert hugo_site[1]["rejected"] == []


def test_the_images_of_a_hugo_bundle_are_where_hugo_puts_them(
    hugo_site: tuple[Path, dict[str, Any]], by_hugo: Path
) -> None:
    items = json.loads((hugo_site[0] / "feeds" / "feed.json").read_bytes())["items"]
    (bundle,) = (item for item in items if item["title"] == "Lighthouse")
    address = "https://example.org/site/posts/lighthouse/tower.png"
    assert address in bundle["content_html"]
    assert bundle["image"] == address
    assert (by_hugo / "posts" / "lighthouse" / "tower.png").is_file()


@pytest.fixture(scope="module")
def zola_site(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    return build_copy("zola", tmp_path_factory.mktemp("sites"))


ZOLA_ENGLISH = {
    ("https://example.org/blog/lighthouse/", "Lighthouse", "2024-03-04T00:00:00+00:00"),
    ("https://example.org/notes/yaml/", "YAML", "2024-01-10T00:00:00+00:00"),
    ("https://example.org/notes/%ED%95%9C%EA%B8%80%20%EC%9D%B4%EB%A6%84/", "한글 이름", "2024-01-09T00:00:00+00:00"),
    ("https://example.org/elsewhere/entirely/", "Own path", "2024-01-07T00:00:00+00:00"),
    ("https://example.org/blog/a-slug/", "Own slug", "2024-01-06T10:20:30+00:00"),
    ("https://example.org/blog/timed/", "Timed", "2024-01-05T01:20:30+00:00"),
    ("https://example.org/blog/underscored/", "Underscored", "2024-01-04T00:00:00+00:00"),
    ("https://example.org/blog/dated-name/", "Dated name", "2024-01-03T00:00:00+00:00"),
    ("https://example.org/blog/first/", "First", "2024-01-02T00:00:00+00:00"),
}
ZOLA_KOREAN = {
    ("https://example.org/ko/blog/lighthouse/", "등대", "2024-03-04T00:00:00+00:00"),
    ("https://example.org/ko/blog/first/", "첫 글", "2024-01-02T00:00:00+00:00"),
}


def test_a_zola_sites_entries_are_those_that_zola_publishes(zola_site: tuple[Path, dict[str, Any]]) -> None:
    site, report = zola_site
    assert ours(site, "rss.xml") == ZOLA_ENGLISH | ZOLA_KOREAN
    assert ours(site, "languages/en/rss.xml") == ZOLA_ENGLISH
    assert ours(site, "ko/rss.xml") == ZOLA_KOREAN
    assert (site / "feeds" / "ko" / "atom.xml").is_file()
    assert (report["posts"], report["rejected"]) == (11, [])


def test_a_zola_posts_taxonomies_people_and_media_are_in_its_entry(zola_site: tuple[Path, dict[str, Any]]) -> None:
    items = json.loads((zola_site[0] / "feeds" / "feed.json").read_bytes())["items"]
    by_title = {item["title"]: item for item in items}
    first = by_title["First"]
    assert first["tags"] == ["Sea", "Two words", "boats"]
    assert [author["name"] for author in first["authors"]] == ["Lee"]
    assert (first["image"], first["summary"]) == ("https://example.org/up.png", "Hello.")
    assert first["date_modified"] == "2024-02-01T01:00:00+00:00"
    assert [author["name"] for author in by_title["Dated name"]["authors"]] == ["Park", "Choi"]
    assert by_title["등대"]["language"] == "ko"
    assert "https://example.org/blog/lighthouse/tower.png" in by_title["Lighthouse"]["content_html"]
    assert "https://example.org/ko/blog/lighthouse/tower.png" in by_title["등대"]["content_html"]
