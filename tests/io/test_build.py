from __future__ import annotations

import gc
import json
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import feedsvc.posts.parse
import feedsvc.publish.store
from feedsvc.errors import (
    ConfigError,
    DocumentError,
    LedgerError,
    LockHeldError,
    RemovalsError,
    ScanError,
    SourceChangedError,
    StoreError,
)
from feedsvc.index import Index
from feedsvc.ledger import Ledger
from feedsvc.lock import build_lock
from feedsvc.posts.files import Unparsed
from feedsvc.posts.rules import PostRules
from feedsvc.posts.scan import read_source
from feedsvc.publish.staging import Staging
from feedsvc.report import BuildReport

Build = Callable[..., BuildReport]
WritePost = Callable[..., Path]
Documents = Callable[..., dict[str, bytes]]

SITE_PATHS = {"/atom.xml", "/feed.json", "/rss.xml"}
LISTS = {"/opml.xml"}


def paths_of(*slugs: str) -> set[str]:
    return {f"/categories/{slug}{path}" for slug in slugs for path in SITE_PATHS}


def titles(documents: Documents, path: str = "/feed.json") -> list[str]:
    return [item["title"] for item in json.loads(documents()[path])["items"]]


def ids(documents: Documents, path: str = "/feed.json") -> dict[str, str]:
    return {item["title"]: item["id"] for item in json.loads(documents()[path])["items"]}


