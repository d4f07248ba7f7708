"""What leaves a feed is gone at once, and the feed's Atom document says so for the window (RFC 6721)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from feedsvc.database import Database
from feedsvc.ledger import open_ledger
from feedsvc.ledger.deleted import DeletedEntries
from feedsvc.model import MOST_DELETED, DeletedEntry
from feedsvc.report import BuildReport

Build = Callable[..., BuildReport]
WritePost = Callable[..., Path]
Documents = Callable[..., dict[str, bytes]]

SITE, NEWS, GREEN = "/atom.xml", "/categories/news/atom.xml", "/categories/환경/atom.xml"
NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
A_FEED = ("category", "a")


def told(body: bytes) -> dict[str, str]:
    """What an Atom document says is deleted: the end of its id -> when."""
    found = etree.fromstring(body).iterfind("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    return {str(each.get("ref")).rstrip("/").rsplit("/", 1)[1]: str(each.get("when")) for each in found}


def shown(body: bytes) -> set[str]:
    found = etree.fromstring(body).iterfind("{*}entry/{*}id")
    return {str(each.text).rstrip("/").rsplit("/", 1)[1] for each in found}


@pytest.fixture
def five(write_post: WritePost, run_build: Build) -> None:
    """Three posts of 환경 and two of News, built at noon."""
    for number in range(1, 6):
        write_post(f"2024-06-12-{number}.md", "News" if number > 3 else "환경")
    run_build()


def test_a_post_whose_file_is_gone_leaves_at_once_and_its_feeds_say_when(
    site: Path, five: None, run_build: Build, documents: Documents
) -> None:
    before = documents()
    (site / "_posts" / "2024-06-12-2.md").unlink()
    run_build(1.5)
    after = documents()
    for path in (SITE, GREEN):
        assert told(after[path]) == {"2": "2100-01-01T13:30:00+00:00"}
        assert "2" not in shown(after[path])
    assert after[NEWS] == before[NEWS]
    assert not [path for path, body in after.items() if b"tombstones" in body and not path.endswith("atom.xml")]


@pytest.mark.parametrize("front", [{"draft": "true"}, {"published": "false"}, {"date": "2200-01-01"}])
def test_a_post_that_its_author_takes_back_is_told_as_deleted(
    front: Mapping[str, str], five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", **front)
    run_build(1)
    for path in (SITE, GREEN):
        assert told(documents()[path]) == {"2": "2100-01-01T13:00:00+00:00"}
        assert "2" not in shown(documents()[path])


def test_a_post_that_comes_back_is_no_longer_told_as_deleted(
    five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    before = documents()
    write_post("2024-06-12-2.md", draft="true")
    run_build(1)
    write_post("2024-06-12-2.md")
    run_build(2)
    assert documents() == before


def test_a_post_that_stood_for_five_minutes_only_is_shown_for_the_window_when_it_comes_back(
    five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    small: dict[str, Any] = {"feeds": {"window": "48h", "min_entries": 1}}
    write_post("2024-06-12-6.md", "News")
    run_build(100, **small)
    write_post("2024-06-12-6.md", "News", draft="true")
    run_build(100.1, **small)
    write_post("2024-06-12-7.md", "News")
    run_build(200, **small)
    write_post("2024-06-12-6.md", "News")
    run_build(201, **small)
    assert shown(documents()[NEWS]) == {"6", "7"}


def test_a_post_that_comes_back_to_another_category_is_still_told_where_it_was(
    five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", draft="true")
    run_build(1)
    write_post("2024-06-12-2.md", "News")
    run_build(2)
    found = documents()
    assert [told(found[path]) for path in (SITE, NEWS)] == [{}, {}]
    assert told(found[GREEN]) == {"2": "2100-01-01T13:00:00+00:00"}


def test_a_post_that_moves_is_told_by_the_feed_that_it_left_only(
    five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", "News")
    run_build(1)
    found = documents()
    assert told(found[GREEN]) == {"2": "2100-01-01T13:00:00+00:00"}
    assert [told(found[path]) for path in (SITE, NEWS)] == [{}, {}]
    assert "2" in shown(found[NEWS])


def test_a_renamed_or_rejected_file_is_told_by_nobody(
    site: Path, five: None, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    (site / "_posts" / "2024-06-12-2.md").rename(site / "_posts" / "2024-06-12-other.md")
    break_post("2024-06-12-1.md")
    run_build(1)
    (site / "_posts" / "2024-06-12-1.md").rename(site / "_posts" / "2024-06-12-broken.md")
    run_build(2)
    assert not any(b"deleted-entry" in body for body in documents().values())
    assert shown(documents()[GREEN]) == {"1", "2", "3"}


def test_a_rejected_file_that_is_moved_over_another_one_leaves_that_one_its_id_and_its_text(
    site: Path, five: None, break_post: Callable[[str], Path], run_build: Build, documents: Documents
) -> None:
    before = documents()
    broken = break_post("2024-06-12-5.md")
    run_build(1)
    broken.rename(site / "_posts" / "2024-06-12-1.md")
    run_build(2)
    assert told(documents()[SITE]).keys() == {"5"}
    assert documents()["/categories/환경/rss.xml"] == before["/categories/환경/rss.xml"]


def test_a_renamed_file_that_changes_its_category_is_told_where_it_was(
    site: Path, five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    (site / "_posts" / "2024-06-12-2.md").unlink()
    write_post("2024-06-12-other.md", "News", title="기사 2024-06-12-2")
    run_build(1)
    assert told(documents()[GREEN]) == {"2": "2100-01-01T13:00:00+00:00"}
    assert told(documents()[SITE]) == {}


def test_a_deletion_is_told_until_a_post_goes_live_the_window_later(
    site: Path, five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    window = {"feeds": {"window": "48h"}}
    (site / "_posts" / "2024-06-12-2.md").unlink()
    run_build(1, **window)
    gone = documents()
    run_build(1000, **window)
    assert documents() == gone  # time alone changes nothing
    write_post("2024-06-12-6.md", "News")
    run_build(48.99, **window)
    assert told(documents()[SITE]) == {"2": "2100-01-01T13:00:00+00:00"}
    write_post("2024-06-12-7.md", "News")
    run_build(49, **window)
    assert told(documents()[SITE]) == {}
    assert documents()[GREEN] == gone[GREEN]  # it has nothing newer
    write_post("2024-06-12-8.md", "환경")
    run_build(50, **window)
    assert told(documents()[GREEN]) == {}


def test_a_draft_that_is_edited_long_after_it_was_taken_back_is_not_told_again(
    five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-2.md", draft="true")
    run_build(1)
    write_post("2024-06-12-6.md")
    run_build(100)
    before = documents()
    write_post("2024-06-12-2.md", draft="true", title="다시 쓴")
    run_build(101)
    assert documents() == before


def test_a_category_that_comes_back_within_the_window_tells_what_left_with_it(
    site: Path, five: None, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    for number in (4, 5):
        (site / "_posts" / f"2024-06-12-{number}.md").unlink()
    run_build(1)
    assert NEWS not in documents()
    write_post("2024-06-12-6.md", "News")
    run_build(2)
    assert told(documents()[NEWS]) == dict.fromkeys("45", "2100-01-01T13:00:00+00:00")


def test_what_left_a_category_for_good_is_forgotten_when_the_site_has_gone_on(
    site: Path, five: None, write_post: WritePost, run_build: Build
) -> None:
    for number in (4, 5):
        (site / "_posts" / f"2024-06-12-{number}.md").unlink()
    run_build(1)
    write_post("2024-06-12-6.md", "환경")
    run_build(100)
    with closing(open_ledger(site / "var" / "ledger.sqlite3")) as ledger:
        assert ledger.deleted.feeds() == []


def test_the_last_post_of_a_site_is_told_as_deleted(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    write_post("2024-06-12-1.md")
    run_build()
    (site / "_posts" / "2024-06-12-1.md").unlink()
    run_build(1, allow_removals=True)
    assert told(documents()[SITE]) == {"1": "2100-01-01T13:00:00+00:00"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_site_tells_what_left_whether_the_index_is_there_or_not(
    when: str, site: Path, five: None, run_build: Build, documents: Documents
) -> None:
    (site / "_posts" / "2024-06-12-2.md").unlink()
    control = shutil.copytree(site, site.parent / "control")
    run_build(1, directory=control)
    if when == "after":
        run_build(1)
    (site / "var" / "index.sqlite3").unlink()
    run_build(1)
    assert documents()[SITE] == documents(control)[SITE]
    # Which categories a post was in only the index knows, until the build that takes the post out.
    assert told(documents()[GREEN]) == ({"2": "2100-01-01T13:00:00+00:00"} if when == "after" else {})


def test_where_all_entries_fit_what_left_costs_none_its_place(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    for number in range(1, 30):
        write_post(f"2024-06-12-{number}.md", body="가" * 350)
    feeds: dict[str, Any] = {"by": [], "min_entries": 40, "archives": []}
    run_build(feeds=feeds)
    for number in range(1, 13):
        (site / "_posts" / f"2024-06-12-{number}.md").unlink()
    control = shutil.copytree(site, site.parent / "control")
    shutil.rmtree(control / "var")
    run_build(directory=control, feeds=feeds)
    without = documents(control)
    limit = max(map(len, without.values()))
    run_build(1, feeds=feeds | {"max_bytes": f"{limit + 500}B"})
    assert shown(documents()[SITE]) == shown(without[SITE])
    assert len(told(documents()[SITE])) < 12
    assert all(len(body) <= limit + 500 for body in documents().values())
    assert all(path == SITE or body == documents()[path] for path, body in without.items())


def test_where_entries_are_left_out_anyway_what_left_is_told_all_the_same(
    site: Path, write_post: WritePost, run_build: Build, documents: Documents
) -> None:
    small: dict[str, Any] = {"feeds": {"max_bytes": "20kB", "by": []}}
    for number in range(1, 30):
        write_post(f"2024-06-12-{number}.md", body="가" * 350)
    run_build(**small)
    before = set(shown(documents()[SITE]))
    for number in range(1, 13):
        (site / "_posts" / f"2024-06-12-{number}.md").unlink()
    run_build(1, **small)
    assert set(shown(documents()[SITE])) < before
    assert len(told(documents()[SITE])) == 12
    assert len(documents()[SITE]) <= 20_000


def test_an_id_that_xml_cannot_hold_is_not_told_and_stops_no_build(
    site: Path, five: None, run_build: Build, documents: Documents
) -> None:
    with closing(open_ledger(site / "var" / "ledger.sqlite3")) as ledger:
        ledger.deleted.note("https://example.org/\x01/", [("site", "")], NOON)
        ledger.commit()
    (site / "_posts" / "2024-06-12-2.md").unlink()
    run_build(1)
    assert told(documents()[SITE]).keys() == {"2"}


@pytest.fixture
def table(tmp_path: Path) -> DeletedEntries:
    return DeletedEntries(Database(tmp_path / "any.sqlite3", schema="", version=1, durable=False))


def test_what_left_first_is_forgotten_when_it_is_too_much(table: DeletedEntries) -> None:
    for number in range(MOST_DELETED + 5):
        table.note(f"{number:03}", [A_FEED], NOON + timedelta(seconds=number))
    table.expire(A_FEED, 0)
    kept = [each.ref for each in table.of_feed(A_FEED)]
    assert kept == [f"{number:03}" for number in reversed(range(5, MOST_DELETED + 5))]


def test_what_left_twice_left_when_it_left_first(table: DeletedEntries) -> None:
    table.note("a", [A_FEED], NOON)
    table.note("a", [A_FEED], NOON + timedelta(hours=1))
    assert table.of_feed(A_FEED) == (DeletedEntry(ref="a", when=NOON),)


def test_a_table_that_nothing_came_to_is_not_changed(table: DeletedEntries) -> None:
    table.note("a", [], NOON)
    table.forget("b", [A_FEED])
    table.expire(A_FEED, 0)
    assert not table.changed
