from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feedsvc.publish import recorder
from feedsvc.publish.history import History, PastEdition, add_edition, history_file, read_history, write_history

DAY = 24 * 3600


def edition(number: int, since: int, size: int = 2) -> PastEdition:
    entries = tuple((f"{place}", f"{number} {place}") for place in range(size))
    bounds = tuple(range(2 * size))
    return PastEdition(etags=(f"{number}", f"{number}gz"), since=since, entries=entries, complete=True, bounds=bounds)


def remember(*editions: PastEdition) -> History:
    history = History(path="/경제/atom.xml")
    for each in editions:
        history = add_edition(history, each)
    return history


def names(history: History) -> list[int]:
    return [int(each.etags[0]) for each in history.editions]


def test_a_history_reads_back_as_it_was_written(tmp_path: Path) -> None:
    history = remember(edition(1, 10), edition(2, 20), edition(3, 30, size=0))
    write_history(tmp_path / "var" / "history", history)
    assert read_history(tmp_path / "var" / "history", history.path) == history
    assert read_history(tmp_path / "var" / "history", "/other.xml") == History(path="/other.xml")


@pytest.mark.parametrize("damage", [b"", b"x", b'{"version": 1}', b"0" * 64 + b"\n{}"])
def test_a_damaged_history_is_none(tmp_path: Path, damage: bytes) -> None:
    history_file(tmp_path, "/a").write_bytes(damage)
    assert read_history(tmp_path, "/a") == History(path="/a")


def test_half_a_history_or_one_of_another_document_is_none(tmp_path: Path) -> None:
    write_history(tmp_path, remember(edition(1, 1)))
    file = history_file(tmp_path, "/경제/atom.xml")
    file.rename(history_file(tmp_path, "/other"))
    assert read_history(tmp_path, "/other").editions == ()
    whole = history_file(tmp_path, "/other").read_bytes()
    for size in range(0, len(whole), 7):
        file.write_bytes(whole[:size])
        assert read_history(tmp_path, "/경제/atom.xml").editions == ()


def test_64_editions_are_kept() -> None:
    assert names(remember(*(edition(number, number) for number in range(100)))) == list(range(36, 100))


def test_a_month_is_kept_counted_from_when_an_edition_was_replaced() -> None:
    assert names(remember(edition(1, 0), edition(2, 300 * DAY))) == [1, 2]
    assert names(remember(edition(1, 0), edition(2, 10 * DAY), edition(3, 41 * DAY))) == [1, 2, 3]
    assert names(remember(edition(1, 0), edition(2, 10 * DAY), edition(3, 42 * DAY))) == [2, 3]


def test_a_large_feed_is_remembered_for_fewer_editions() -> None:
    assert names(remember(*(edition(number, number, size=1000) for number in range(30)))) == list(range(10, 30))
    assert names(remember(*(edition(number, number, size=50_000) for number in range(3)))) == [1, 2]


def test_an_edition_that_comes_back_is_the_newest() -> None:
    assert names(remember(edition(1, 1), edition(2, 2), edition(1, 3))) == [2, 1]


def test_where_entries_lie_is_known_of_the_newest_two() -> None:
    history = remember(*(edition(number, number) for number in range(4)))
    assert [bool(each.bounds) for each in history.editions] == [False, False, True, True]


Build = Callable[..., Any]
Documents = Callable[[], dict[str, bytes]]


def histories(site: Path) -> list[str]:
    found = (site / "var" / "history").glob("*")
    return sorted(json.loads(each.read_bytes().partition(b"\n")[2])["path"] for each in found)


def test_a_document_gets_a_history_when_it_first_changes(site: Path, write_post: Build, run_build: Build) -> None:
    write_post("2024-07-11-1.md")
    write_post("2024-07-11-2.md", "경제")
    run_build()
    assert histories(site) == []
    write_post("2024-07-12-1.md")
    run_build(1)
    files = ("atom.xml", "feed.json", "rss.xml")
    assert histories(site) == sorted(f"{folder}/{file}" for folder in ("", "/categories/환경") for file in files)
    history = read_history(site / "var" / "history", "/atom.xml")
    assert [len(each.entries) for each in history.editions] == [2, 3]
    assert [len(each.etags) for each in history.editions] == [4, 4]
    assert history.editions[-1].complete


