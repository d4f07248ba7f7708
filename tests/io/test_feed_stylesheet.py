"""The style sheet that feeds name, in the tree that a web server may serve by itself."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import StoreError
from feedsvc.feeds.stylesheet import PATH, render_stylesheet
from feedsvc.publish.beside import put_beside
from feedsvc.publish.disk import Disk
from feedsvc.words import load_words

NOW = datetime(2024, 7, 11, 12, tzinfo=UTC)
NAMED = b'<?xml-stylesheet href="/-/feed.css" type="text/css"?>\n'

Build = Callable[..., Any]
Documents = Callable[..., dict[str, bytes]]


def test_feeds_name_a_sheet_that_is_there_in_the_sites_language(
    site: Path, run_build: Build, write_post: Callable[..., Path], documents: Documents
) -> None:
    write_post("2024-07-11-1.md")
    run_build()
    assert (site / "public" / PATH[1:]).read_text(encoding="utf-8") == render_stylesheet(load_words("ko"))
    for path, body in documents().items():
        assert (NAMED in body) is path.endswith(("atom.xml", "rss.xml"))


def test_a_sheet_that_is_as_it_should_be_is_not_written_again(
    site: Path, run_build: Build, write_post: Callable[..., Path]
) -> None:
    write_post("2024-07-11-1.md")
    run_build()
    before = (site / "public" / PATH[1:]).stat()
    write_post("2024-07-11-2.md")
    run_build(1)
    after = (site / "public" / PATH[1:]).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_one_switch_takes_the_sheet_and_the_instruction_away_and_brings_both_back(
    site: Path, run_build: Build, write_post: Callable[..., Path], documents: Documents
) -> None:
    write_post("2024-07-11-1.md")
    run_build()
    named = documents()
    run_build(web={"browser_page": False})
    assert not (site / "public" / "-").exists()
    for path, body in documents().items():
        assert body == named[path].replace(NAMED, b"")
    run_build()
    assert documents() == named
    assert (site / "public" / PATH[1:]).exists()


def test_words_that_cannot_be_read_hold_up_no_feed(
    site: Path, run_build: Build, write_post: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    write_post("2024-07-11-1.md")
    (site / "words.toml").write_text("[feed]\nraww = 1\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        run_build(web={"words": "words.toml"})
    assert "words.toml" in caplog.text
    assert (site / "public" / PATH[1:]).read_text(encoding="utf-8") == render_stylesheet(load_words("ko"))


def test_a_file_is_put_beside_feeds_whole_and_dated(tmp_path: Path) -> None:
    put_beside(tmp_path / "public", PATH, b"a", NOW)
    place = tmp_path / "public" / "-" / "feed.css"
    assert (place.read_bytes(), place.stat().st_mtime) == (b"a", NOW.timestamp())
    assert [each.name for each in place.parent.iterdir()] == ["feed.css"]
    put_beside(tmp_path / "public", PATH, b"b", NOW)
    assert place.read_bytes() == b"b"
    put_beside(tmp_path / "public", PATH, None, NOW)
    put_beside(tmp_path / "public", PATH, None, NOW)
    assert list((tmp_path / "public").iterdir()) == []


def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "-").mkdir()
    (tmp_path / "target").write_bytes(b"a")
    (tmp_path / "-" / "feed.css").symlink_to(tmp_path / "target")
    put_beside(tmp_path, PATH, b"a", NOW)
    assert not (tmp_path / "-" / "feed.css").is_symlink()


class FullDisk(Disk):
    def before(self, operation: str, path: Path) -> None:
        if operation == "replace":
            raise StoreError(str(path), os.strerror(errno.ENOSPC), "")


def test_a_disk_that_is_full_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    put_beside(tmp_path, PATH, b"a", NOW)
    with pytest.raises(StoreError):
        put_beside(tmp_path, PATH, b"b", NOW, FullDisk())
    assert (tmp_path / "-" / "feed.css").read_bytes() == b"a"
