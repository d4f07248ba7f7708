"""Where feeds move: what a build remembers of the addresses it once published, and tells the web."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from feedsvc.errors import ManifestError
from feedsvc.ledger import open_ledger, retired
from feedsvc.model import Moves
from feedsvc.publish.manifest import dump_manifest, make_manifest, parse_manifest
from feedsvc.publish.snapshot import SnapshotFollower
from feedsvc.publish.tree import load_manifest

NOW = datetime(2100, 1, 1, tzinfo=UTC)
SEA = frozenset(f"/categories/바다/{file}" for file in ("atom.xml", "rss.xml", "feed.json"))


@pytest.fixture
def two_categories(write_post: Callable[..., Path], run_build: Callable[..., Any]) -> Path:
    """A site with a category that only one post is in; return that post."""
    for number in range(1, 4):
        write_post(f"2024-06-12-{number}.md")
    post = write_post("2024-06-12-9.md", "바다")
    run_build()
    return post


def test_an_emptied_category_is_gone_and_stays_so_until_it_is_back(
    site: Path, two_categories: Path, write_post: Callable[..., Path], run_build: Callable[..., Any]
) -> None:
    write_post(two_categories.name, "환경")
    run_build(1)
    assert load_manifest(site / "public").moves.gone == SEA
    before = (site / "public/manifest.json").stat()
    run_build(2)
    assert (site / "public/manifest.json").stat() == before
    write_post("2024-06-12-4.md")
    run_build(3)
    assert load_manifest(site / "public").moves.gone == SEA
    write_post(two_categories.name, "바다", title="새 제목")
    run_build(4)
    assert load_manifest(site / "public").moves == Moves()
    assert b"gone" not in (site / "public/manifest.json").read_bytes()


@pytest.mark.parametrize("lost", ["public", "var/index.sqlite3"])
def test_what_is_gone_survives_the_loss_of_what_can_be_made_again(
    site: Path, two_categories: Path, run_build: Callable[..., Any], lost: str
) -> None:
    two_categories.unlink()
    run_build(1)
    before = load_manifest(site / "public")
    (rmtree if lost == "public" else Path.unlink)(site / lost)
    run_build(2)
    after = load_manifest(site / "public")
    assert (after.snapshot, after.moves) == (before.snapshot, Moves(gone=SEA))


def test_another_redirect_is_published_without_a_change_of_any_feed(
    site: Path, two_categories: Path, run_build: Callable[..., Any]
) -> None:
    follow = SnapshotFollower(site / "public", interval=0)
    first = follow()
    report = run_build(1, redirects={"/old.xml": "/atom.xml"})
    assert (report.written, report.removed) == ((), ())
    second = follow()
    assert first is not None
    assert second is not None
    assert second.moves == Moves(moved={"/old.xml": "/atom.xml"})
    assert second.id != first.id
    before = (site / "public/manifest.json").stat()
    run_build(2, redirects={"/old.xml": "/atom.xml"})
    assert (site / "public/manifest.json").stat() == before
    run_build(3)
    third = follow()
    assert third is not None
    assert third.id == first.id


def test_a_redirect_from_a_category_that_still_has_posts_is_told_and_stops_nothing(
    two_categories: Path, write_post: Callable[..., Path], run_build: Callable[..., Any]
) -> None:
    redirects = {"/categories/바다/*": "/categories/환경/*"}
    report = run_build(1, redirects=redirects)
    assert [told.partition(":")[0] for told in report.feed_warnings] == ["[redirects] /categories/바다/*"]
    write_post(two_categories.name, "환경")
    assert run_build(2, redirects=redirects).feed_warnings == ()


def test_the_addresses_of_a_format_that_was_dropped_are_gone(
    site: Path, two_categories: Path, run_build: Callable[..., Any]
) -> None:
    run_build(1, feeds={"formats": ["atom", "rss"]})
    gone = load_manifest(site / "public").moves.gone
    assert gone == {"/feed.json", "/categories/바다/feed.json", "/categories/환경/feed.json"}


def test_only_so_many_addresses_are_remembered_and_the_oldest_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retired, "MOST", 2)
    ledger = open_ledger(tmp_path / "ledger.sqlite3")
    mark = ledger.mark()
    assert ledger.retire((), ["/a"], NOW) == frozenset()
    ledger.commit()
    assert ledger.mark() == mark
    ledger.retire(["/a", "/z"], ["/z"], NOW)
    assert ledger.retire(["/b", "/c"], [], NOW.replace(hour=1)) == {"/b", "/c"}
    ledger.commit()
    assert ledger.mark() != mark
    ledger.close()
    again = open_ledger(tmp_path / "ledger.sqlite3")
    assert again.retire(["/b"], ["/c"], NOW) == {"/b"}
    again.close()


def test_moves_are_part_of_a_manifest_only_where_there_are_any() -> None:
    plain, moved = (
        make_manifest(()),
        make_manifest((), moves=Moves(moved={"/b": "/c", "/a": "/d"}, gone=frozenset({"/x"}))),
    )
    assert b"moved" not in dump_manifest(plain)
    assert parse_manifest(dump_manifest(moved), Path("m")) == moved
    assert b'"moved": {"/a": "/d", "/b": "/c"}, "gone": ["/x"]' in dump_manifest(moved)
    assert plain.snapshot == make_manifest((), moves=Moves()).snapshot != moved.snapshot


@pytest.mark.parametrize("broken", [b'"moved": {"/a": 1}', b'"moved": []', b'"gone": [1]', b'"gone": 1'])
def test_moves_that_are_none_make_no_manifest(broken: bytes) -> None:
    data = b'{"version": 1, "snapshot": "x", ' + broken + b', "representations": []}'
    with pytest.raises(ManifestError):
        parse_manifest(data, Path("m"))
