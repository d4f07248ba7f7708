"""What people are told of feeds, from posts to the manifest: it follows change, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc.model import SITE, FeedDocument, FeedFacts, FeedSpec, Snapshot
from feedsvc.publish.snapshot import load_snapshot
from feedsvc.publish.store import publish_snapshot

WritePost = Callable[..., Path]
Build = Callable[..., Any]


@pytest.fixture
def posts(write_post: WritePost) -> None:
    for day in (3, 4, 12, 25):
        write_post(f"2024-06-{day:02}-1.md", "환경", title=f"환경 {day}")
    write_post("2024-06-30-1.md", "경제", title="돈")


def test_a_build_tells_the_last_entry_of_each_feed_and_how_many_came_each_week(
    site: Path, posts: None, run_build: Build
) -> None:
    run_build()
    feeds = load_snapshot(site / "public").feeds
    nature, everything = feeds["category", "환경"], feeds[SITE]
    assert (nature.last_title, nature.counts) == ("환경 25", (1, 0, 1, 2))
    assert (everything.last_title, everything.counts) == ("돈", (2, 0, 1, 2))
    assert everything.week == nature.week


def test_a_post_in_one_category_leaves_what_is_told_of_others_as_it_is(
    site: Path, posts: None, write_post: WritePost, run_build: Build
) -> None:
    run_build()
    before = load_snapshot(site / "public").feeds
    write_post("2024-09-01-1.md", "경제", title="더")
    run_build(1)
    after = load_snapshot(site / "public").feeds
    assert after["category", "환경"] == before["category", "환경"]
    assert after["category", "경제"].last_title == after[SITE].last_title == "더"


def test_a_post_that_arrives_late_counts_in_the_week_that_it_names_and_one_ahead_of_its_date_when_it_came(
    site: Path, posts: None, write_post: WritePost, run_build: Build
) -> None:
    run_build()
    write_post("2024-06-11-9.md", "환경")
    run_build(1)
    assert load_snapshot(site / "public").feeds["category", "환경"].counts == (1, 0, 2, 2)
    write_post("2999-01-01-1.md", "경제")
    run_build(2, posts={"future": True})
    # It came on New Year's Day of 2100, a Friday: some 3,900 weeks after the others, and not 50,000.
    assert load_snapshot(site / "public").feeds["category", "경제"].counts == (1,)
    assert load_snapshot(site / "public").feeds[SITE].week == 6783


def test_an_edition_that_tells_something_else_of_a_feed_is_another_though_its_bytes_are_the_same(
    site: Path, make_feed: Callable[..., FeedSpec]
) -> None:
    spec = make_feed("atom")
    seen: list[Snapshot] = []
    for counts in ((1,), (1, 2)):
        facts = FeedFacts("x", week=9, counts=counts)
        document = FeedDocument(
            spec=spec, location=spec.locations[0], media_type="application/atom+xml", body=b"<feed/>", entry_count=1,
            facts=facts,
        )  # fmt: skip
        publish_snapshot(site / "public", [document], ["/atom.xml"], datetime(2024, 1, 1, tzinfo=UTC))
        seen.append(load_snapshot(site / "public", seen[-1] if seen else None))
    assert [each.feeds[SITE].counts for each in seen] == [(1,), (1, 2)]
    assert seen[0].id == seen[1].id


def test_facts_of_a_feed_go_with_it(site: Path, posts: None, run_build: Build) -> None:
    run_build()
    (site / "_posts/2024-06-30-1.md").unlink()
    run_build(1, allow_removals=True)
    assert set(load_snapshot(site / "public").feeds) == {SITE, ("category", "환경")}


def test_an_edition_without_facts_is_served_and_built_upon(
    site: Path, posts: None, write_post: WritePost, run_build: Build
) -> None:
    run_build()
    manifest = site / "public/manifest.json"
    document = json.loads(manifest.read_bytes())
    del document["feeds"]
    manifest.write_text(json.dumps(document), encoding="utf-8")
    assert load_snapshot(site / "public").feeds == {}
    assert run_build(1).written == ()
    write_post("2024-09-01-1.md", "경제", title="더")
    run_build(2)
    assert set(load_snapshot(site / "public").feeds) == {SITE, ("category", "경제")}


def test_the_list_of_feeds_is_rewritten_when_a_feed_comes_and_not_when_a_post_does(
    site: Path, posts: None, write_post: WritePost, run_build: Build
) -> None:
    assert "/opml.xml" in run_build().written
    write_post("2024-09-01-1.md", "경제")
    assert "/opml.xml" not in run_build(1).written
    write_post("2024-09-02-1.md", "새로운")
    assert "/opml.xml" in run_build(2).written


def test_a_feed_menu_is_there_by_switch_alone(site: Path, posts: None, run_build: Build) -> None:
    run_build()
    assert run_build(1, web={"feed_menu": True}).written == ("/.well-known/feed-menu.json",)
    assert (site / "public/.well-known/feed-menu.json.gz").exists()
    assert run_build(2, web={"feed_menu": True}).written == ()
    report = run_build(3)
    assert report.removed == ("/.well-known/feed-menu.json",)


def test_other_words_rewrite_the_list_and_no_feed(site: Path, posts: None, run_build: Build) -> None:
    run_build()
    words = site / "words.toml"
    words.write_text('[kind]\ncategory = "Rubriques"\n', encoding="utf-8")
    assert run_build(1, web={"words": "words.toml"}).written == ("/opml.xml",)
    assert "Rubriques" in (site / "public/opml.xml").read_text(encoding="utf-8")
    words.write_text('[kind]\ncategory = "Sections"\n', encoding="utf-8")
    assert run_build(2, web={"words": "words.toml"}).written == ("/opml.xml",)


def test_words_that_are_wrong_hold_up_no_feed(
    site: Path, posts: None, run_build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    assert "/atom.xml" in run_build(web={"words": "nowhere.toml"}).written
    assert "nowhere.toml: cannot be read" in caplog.text
    assert "카테고리" in (site / "public/opml.xml").read_text(encoding="utf-8")
