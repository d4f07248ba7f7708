"""Posts that leave at an instant of their own, Hugo's ``expiryDate``: noon of the tests is 2100-01-01T12:00Z."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.report import BuildReport

Build = Callable[..., BuildReport]
WritePost = Callable[..., Path]
Documents = Callable[..., dict[str, bytes]]

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
# In the site's zone, Asia/Seoul: an hour after noon.
AT_ONE = "2100-01-01 22:00:00"


def titles(documents: Documents, path: str = "/feed.json") -> list[str]:
    return [item["title"] for item in json.loads(documents()[path])["items"]]


@pytest.fixture
def two(write_post: WritePost, run_build: Build) -> BuildReport:
    """A post that stays and one that leaves at one, built at noon."""
    write_post("2024-06-12-1.md", title="남는 글")
    write_post("2024-06-12-2.md", title="떠나는 글", expiryDate=AT_ONE)
    return run_build()


def test_a_post_leaves_every_feed_at_its_second(two: BuildReport, run_build: Build, documents: Documents) -> None:
    assert two.next_change == NOON + timedelta(hours=1)
    run_build(3599 / 3600)
    assert titles(documents) == ["떠나는 글", "남는 글"]
    report = run_build(1)
    assert titles(documents) == titles(documents, "/categories/환경/feed.json") == ["남는 글"]
    assert (report.posts, report.rejected, report.next_change) == (1, (), None)
    assert run_build(2).written == ()


def test_the_edition_says_when_a_post_leaves(two: BuildReport, site: Path) -> None:
    manifest = json.loads((site / "public" / "manifest.json").read_bytes())
    assert datetime.fromisoformat(manifest["next_change"]) == NOON + timedelta(hours=1)


def test_readers_of_atom_are_told_that_it_left(two: BuildReport, run_build: Build, documents: Documents) -> None:
    run_build(1)
    for path in ("/atom.xml", "/categories/환경/atom.xml"):
        assert re.findall(rb"deleted-entry ref=\"[^\"]*-?2/?\"", documents()[path]), path


@pytest.mark.parametrize("lost", [(), ("index.sqlite3",)])
def test_without_its_expiry_date_it_is_back_with_its_id_and_its_place(
    two: BuildReport, lost: tuple[str, ...], site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    before = documents()["/feed.json"]
    run_build(1)
    for name in lost:
        (site / "var" / name).unlink()
    write_post("2024-06-12-2.md", title="떠나는 글")
    run_build(60)
    assert json.loads(documents()["/feed.json"])["items"] == json.loads(before)["items"]


def test_a_later_expiry_date_brings_it_back_until_then(
    two: BuildReport, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    run_build(1)
    write_post("2024-06-12-2.md", title="떠나는 글", expiryDate="2100-01-02 00:00:00")
    assert run_build(2).next_change == NOON + timedelta(hours=3)
    assert len(titles(documents)) == 2
    run_build(3)
    assert titles(documents) == ["남는 글"]


@pytest.mark.parametrize("hours", [1, 30])
def test_builds_that_came_late_or_lost_the_index_publish_the_same_posts(
    two: BuildReport, hours: float, site: Path, run_build: Build, documents: Documents
) -> None:
    (site / "var" / "index.sqlite3").unlink()
    run_build(hours)
    assert titles(documents) == ["남는 글"]
    run_build(hours + 1)
    assert titles(documents) == ["남는 글"]


def test_a_post_that_expired_before_the_first_build_is_in_no_feed(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", title="남는 글")
    write_post("2024-06-12-2.md", title="떠난 글", expiryDate="2024-07-01")
    report = run_build()
    assert titles(documents) == ["남는 글"]
    assert (report.posts, report.next_change) == (1, None)


def test_a_post_that_would_expire_before_it_goes_live_is_waited_for_by_nobody(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", title="남는 글")
    write_post("2024-06-12-2.md", title="늦은 글", date="2100-01-03", expiryDate=AT_ONE)
    assert run_build().next_change is None
    run_build(72)
    assert titles(documents) == ["남는 글"]


def test_a_post_goes_live_at_its_publish_date_and_leaves_at_its_expiry_date(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", title="남는 글")
    write_post("2024-06-12-2.md", title="잠깐", publishDate=AT_ONE, expiryDate="2100-01-01 23:00:00")
    assert run_build().next_change == NOON + timedelta(hours=1)
    assert titles(documents) == ["남는 글"]
    assert run_build(1).next_change == NOON + timedelta(hours=2)
    assert titles(documents) == ["잠깐", "남는 글"]
    assert run_build(2).next_change is None
    assert titles(documents) == ["남는 글"]


def test_a_post_that_is_broken_meanwhile_leaves_all_the_same(
    two: BuildReport, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    break_post("2024-06-12-2.md")
    report = run_build(0.5)
    assert [(each.path, each.kept_previous) for each in report.rejected] == [("2024-06-12-2.md", True)]
    assert len(titles(documents)) == 2
    report = run_build(1)
    assert [(each.path, each.kept_previous) for each in report.rejected] == [("2024-06-12-2.md", False)]
    assert titles(documents) == ["남는 글"]


def test_all_posts_may_expire_without_being_taken_for_lost(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    for number in range(3):
        write_post(f"2024-06-12-{number}.md", expiryDate=AT_ONE)
    run_build()
    assert len(titles(documents)) == 3
    run_build(1)
    assert titles(documents) == []


def test_an_archive_loses_it_too(write_post: WritePost, run_build: Build, site: Path) -> None:
    feeds: dict[str, Any] = {"min_entries": 1, "max_entries": 1, "window": "0s"}
    write_post("2024-06-12-1.md", title="떠나는 글", expiryDate=AT_ONE)
    for number in range(2, 5):
        write_post(f"2024-06-12-{number}.md")
    run_build(feeds=feeds)

    def archived() -> bytes:
        import gzip

        return b"".join(
            gzip.decompress(path.read_bytes()) for path in sorted((site / "public").rglob("archive/*/*.gz"))
        )

    assert "떠나는 글".encode() in archived()
    run_build(1, feeds=feeds)
    assert "떠나는 글".encode() not in archived()