def test_the_history_goes_with_its_document(site: Path, write_post: Build, run_build: Build) -> None:
    leaving = [write_post(f"2024-07-11-{number}.md", "경제") for number in (1, 2)]
    write_post("2024-07-11-3.md")
    write_post("2024-07-11-4.md")
    run_build()
    leaving[0].unlink()
    run_build(1)
    assert "/categories/경제/atom.xml" in histories(site)
    leaving[1].unlink()
    run_build(2)
    assert histories(site) == ["/atom.xml", "/feed.json", "/rss.xml"]


def test_a_feed_that_cannot_show_all_says_so(site: Path, write_post: Build, run_build: Build) -> None:
    for number in range(1, 4):
        write_post(f"2024-07-1{number}-1.md")
    small = {"feeds": {"max_entries": 3, "min_entries": 3}}
    run_build(**small)
    for hours, complete in ((1, True), (2, False)):
        if not complete:
            write_post("2024-07-15-1.md")
        else:
            write_post("2024-07-13-1.md", title="anew")
        run_build(hours, **small)
        last = read_history(site / "var" / "history", "/rss.xml").editions[-1]
        assert (len(last.entries), last.complete) == (3, complete)


def test_without_its_histories_a_site_publishes_the_same_bytes(
    site: Path, write_post: Build, run_build: Build, documents: Documents
) -> None:
    published = []
    for forget in (False, True):
        for folder in ("public", "var", "_posts"):
            shutil.rmtree(site / folder, ignore_errors=True)
        for hours in range(3):
            write_post(f"2024-07-1{hours}-1.md")
            run_build(hours)
            if forget:
                shutil.rmtree(site / "var" / "history", ignore_errors=True)
        published.append((documents(), (site / "public" / "manifest.json").read_bytes()))
    assert published[0] == published[1]


def test_a_history_that_cannot_be_written_costs_no_edition(
    site: Path, write_post: Build, run_build: Build, documents: Documents, caplog: pytest.LogCaptureFixture
) -> None:
    write_post("2024-07-11-1.md", "경제")
    gone = write_post("2024-07-11-2.md")
    run_build()
    (site / "var" / "history").write_text("in the way")
    write_post("2024-07-12-1.md", "경제", title="쓰였다")
    gone.unlink()
    with caplog.at_level(logging.WARNING):
        run_build(1)
    assert "쓰였다".encode() in documents()["/atom.xml"]
    assert "/atom.xml: its history cannot be written" in caplog.text
    assert "/categories/환경/atom.xml: its history cannot be removed" in caplog.text


def test_a_history_that_is_behind_goes_on_from_the_published_document(
    site: Path, write_post: Build, run_build: Build
) -> None:
    write_post("2024-07-11-1.md")
    run_build()
    for hours in (1, 2, 3):
        write_post(f"2024-07-12-{hours}.md")
        run_build(hours)
        if hours == 1:
            old = history_file(site / "var" / "history", "/atom.xml").read_bytes()
        if hours == 2:  # a power cut took the last history
            history_file(site / "var" / "history", "/atom.xml").write_bytes(old)
    history = read_history(site / "var" / "history", "/atom.xml")
    assert [len(each.entries) for each in history.editions] == [1, 2, 3, 4]


@pytest.mark.parametrize("text", [None, "overwritten"])
def test_what_stood_there_and_was_not_the_edition_is_not_remembered(
    site: Path, write_post: Build, run_build: Build, text: str | None
) -> None:
    write_post("2024-07-11-1.md")
    run_build()
    place = site / "public" / "atom.xml"
    place.unlink()
    if text:
        place.write_text(text)
    write_post("2024-07-12-1.md")
    run_build(1)
    history = read_history(site / "var" / "history", "/atom.xml")
    assert [len(each.entries) for each in history.editions] == [2]


def test_an_edition_whose_entries_cannot_be_told_apart_is_not_remembered(
    site: Path, write_post: Build, run_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_post("2024-07-11-1.md")
    run_build()
    write_post("2024-07-12-1.md")
    monkeypatch.setattr(recorder, "cut_document", lambda body, format_: ())
    run_build(1)
    assert read_history(site / "var" / "history", "/atom.xml").editions == ()
