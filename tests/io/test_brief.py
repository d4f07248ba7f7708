"""Posts are read in brief, and whole once a document carries them: nobody sees that, and all there is to tell is told.

Here one post is in the site's feed, and all others are in its archive only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedsvc.build import build
from feedsvc.config import Settings
from feedsvc.model import Unfinished
from feedsvc.posts import crew
from feedsvc.posts.files import FileReader
from feedsvc.records import Finished
from feedsvc.report import BuildReport

WritePost = Callable[..., Path]
Build = Callable[..., BuildReport]
ONE: dict[str, Any] = {"min_entries": 1, "max_entries": 1, "window": "0s"}
HERE = {"files": "."}
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def build_interrupted(settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> Build:
    """Build, and leave the archives to the next build after their first page."""
    monkeypatch.setattr("feedsvc.archiving._PREPARED", 1)

    def run(hours: float) -> BuildReport:
        chosen = settings(feeds=ONE, posts=HERE)
        return build(chosen, now=NOON + timedelta(hours=hours), interrupted=lambda: True)

    return run


@pytest.fixture
def odd_posts(write_post: WritePost) -> int:
    """As many posts as are returned, of which something is to be told that does not decide where they stand."""
    kinds: list[dict[str, str]] = [
        {"title": "하나 # 둘"},
        {"title": "[하나, 둘]"},
        {"image": "/missing.png"},
        {"last_modified_at": "never"},
        {"author": "{email: nobody}", "lang": "??"},
        {"permalink": "/a/?b"},
        {"id": "[x]", "body": "{{ x }} &#1;"},
        {"expirydate": "2199-01-01", "image": "/missing.png"},
        {"date": "2100-01-02", "image": "/missing.png"},
    ]
    # So many that the archive has several pages.
    for number in range(300):
        write_post(f"2024-05-01-{number}.md", **kinds[number % len(kinds)])
    for number, day in enumerate((1, 2, 3)):
        write_post(f"2024-06-0{day}-twice.md", permalink="/twice/", image=f"/missing{number}.png")
    write_post("2024-06-11-1.md")
    return 303


def told(report: BuildReport) -> tuple[str, ...]:
    return tuple(each for each in report.warnings if each.startswith("20"))


def test_what_is_told_and_published_is_what_a_build_without_archives_tells_and_publishes(
    odd_posts: int, site: Path, run_build: Build, settings: Callable[..., Settings]
) -> None:
    report = run_build(feeds=ONE, posts=HERE)
    assert len(list((site / "public").rglob("archive"))) >= 1
    # One that is published as if another had its address, and those with two things to tell.
    assert len(told(report)) > odd_posts
    assert any("#" in each and "already belongs" in each for each in told(report))
    for path in (site / "var").glob("*.sqlite3"):
        path.unlink()
    without = run_build(feeds=ONE | {"archives": []}, posts=HERE)
    assert told(report) == told(without)
    assert (report.posts, report.rejected) == (without.posts, without.rejected)


def test_what_an_interrupted_build_did_not_tell_the_next_one_tells(
    odd_posts: int, run_build: Build, build_interrupted: Build
) -> None:
    first = build_interrupted(0)
    # Those that wait for their date, will leave one day, or hold what is to be told now, were read whole.
    assert sum("missing.png" in each for each in told(first)) >= 2 * (300 // 9)
    whole = run_build(feeds=ONE, posts=HERE)
    assert 0 < len(told(first)) < len(told(whole))
    assert set(told(first)) <= set(told(whole))
    assert told(run_build(1, feeds=ONE, posts=HERE)) == told(whole)
    assert len(told(whole)) > odd_posts


def test_a_post_of_an_archive_is_followed_when_its_picture_changes(
    site: Path, write_post: WritePost, run_build: Build
) -> None:
    write_post("2024-05-01-1.md", image="/a.png")
    write_post("2024-06-11-1.md")
    (missing,) = told(run_build(feeds=ONE, posts=HERE))
    assert "no file a.png" in missing
    (site / "a.png").write_bytes(b"GIF89a" + bytes(20))
    assert told(run_build(1, feeds=ONE, posts=HERE)) == ()
    (site / "a.png").unlink()
    assert told(run_build(2, feeds=ONE, posts=HERE)) == (missing,)


def test_a_post_that_breaks_before_it_was_read_whole_leaves_and_returns(
    write_post: WritePost,
    break_post: Callable[[str], Path],
    run_build: Build,
    build_interrupted: Build,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in range(300):
        write_post(f"2024-05-01-{number}.md")
    write_post("2024-06-11-1.md")
    assert build_interrupted(0).posts == 301
    break_post("2024-05-01-299.md")
    report = build_interrupted(1)
    assert (report.posts, [each.kept_previous for each in report.rejected]) == (300, [False])
    assert "made anew" not in caplog.text
    write_post("2024-05-01-299.md")
    assert run_build(2, feeds=ONE, posts=HERE).posts == 301


def test_what_many_feeds_show_is_read_at_once_and_each_post_once(
    site: Path,
    write_post: WritePost,
    run_build: Build,
    documents: Callable[[], dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(12):
        write_post(f"2024-06-11-{number}.md", f"c{number % 4}")
    asked: list[list[str]] = []
    finish_posts = crew.finish_posts

    def finish(reader: FileReader, posts: Sequence[Unfinished]) -> Iterator[Sequence[Finished]]:
        asked.append([post.path for post in posts])
        return finish_posts(reader, posts)

    monkeypatch.setattr(crew, "finish_posts", finish)
    run_build()
    assert [len(paths) for paths in asked] == [12]
    together = documents()
    for path in (site / "var").glob("*.sqlite3"):
        path.unlink()
    asked.clear()
    monkeypatch.setattr("feedsvc.assembly._TOGETHER", 2)
    run_build(feeds={"min_entries": 2, "max_entries": 2, "window": "0s"})
    # The site's feed, of c3 and c2, and c0; c1 and c2; c3; and those that only the archive shows.
    assert [len(paths) for paths in asked] == [4, 3, 1, 4]
    for path in (site / "var").glob("*.sqlite3"):
        path.unlink()
    run_build()
    assert documents() == together