def tree(site: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every published file with its bytes, its inode and when it was written."""
    files = (path for path in (site / "public").rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def three(write_post: WritePost, run_build: Build) -> None:
    """Two posts of 환경 and one of News, built."""
    write_post("2024-06-12-1.md", "환경", title="하나")
    write_post("2024-06-12-2.md", "환경", title="둘")
    write_post("2024-06-12-3.md", "News", title="셋")
    run_build()


def test_a_build_leaves_nothing_that_the_collector_passes_over(write_post: WritePost, run_build: Build) -> None:
    write_post("2024-06-12-1.md")
    run_build()
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)


@pytest.fixture
def read_posts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the posts that are read from now on."""
    found: list[str] = []
    parse_posts = feedsvc.posts.parse.parse_posts

    def parse(posts: Sequence[Unparsed], rules: PostRules, brief_until: datetime | None = None) -> Any:
        if rules.defer:  # else they are posts known already, of which a document needs the whole
            found.extend(post.path for post in posts)
        return parse_posts(posts, rules, brief_until)

    monkeypatch.setattr(feedsvc.posts.parse, "parse_posts", parse)
    return found


# What a build does


def test_a_first_build_publishes_every_post_in_the_sites_feed_and_in_its_category(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", "환경", title="둘")
    write_post("2024-06-12-10.md", "News", title="열")
    write_post("2024-06-11-3.md", "환경", title="어제")
    report = run_build()
    assert (report.posts, report.feeds, report.rejected, report.removed, report.unchanged) == (3, 3, (), (), 0)
    assert set(report.written) == set(documents()) == SITE_PATHS | LISTS | paths_of("환경", "news")
    assert titles(documents) == ["열", "둘", "어제"]
    assert titles(documents, "/categories/환경/feed.json") == ["둘", "어제"]
    assert titles(documents, "/categories/news/feed.json") == ["열"]


def test_a_second_build_writes_nothing_and_reads_nothing(
    site: Path, three: None, run_build: Build, read_posts: list[str]
) -> None:
    before = tree(site)
    report = run_build(1)
    assert (report.written, report.removed, report.unchanged) == ((), (), 10)
    assert tree(site) == before
    assert read_posts == []


def test_files_that_were_touched_are_read_and_nothing_is_written(
    site: Path, three: None, run_build: Build, read_posts: list[str]
) -> None:
    before = tree(site)
    for path in (site / "_posts").iterdir():
        os.utime(path)
    assert run_build(1).written == ()
    assert tree(site) == before
    assert read_posts == []


def test_deleting_the_index_changes_no_byte(site: Path, three: None, run_build: Build) -> None:
    before = tree(site)
    (site / "var" / "index.sqlite3").unlink()
    report = run_build(1)
    assert (report.written, report.posts, report.feeds) == ((), 3, 3)
    assert tree(site) == before


def test_other_tables_of_characters_have_every_post_read_again(
    three: None, run_build: Build, read_posts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedsvc.build.unidata_version", "99.0.0")
    assert run_build(1).written == ()
    assert len(read_posts) == 3


def test_an_edit_reads_one_post_and_rewrites_its_category_and_the_site(
    site: Path, three: None, write_post: WritePost, run_build: Build, read_posts: list[str]
) -> None:
    before = tree(site)
    write_post("2024-06-12-2.md", "환경", title="둘", body="<p>고친 본문</p>")
    report = run_build(1)
    assert read_posts == ["2024-06-12-2.md"]
    assert set(report.written) == SITE_PATHS | paths_of("환경")
    assert report.unchanged == 4
    after = tree(site)
    assert {path for path in after if "/news/" in path and after[path] != before[path]} == set()


def test_a_move_to_another_category_rewrites_the_old_and_the_new(
    three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-4.md", "IT")
    run_build(1)
    write_post("2024-06-12-2.md", "News", title="둘")
    assert set(run_build(2).written) == SITE_PATHS | paths_of("환경", "news")
    assert titles(documents, "/categories/환경/feed.json") == ["하나"]
    assert titles(documents, "/categories/news/feed.json") == ["셋", "둘"]


def test_a_category_that_nobody_uses_any_more_is_removed_and_comes_back_the_same(
    site: Path, three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    before = documents()
    write_post("2024-06-12-3.md", "환경", title="셋")
    report = run_build(1)
    assert set(report.removed) == paths_of("news")
    assert not (site / "public" / "categories" / "news").exists()
    write_post("2024-06-12-3.md", "News", title="셋")
    run_build(2)
    # Only the category that the post went to for an hour says that it left (RFC 6721).
    assert {path for path, body in documents().items() if body != before[path]} == {"/categories/환경/atom.xml"}
    assert documents().keys() == before.keys()


def test_a_first_build_without_posts_publishes_an_empty_site_feed(
    write_post: WritePost, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", draft="true")
    write_post("2999-06-12-2.md")
    break_post("2024-06-12-3.md")
    report = run_build()
    assert (report.posts, report.feeds, len(report.rejected)) == (0, 1, 1)
    assert set(report.written) == set(documents()) == SITE_PATHS | LISTS
    assert titles(documents) == []
    assert run_build(1).written == ()


def test_the_last_post_may_go_when_that_is_allowed(
    site: Path, three: None, run_build: Build, documents: Documents
) -> None:
    for path in (site / "_posts").iterdir():
        path.unlink()
    report = run_build(1, allow_removals=True)
    assert (report.posts, report.feeds) == (0, 1)
    assert set(documents()) == SITE_PATHS | LISTS
    assert run_build(2).written == ()


def test_another_setting_rewrites_what_depends_on_it(three: None, run_build: Build, documents: Documents) -> None:
    report = run_build(1, site={"title": "새 이름"})
    assert set(report.written) == set(documents())
    assert json.loads(documents()["/feed.json"])["title"] == "새 이름"


def test_a_setting_on_which_no_byte_depends_rewrites_nothing(
    three: None, run_build: Build, read_posts: list[str]
) -> None:
    report = run_build(1, schedule={"every": "1h"}, server={"workers": 4})
    assert report.written == ()
    assert read_posts == []


def test_an_alias_serves_the_same_bytes(three: None, run_build: Build, documents: Documents) -> None:
    report = run_build(1, feeds={"aliases": {"/feed.xml": "/atom.xml"}})
    assert report.written == ("/feed.xml",)
    assert documents()["/feed.xml"] == documents()["/atom.xml"]


def test_a_feed_says_how_many_entries_it_had_no_room_for_until_it_has(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    for number in range(4):
        write_post(f"2024-06-12-{number}.md", body=f"<p>{'가나다 ' * 60}</p>")
    small = {"max_bytes": "2kB"}
    report = run_build(feeds=small)
    assert [told.partition(" entries left out")[0] for told in report.feed_warnings] == [
        "feed of category '환경': 3",
        "feed of the site: 3",
    ]
    assert len(titles(documents)) == 1
    assert run_build(1, feeds=small).feed_warnings == report.feed_warnings
    assert run_build(2).feed_warnings == ()
    assert len(titles(documents)) == 4


def test_a_feed_says_when_more_went_live_within_its_window_than_it_may_hold(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    for number in range(3):
        write_post(f"2024-06-12-{number}.md")
    few = {"min_entries": 1, "max_entries": 2}
    told = "more entries went live within [feeds] window than [feeds] max_entries has room for"
    assert run_build(feeds=few).feed_warnings == (f"feed of category '환경': {told}", f"feed of the site: {told}")
    assert len(titles(documents)) == 2
    assert run_build(1, feeds=few | {"max_entries": 3}).feed_warnings == ()


def test_a_category_at_the_address_of_an_alias_does_not_stop_the_build(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    feeds = {"aliases": {"/categories/old/atom.xml": "/categories/new/atom.xml"}}
    write_post("2024-06-12-1.md", "new", title="하나")
    run_build(feeds=feeds)
    assert documents()["/categories/old/atom.xml"] == documents()["/categories/new/atom.xml"]
    write_post("2024-06-12-2.md", "old", title="둘")
    report = run_build(1, feeds=feeds)
    assert (report.posts, report.feeds) == (2, 3)
    assert [told.partition(":")[0] for told in report.feed_warnings] == ["[feeds.aliases] /categories/old/atom.xml"]
    assert "둘" in documents()["/categories/old/atom.xml"].decode()


def test_an_alias_of_a_feed_without_posts_is_told(three: None, run_build: Build) -> None:
    feeds = {"aliases": {"/old%20it.xml": "/categories/it/atom.xml", "/feed.xml": "/atom.xml"}}
    report = run_build(1, feeds=feeds)
    assert report.written == ("/feed.xml",)
    assert [told.partition(":")[0] for told in report.feed_warnings] == ["[feeds.aliases] /old it.xml"]
    assert run_build(2, feeds=feeds).feed_warnings == report.feed_warnings


def test_a_build_with_nothing_changed_imports_nothing_that_reads_or_writes_feeds(
    site: Path, three: None, settings: Callable[..., Any]
) -> None:
    (site / "feedsvc.toml").write_text(
        '[site]\ntitle = "뉴스"\nurl = "https://example.org"\ntimezone = "Asia/Seoul"\nlanguage = "ko"\n',
        encoding="utf-8",
    )
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from feedsvc.build import build
from feedsvc.config import load_settings
settings = load_settings(Path(sys.argv[1]), {}, Path.cwd())
report = build(settings, now=datetime(2100, 1, 2, tzinfo=UTC))
heavy = {"lxml", "feedgen", "nh3", "pyromark", "yaml", "frontmatter", "brotli", "zstandard", "flask", "apscheduler"}
print(report.written, report.unchanged, sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program, str(site / "feedsvc.toml")], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "() 10 []\n"


# Posts that break


def test_a_post_that_breaks_keeps_its_last_good_version_and_is_reported_until_mended(
    three: None, write_post: WritePost, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    before = documents()
    break_post("2024-06-12-1.md")
    for hour in (1, 2):
        report = run_build(hour)
        assert [(each.path, each.line, each.kept_previous) for each in report.rejected] == [
            ("2024-06-12-1.md", 2, True)
        ]
        assert report.written == ()
    assert documents() == before
    write_post("2024-06-12-1.md", "환경", title="하나, 고침")
    report = run_build(3)
    assert report.rejected == ()
    assert titles(documents) == ["셋", "둘", "하나, 고침"]


def test_the_last_good_version_survives_the_loss_of_the_index(
    site: Path, three: None, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    before = documents()
    break_post("2024-06-12-1.md")
    run_build(1)
    for hour in (2, 3):
        (site / "var" / "index.sqlite3").unlink()
        report = run_build(hour)
        assert [each.kept_previous for each in report.rejected] == [True]
        assert (report.written, report.posts) == ((), 3)
    assert documents() == before


def test_a_post_that_was_never_good_costs_one_post(
    three: None, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    break_post("2024-06-12-4.md")
    report = run_build(1)
    assert [(each.path, each.kept_previous) for each in report.rejected] == [("2024-06-12-4.md", False)]
    assert (report.posts, report.written) == (3, ())


def test_posts_that_new_rules_refuse_keep_their_last_good_version(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", title="하나", body=f"<p>{'가' * 2000}</p>")
    write_post("2024-06-12-2.md", title="둘")
    run_build()
    before = documents()
    report = run_build(1, posts={"max_bytes": "1kB"})
    assert [(each.path, each.kept_previous) for each in report.rejected] == [("2024-06-12-1.md", True)]
    assert documents() == before


def test_a_broken_post_that_is_deleted_is_gone(
    three: None, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    path = break_post("2024-06-12-1.md")
    run_build(1)
    path.unlink()
    report = run_build(2)
    assert report.rejected == ()
    assert titles(documents) == ["셋", "둘"]


def test_a_post_that_returns_under_another_name_leaves_no_ghost_at_the_old_one(
    site: Path, three: None, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    good = (site / "_posts" / "2024-06-12-1.md").read_bytes()
    path = break_post("2024-06-12-1.md")
    run_build(1)
    path.unlink()
    (site / "_posts" / "2024-06-12-9.md").write_bytes(good)
    run_build(2)
    break_post("2024-06-12-1.md")
    report = run_build(3)
    assert [(each.path, each.kept_previous) for each in report.rejected] == [("2024-06-12-1.md", False)]
    assert sorted(titles(documents)) == ["둘", "셋", "하나"]


def test_a_file_that_cannot_be_read_keeps_its_post_and_is_tried_again(
    site: Path, three: None, run_build: Build, documents: Documents
) -> None:
    before = documents()
    path = site / "_posts" / "2024-06-12-1.md"
    aside = path.rename(site / "aside.md")
    path.symlink_to("/dev/null")
    for hour in (1, 2):
        report = run_build(hour)
        assert [(each.path, each.kept_previous) for each in report.rejected] == [("2024-06-12-1.md", True)]
    assert documents() == before
    path.unlink()
    aside.rename(path)
    report = run_build(3)
    assert (report.rejected, report.written) == ((), ())


def test_a_file_that_vanishes_between_scan_and_reading_is_gone(
    site: Path, three: None, run_build: Build, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = site / "_posts" / "2024-06-12-1.md"
    os.utime(path)

    def vanish(*arguments: Any) -> Any:
        path.unlink(missing_ok=True)
        return read_source(*arguments)

    monkeypatch.setattr("feedsvc.posts.files.read_source", vanish)
    run_build(1)
    assert titles(documents) == ["셋", "둘"]


@pytest.fixture
def save_when_read(monkeypatch: pytest.MonkeyPatch, write_post: WritePost) -> list[str]:
    """Titles; each time that the first post has been read it is saved with the next of them."""
    titles_to_come: list[str] = []
    parse_posts = feedsvc.posts.parse.parse_posts

    def parse(posts: Sequence[Unparsed], rules: PostRules, brief_until: datetime | None = None) -> Any:
        read = parse_posts(posts, rules, brief_until)
        if titles_to_come and rules.defer and any(post.path == "2024-06-12-1.md" for post in posts):
            write_post("2024-06-12-1.md", title=titles_to_come.pop(0))
        return read

    monkeypatch.setattr(feedsvc.posts.parse, "parse_posts", parse)
    return titles_to_come


def test_a_post_that_is_saved_while_it_is_built_is_published_as_it_was_saved_last(
    three: None, write_post: WritePost, run_build: Build, documents: Documents, save_when_read: list[str]
) -> None:
    write_post("2024-06-12-1.md", title="먼저")
    save_when_read.append("나중")
    run_build(1)
    assert titles(documents) == ["셋", "둘", "나중"]


def test_a_post_that_never_rests_stops_the_build_by_name_and_the_last_edition_stands(
    site: Path, three: None, write_post: WritePost, run_build: Build, documents: Documents, save_when_read: list[str]
) -> None:
    before = tree(site)
    write_post("2024-06-12-1.md", title="먼저")
    save_when_read.extend(f"{number}번째" for number in range(10))
    with pytest.raises(SourceChangedError, match=r"2024-06-12-1\.md: changes again and again"):
        run_build(1)
    assert tree(site) == before
    save_when_read.clear()
    run_build(2)
    assert len(titles(documents)) == 3


def test_a_rejected_post_that_no_document_ever_carried_leaves_and_returns_with_its_id(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    feeds: dict[str, Any] = {"min_entries": 1, "max_entries": 1, "window": "0s", "archives": []}
    write_post("2024-06-11-1.md", title="하나")
    write_post("2024-06-12-2.md", title="둘")
    run_build(feeds=feeds)
    assert titles(documents) == ["둘"]
    write_post("2024-06-11-1.md", title="'하나' 다시")
    report = run_build(1, feeds=feeds)
    assert (report.posts, [each.kept_previous for each in report.rejected]) == (1, [False])
    write_post("2024-06-11-1.md", title="하나", permalink="/elsewhere/")
    assert run_build(2, feeds=feeds | {"max_entries": 2, "min_entries": 2}).posts == 2
    assert ids(documents)["하나"].endswith("/2024/06/11/1/")


def test_a_name_that_is_no_text_costs_one_post(site: Path, three: None, run_build: Build) -> None:
    name = os.fsencode(site / "_posts") + b"/2024-06-12-\xb0\xe6.md"
    with open(name, "wb") as file:  # noqa: PTH123 (no Path holds these bytes on every system)
        file.write(b"---\ntitle: x\n---\nx")
    report = run_build(1)
    assert (report.posts, len(report.rejected)) == (3, 1)
    json.dumps(report.as_json()).encode()


# Drafts and dates


def test_a_post_that_is_kept_back_leaves_its_feeds_and_returns_with_its_id(
    three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    before = documents()
    for front in ({"published": "false"}, {"draft": "true"}):
        write_post("2024-06-12-1.md", "환경", title="하나", **front)
        report = run_build(1)
        assert (report.posts, report.rejected) == (2, ())
        write_post("2024-06-12-1.md", "환경", title="하나")
        run_build(2)
        assert documents() == before


def test_a_post_dated_in_the_future_waits_for_its_second(
    three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-4.md", "IT", title="넷", date="2100-01-01 23:00:00 +0900")
    report = run_build(1)
    assert report.next_change == datetime(2100, 1, 1, 14, tzinfo=UTC)
    assert (report.posts, report.feeds, report.written) == (3, 3, ())
    assert run_build(2 - 1e-6).posts == 3
    report = run_build(2)
    assert (report.posts, report.feeds, report.next_change) == (4, 4, None)
    assert titles(documents)[0] == "넷"
    assert set(report.written) == SITE_PATHS | LISTS | paths_of("it")


def test_the_edition_says_when_it_next_changes_and_a_build_in_between_writes_nothing(
    site: Path, three: None, write_post: WritePost, run_build: Build
) -> None:
    manifest = site / "public" / "manifest.json"
    post = write_post("2024-06-12-4.md", "IT", title="넷", date="2100-01-01 23:00:00.5 +0900")
    run_build(1)
    before, written = manifest.read_bytes(), manifest.stat()
    assert b'"next_change": "2100-01-01T14:00:00Z"' in before
    run_build(1)
    assert (manifest.stat().st_ino, manifest.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    post.unlink()
    run_build(1)
    assert b"next_change" not in manifest.read_bytes()
    write_post("2024-06-12-4.md", "IT", title="넷", date="2100-01-01 23:00:00.5 +0900")
    run_build(1)
    assert manifest.read_bytes() == before


def test_future_posts_are_published_at_once_where_the_owner_wants_that(write_post: WritePost, run_build: Build) -> None:
    write_post("2999-06-12-4.md")
    report = run_build(posts={"future": True})
    assert (report.posts, report.next_change) == (1, None)


def test_a_waiting_post_goes_live_after_the_loss_of_the_index_too(
    site: Path, three: None, write_post: WritePost, run_build: Build
) -> None:
    write_post("2024-06-12-4.md", date="2100-01-01 23:00:00 +0900")
    run_build(1)
    (site / "var" / "index.sqlite3").unlink()
    assert run_build(1.5).posts == 3
    assert run_build(2).posts == 4


def test_an_old_date_does_not_hide_a_post_from_readers_who_poll_within_the_window(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    feeds = {"min_entries": 2, "window": "48h"}
    for number in range(1, 6):
        write_post(f"2024-06-{number:02}-news.md", title=f"기사 {number}")
    run_build(feeds=feeds)
    # The site's dates are days: of the first build only those of the last two days are in the window.
    assert titles(documents) == ["기사 5", "기사 4", "기사 3"]
    write_post("2001-01-01-old.md", title="늦게 온 옛 기사")
    run_build(1, feeds=feeds)
    assert "늦게 온 옛 기사" in titles(documents)
    for number in range(10):
        write_post(f"2024-07-{number + 1:02}-more.md", title=f"다음 {number}")
    run_build(48.9, feeds=feeds)
    assert "늦게 온 옛 기사" in titles(documents)
    write_post("2024-08-01-last.md", title="끝")
    run_build(49.1, feeds=feeds)
    assert "늦게 온 옛 기사" not in titles(documents)
    assert len(titles(documents)) == 11


def test_a_post_of_the_far_future_hides_no_other_from_readers(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    rules = {"posts": {"future": True}, "feeds": {"min_entries": 2, "window": "48h"}}
    write_post("2999-01-01-typo.md", title="오타")
    run_build(**rules)
    for number in range(5):
        write_post(f"2100-01-01-{number}.md", title=f"기사 {number}")
    run_build(1, **rules)
    assert set(titles(documents)) == {"오타", *(f"기사 {number}" for number in range(5))}


# Names and ids


def test_a_renamed_file_keeps_its_id(site: Path, three: None, run_build: Build, documents: Documents) -> None:
    before = ids(documents)
    (site / "_posts" / "2024-06-12-1.md").rename(site / "_posts" / "2024-06-12-renamed.md")
    report = run_build(1)
    assert (report.posts, report.warnings) == (3, ())
    assert ids(documents) == before


def test_a_new_title_under_a_new_name_keeps_the_id(
    site: Path, three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    before = ids(documents)["하나"]
    text = (site / "_posts" / "2024-06-12-1.md").read_text(encoding="utf-8")
    (site / "_posts" / "2024-06-12-1.md").unlink()
    retitled = text.replace("title: 하나", "title: 새 제목")
    (site / "_posts" / "2024-06-12-new-title.md").write_text(retitled, encoding="utf-8")
    run_build(1)
    assert ids(documents)["새 제목"] == before


def test_a_renamed_directory_is_no_removal_and_keeps_every_id(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    for number in range(5):
        write_post(f"old/2024-06-12-{number}.md", title=f"기사 {number}")
    run_build()
    before = ids(documents)
    (site / "_posts" / "old").rename(site / "_posts" / "new")
    for lost in (False, True):
        if lost:
            (site / "var" / "index.sqlite3").unlink()
        assert run_build(1).posts == 5
        assert ids(documents) == before


def test_a_copy_gets_an_id_of_its_own(site: Path, three: None, run_build: Build, documents: Documents) -> None:
    before = ids(documents)
    posts = site / "_posts"
    shutil.copy(posts / "2024-06-12-1.md", posts / "2024-06-12-copy.md")
    run_build(1)
    entries = [item["id"] for item in json.loads(documents()["/feed.json"])["items"]]
    assert len(set(entries)) == 4
    assert set(before.values()) < set(entries)


def test_posts_without_a_body_are_not_taken_for_one_another(
    site: Path, three: None, run_build: Build, documents: Documents
) -> None:
    posts = site / "_posts"
    (posts / "2024-06-12-a.md").write_text("---\ntitle: a\n---\n", encoding="utf-8")
    run_build(1)
    before = ids(documents)["a"]
    (posts / "2024-06-12-a.md").unlink()
    (posts / "2024-06-12-b.md").write_text("---\ntitle: b\n---\n\n", encoding="utf-8")
    run_build(2)
    assert ids(documents)["b"] != before


def test_ids_outlive_the_sites_address_and_the_style_of_its_ids(
    three: None, run_build: Build, documents: Documents
) -> None:
    before = ids(documents)
    run_build(1, site={"url": "https://new.example"}, feeds={"id_style": "tag"}, posts={"permalink": "/p/:title/"})
    assert ids(documents) == before
    assert "https://new.example/p/1/" in documents()["/feed.json"].decode()


def test_the_second_post_with_an_id_gets_another_one_and_is_reported_until_it_is_mended(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", title="하나", id="https://example.org/same")
    write_post("2024-06-12-2.md", title="둘", id="https://example.org/same")
    report = run_build()
    assert ids(documents)["하나"] == "https://example.org/same"
    assert ids(documents)["둘"].startswith("https://example.org/same#")
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("2024-06-12-2.md: the id https://example.org/same already belongs")
    assert run_build(1).warnings == report.warnings
    (site / "var" / "index.sqlite3").unlink()
    assert run_build(2).warnings == report.warnings
    given = ids(documents)["둘"]
    write_post("2024-06-12-2.md", title="둘")
    assert run_build(3).warnings == ()
    assert ids(documents)["둘"] == given


def test_a_waiting_post_with_the_id_of_another_one_is_reported_when_it_goes_live(
    write_post: WritePost, run_build: Build
) -> None:
    write_post("2024-06-12-1.md", id="https://example.org/same")
    write_post("2024-06-12-2.md", id="https://example.org/same", date="2100-01-01 22:00:00 +0900")
    assert run_build(0.5).warnings == ()
    report = run_build(1)
    assert report.posts == 2
    assert len(report.warnings) == 1


def test_a_file_name_that_is_used_again_and_again_never_stops_a_build(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    rules = {"posts": {"permalink": "/posts/:title/"}}
    for number in range(4):
        path = write_post("new.md", title=f"기사 {number}", date=f"2024-06-1{number}")
        run_build(2 * number, **rules)
        path.rename(path.with_name(f"kept-{number}.md"))
        run_build(2 * number + 1, **rules)
    assert len(set(ids(documents).values())) == 4


# Terms


def test_two_spellings_are_one_category_labelled_as_first_written(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", "NEWS")
    write_post("2024-06-12-1.md", "News")
    report = run_build()
    assert report.feeds == 2
    assert json.loads(documents()["/categories/news/feed.json"])["title"] == "뉴스 – News"
    atom = documents()["/categories/news/atom.xml"].decode()
    assert 'label="News"' in atom
    assert "NEWS" not in atom.replace("2024", "")


def test_decomposed_letters_are_the_same_category(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", "경제")
    write_post("2024-06-12-2.md", "\u1100\u1167\u11bc\u110c\u1166")
    assert run_build().feeds == 2
    assert set(documents()) == SITE_PATHS | LISTS | paths_of("경제")


def test_a_category_whose_slug_is_taken_gets_another_and_is_reported(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", "'C++'")
    write_post("2024-06-12-2.md", "'C#'")
    report = run_build()
    paths = set(documents()) - SITE_PATHS - LISTS - paths_of("c")
    assert len(paths) == 3
    slug = min(paths).split("/")[2]
    assert report.feed_warnings == (
        f"category 'C++': its slug 'c' belongs to another category, so its feed is at '{slug}'",
    )
    before = documents()
    (site / "var" / "index.sqlite3").unlink()
    assert run_build(1).feed_warnings == report.feed_warnings
    assert documents() == before


def test_spellings_that_only_look_different_are_not_reported_as_a_collision(
    write_post: WritePost, run_build: Build
) -> None:
    write_post("2024-06-12-2.md", "straße")
    run_build()
    write_post("2024-06-12-1.md", "STRASSE")
    report = run_build(1)
    assert (report.feeds, report.feed_warnings) == (2, ())


def test_tags_and_authors_get_feeds_where_the_owner_asks_for_them(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", "환경", tags="[물, 강]", author="김기자")
    report = run_build(feeds={"by": ["category", "tag", "author", "language"]})
    assert report.feeds == 6
    assert {"/tags/물/atom.xml", "/tags/강/atom.xml", "/authors/김기자/atom.xml", "/languages/ko/atom.xml"} <= set(
        documents()
    )


def test_feeds_that_are_asked_for_later_hold_the_posts_that_were_there(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", "환경", tags="[물, 강]", author="김기자")
    run_build()
    feeds = {"by": ["category", "tag", "author", "language"]}
    assert run_build(1, feeds=feeds).feeds == 6
    assert titles(documents, "/authors/김기자/feed.json") == ["기사 2024-06-12-1"]
    assert run_build(2).feeds == 2
    assert set(documents()) == SITE_PATHS | LISTS | paths_of("환경")


def test_a_new_ledger_owns_the_slugs_of_the_categories_that_were_there(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", "'C#'", title="둘")
    run_build()
    (site / "var" / "ledger.sqlite3").unlink()
    run_build(1)
    write_post("2024-06-12-1.md", "'C++'", title="하나")
    assert run_build(2).feeds == 3
    assert titles(documents, "/categories/c/feed.json") == ["둘"]


def test_a_label_that_nobody_writes_any_more_changes_wherever_it_was_shown(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", categories="[News, 환경]")
    write_post("2024-06-12-2.md", categories="[NEWS, IT]")
    run_build()
    assert "NEWS" not in documents()["/categories/it/feed.json"].decode()
    write_post("2024-06-12-1.md", categories="[환경]")
    report = run_build(1)
    assert paths_of("it", "news", "환경") <= set(report.written)
    assert json.loads(documents()["/categories/it/feed.json"])["items"][0]["tags"] == ["NEWS", "IT"]


def test_a_label_stays_as_it_was_first_written_while_anybody_writes_it_so(
    write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", categories="[환경, News]")
    run_build()
    before = documents()
    write_post("2024-06-11-1.md", categories="[IT, NEWS]")
    run_build(1)
    after = documents()
    assert {path: after[path] for path in paths_of("환경")} == {path: before[path] for path in paths_of("환경")}


# When not to publish


def test_a_build_stops_when_more_than_half_of_the_posts_vanish(
    site: Path, three: None, write_post: WritePost, run_build: Build
) -> None:
    write_post("2024-06-12-4.md")
    run_build(1)
    before = tree(site)
    state = {path.name: path.read_bytes() for path in (site / "var").rglob("*") if path.is_file()}
    for number in (1, 2, 3):
        (site / "_posts" / f"2024-06-12-{number}.md").unlink()
    with pytest.raises(RemovalsError, match=r"3 of 4 posts vanished .*--allow-removals"):
        run_build(2)
    assert tree(site) == before
    assert {path.name: path.read_bytes() for path in (site / "var").rglob("*") if path.is_file()} == state
    report = run_build(3, allow_removals=True)
    assert report.posts == 1
    assert set(report.removed) == paths_of("news")


def test_half_of_the_posts_may_go(site: Path, three: None, write_post: WritePost, run_build: Build) -> None:
    write_post("2024-06-12-4.md")
    run_build(1)
    for number in (1, 3):
        (site / "_posts" / f"2024-06-12-{number}.md").unlink()
    assert run_build(2).posts == 2


def test_an_empty_mount_point_stops_the_build_without_an_index_too(site: Path, three: None, run_build: Build) -> None:
    before = tree(site)
    (site / "var" / "index.sqlite3").unlink()
    for path in (site / "_posts").iterdir():
        path.unlink()
    with pytest.raises(RemovalsError, match="3 of 3 posts vanished"):
        run_build(1)
    assert tree(site) == before


def test_a_build_that_stopped_is_right_once_the_posts_are_back(site: Path, three: None, run_build: Build) -> None:
    before = tree(site)
    (site / "_posts").rename(site / "aside")
    (site / "_posts").mkdir()
    with pytest.raises(RemovalsError):
        run_build(1)
    (site / "_posts").rmdir()
    (site / "aside").rename(site / "_posts")
    assert run_build(2).written == ()
    assert tree(site) == before


def test_a_posts_directory_that_is_gone_stops_the_build(site: Path, three: None, run_build: Build) -> None:
    before = tree(site)
    (site / "_posts").rename(site / "aside")
    with pytest.raises(ScanError, match=r"_posts: there is no such directory"):
        run_build(1)
    assert tree(site) == before


def test_a_build_while_another_one_runs_is_refused(site: Path, three: None, run_build: Build) -> None:
    with build_lock(site / "var" / "build.lock"), pytest.raises(LockHeldError):
        run_build(1)


def test_settings_that_give_two_feeds_one_path_change_nothing(site: Path, three: None, run_build: Build) -> None:
    before = tree(site)
    with pytest.raises(ConfigError):
        run_build(1, feeds={"aliases": {"/rss.xml": "/atom.xml"}})
    assert tree(site) == before


def test_a_document_that_misses_an_entry_is_not_published(
    site: Path, three: None, write_post: WritePost, run_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(site)
    write_post("2024-06-12-4.md", "IT", title="넷")
    with monkeypatch.context() as patch:
        patch.setattr("feedsvc.feeds.jsonfeed.render_json", lambda *_: b'{"items": []}')
        with pytest.raises(DocumentError, match="the last edition stands"):
            run_build(1)
    assert tree(site) == before
    assert run_build(2).posts == 4


# Damage


def test_a_corrupt_index_is_made_anew_and_changes_no_byte(
    site: Path, three: None, run_build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    before = tree(site)
    path = site / "var" / "index.sqlite3"
    path.write_bytes(b"\xff" * path.stat().st_size)
    report = run_build(1)
    assert (report.posts, report.written) == (3, ())
    assert tree(site) == before
    assert "it is only a cache, so it is made anew" in caplog.text


def test_wherever_the_index_is_damaged_the_next_build_is_right(
    site: Path, three: None, run_build: Build, documents: Documents, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    index = site / "var" / "index.sqlite3"
    good, before = index.read_bytes(), documents()
    for number, start in enumerate(range(0, len(good), 4096)):
        start = start or 100  # after the file's header, which alone says that this is a database
        garbage = (b"\xff" if number % 2 else b"\0") * 4096
        index.write_bytes((good[:start] + garbage)[: start + 4096] + good[start + 4096 :])
        (site / "public" / "atom.xml").unlink()  # so that the index is asked
        report = run_build(number)
        assert (report.posts, report.feeds) == (3, 3), number
        assert documents() == before, number


def test_a_corrupt_manifest_is_written_again(
    site: Path, three: None, run_build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    manifest = site / "public" / "manifest.json"
    before = json.loads(manifest.read_bytes())["snapshot"]
    manifest.write_bytes(b"{")
    report = run_build(1)
    assert report.snapshot == before
    assert json.loads(manifest.read_bytes())["snapshot"] == before
    assert "manifest.json" in caplog.text


def test_a_published_file_that_was_deleted_is_restored(
    site: Path, three: None, run_build: Build, documents: Documents
) -> None:
    before = documents()
    (site / "public" / "categories" / "news" / "atom.xml").unlink()
    (site / "public" / "categories" / "환경" / "rss.xml.gz").unlink()
    report = run_build(1)
    assert set(report.written) == {"/categories/news/atom.xml", "/categories/환경/rss.xml"}
    assert documents() == before
    assert run_build(2).written == ()


def test_a_published_tree_that_was_deleted_is_restored(
    site: Path, three: None, run_build: Build, documents: Documents
) -> None:
    before = documents()
    shutil.rmtree(site / "public")
    assert len(run_build(1).written) == 10
    assert documents() == before


def test_an_older_tree_that_somebody_put_back_is_brought_up_to_date(
    site: Path, three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    shutil.copytree(site / "public", site / "backup")
    write_post("2024-06-12-4.md", "IT")
    run_build(1)
    newest = documents()
    shutil.rmtree(site / "public")
    (site / "backup").rename(site / "public")
    run_build(2)
    assert documents() == newest


def test_without_its_ledger_the_index_is_forgotten(
    site: Path, three: None, run_build: Build, documents: Documents, read_posts: list[str]
) -> None:
    (site / "var" / "ledger.sqlite3").unlink()
    report = run_build(1)
    assert len(read_posts) == 3
    assert (report.posts, report.written) == (3, ())


def test_with_another_ledger_the_index_is_forgotten(
    site: Path, three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    ledger = site / "var" / "ledger.sqlite3"
    backup = ledger.read_bytes()
    first = ids(documents)["하나"]
    write_post("2024-06-12-1.md", title="하나", permalink="/elsewhere/")
    write_post("2024-06-12-4.md", title="넷")
    run_build(1)
    ledger.write_bytes(backup)
    assert run_build(2).posts == 4
    assert ids(documents)["하나"] == first


def test_a_damaged_ledger_stops_the_build(site: Path, three: None, run_build: Build) -> None:
    before = tree(site)
    (site / "var" / "ledger.sqlite3").write_bytes(b"\xff" * 4096)
    with pytest.raises(LedgerError, match="restore it from your backup"):
        run_build(1)
    assert tree(site) == before


def test_a_published_tree_that_cannot_be_written_stops_the_build_and_the_next_one_is_right(
    site: Path, three: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-4.md", "IT", title="넷")
    obstacle = site / "public" / "categories" / "it"
    obstacle.write_text("a file where the folder belongs", encoding="utf-8")
    with pytest.raises(StoreError, match="categories/it"):
        run_build(1)
    assert len(titles(documents)) == 3
    obstacle.unlink()
    assert run_build(2).posts == 4
    assert titles(documents)[0] == "넷"


# Crashes


class Crash(BaseException):
    """The end of the process, as far as the code can tell."""


def before_the_ledger(patch: pytest.MonkeyPatch) -> None:
    def commit(self: Ledger) -> None:
        raise Crash

    patch.setattr(Ledger, "commit", commit)


def after_the_ledger(patch: pytest.MonkeyPatch) -> None:
    real = Ledger.commit

    def commit(self: Ledger) -> None:
        real(self)
        raise Crash

    patch.setattr(Ledger, "commit", commit)


def while_rendering(patch: pytest.MonkeyPatch) -> None:
    def encode(*_: object) -> None:
        raise Crash

    patch.setattr("feedsvc.publish.edition.Edition.add", encode)


def before_the_edition_is_committed(patch: pytest.MonkeyPatch) -> None:
    def commit(*_: object) -> None:
        raise Crash

    patch.setattr(Staging, "commit", commit)


def while_the_edition_is_put_in_place(patch: pytest.MonkeyPatch) -> None:
    def finish(*_: object) -> None:
        raise Crash

    patch.setattr(feedsvc.publish.store, "finish", finish)


def before_the_index(patch: pytest.MonkeyPatch) -> None:
    def commit(self: Index) -> None:
        raise Crash

    patch.setattr(Index, "commit", commit)


@pytest.mark.parametrize(
    "crash",
    [
        before_the_ledger,
        after_the_ledger,
        while_rendering,
        before_the_edition_is_committed,
        while_the_edition_is_put_in_place,
        before_the_index,
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["the first build", "a later build"])
def test_after_a_crash_the_next_build_is_what_it_would_have_been(
    crash: Callable[[pytest.MonkeyPatch], None],
    first: bool,
    site: Path,
    write_post: WritePost,
    break_post: Callable[[str], Path],
    run_build: Build,
    documents: Documents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(1, 8):
        write_post(f"2024-06-12-{number}.md", ("환경", "News", "IT")[number % 3], title=f"기사 {number}")
    if not first:
        run_build()
        write_post("2024-06-12-8.md", "IT", title="새 기사")
        write_post("2024-06-12-2.md", "환경", title="고친 기사")
        write_post("2024-06-12-1.md", "정책", title="옮긴 기사")
        (site / "_posts" / "2024-06-12-3.md").rename(site / "_posts" / "2024-06-12-renamed.md")
        (site / "_posts" / "2024-06-12-4.md").unlink()
        break_post("2024-06-12-5.md")
    control = shutil.copytree(site, site.parent / "control")
    with monkeypatch.context() as patch:
        crash(patch)
        with pytest.raises(Crash):
            run_build(1)
    report = run_build(2)
    # What left the feeds says when that was decided: when the ledger was committed.
    run_build(2 if crash is before_the_ledger else 1, directory=control)
    undisturbed = run_build(2, directory=control)
    assert documents() == documents(control)
    assert (report.posts, report.rejected, report.warnings, report.snapshot) == (
        undisturbed.posts,
        undisturbed.rejected,
        undisturbed.warnings,
        undisturbed.snapshot,
    )
    assert run_build(3).written == ()


def test_a_post_that_breaks_after_a_crash_keeps_its_last_good_version(
    three: None,
    write_post: WritePost,
    break_post: Callable[[str], Path],
    run_build: Build,
    documents: Documents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_post("2024-06-12-4.md", title="넷")
    with monkeypatch.context() as patch:
        before_the_index(patch)
        with pytest.raises(Crash):
            run_build(1)
    break_post("2024-06-12-1.md")
    report = run_build(2)
    assert [each.kept_previous for each in report.rejected] == [True]
    assert titles(documents) == ["넷", "셋", "둘", "하나"]


def test_the_posts_of_a_build_are_read_by_the_rules_of_the_site(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md", "환경", title="하나", image="/assets/a.jpg")
    run_build(posts={"permalink": "/posts/:title/"})
    (item,) = json.loads(documents()["/feed.json"])["items"]
    assert item["url"] == "https://example.org/posts/1/"
    assert item["image"] == "https://example.org/assets/a.jpg"
    assert item["date_published"].startswith(("2024-06-11T15:00:00", "2024-06-12T00:00:00+09:00"))
    assert "style" not in item["content_html"]


def test_a_ledger_that_is_gone_is_told(
    run_build: Callable[..., BuildReport], site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_build(0)
    assert "ledger is new" not in caplog.text
    (site / "var" / "ledger.sqlite3").unlink()
    run_build(1)
    assert "the ledger is new, but feeds are published already" in caplog.text


def test_a_new_domain_changes_no_id(
    run_build: Callable[..., BuildReport], documents: Callable[..., dict[str, bytes]]
) -> None:
    run_build(0)
    ids = re.findall(rb"<id>([^<]*)</id>", documents()["/atom.xml"])
    run_build(1, site={"title": "뉴스", "url": "https://moved.example"})
    moved = documents()["/atom.xml"]
    assert re.findall(rb"<id>([^<]*)</id>", moved) == ids
    assert b"https://moved.example" in moved


def test_a_broken_post_that_is_renamed_keeps_its_last_good_version_and_its_id(
    run_build: Callable[..., BuildReport],
    write_post: Callable[..., Path],
    break_post: Callable[[str], Path],
    documents: Callable[..., dict[str, bytes]],
) -> None:
    for number in (1, 2, 3):
        write_post(f"2024-06-12-{number}.md", title=f"기사 {number}")
    run_build(0)
    before = documents()
    break_post("2024-06-12-2.md")
    run_build(1)
    broken = break_post("2024-06-12-2.md")
    broken.rename(broken.with_name("2024-06-12-2.markdown"))
    report = run_build(2)
    assert [(each.path, each.kept_previous) for each in report.rejected] == [("2024-06-12-2.markdown", True)]
    assert documents() == before


def test_a_document_that_somebody_wrote_over_is_written_again(
    run_build: Callable[..., BuildReport],
    write_post: Callable[..., Path],
    documents: Callable[..., dict[str, bytes]],
    site: Path,
) -> None:
    write_post("2024-06-12-1.md")
    run_build(0)
    before = documents()
    path = site / "public" / "rss.xml"
    path.write_bytes(b"X" * len(path.read_bytes()))
    run_build(1)
    assert documents() == before


def test_a_directory_without_posts_is_told(run_build: Callable[..., BuildReport]) -> None:
    report = run_build(0)
    assert any("no file below it matches" in told for told in report.feed_warnings)
