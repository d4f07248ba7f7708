"""A ledger in pieces in a store, and back on another machine."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from feedsvc.errors import ObjectStoreError, StoreError
from feedsvc.ledger import open_ledger
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import Objects
from feedsvc.publish.manifest import make_etag
from feedsvc.remote.head import LedgerCopy
from feedsvc.remote.layout import blob_name
from feedsvc.remote.ledgercopy import PIECE, Cutter, mark_of, send_pieces
from feedsvc.remote.ledgerrestore import take_over


@pytest.fixture
def objects() -> Objects:
    return open_objects("memory:")


def decide(path: Path, *ids: str) -> None:
    """Write entries into a ledger, as a build does."""
    with closing(open_ledger(path)) as ledger:
        rows = ((each, f"{each}.md", f"bytes {each}", f"text {each}", 1, None) for each in ids)
        ledger.database.write("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)
        ledger.site_id("https://example.org/")
        ledger.touch()
        ledger.commit()


def ids_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM entries ORDER BY id")]


def send(objects: Objects, path: Path) -> LedgerCopy:
    cut = Cutter().cut(path, mark_of(path))
    send_pieces(objects, cut, ())
    return cut.copy


def test_a_ledger_comes_whole_to_a_machine_that_has_none(tmp_path: Path, objects: Objects) -> None:
    here, there = tmp_path / "here.sqlite3", tmp_path / "var" / "ledger.sqlite3"
    decide(here, *(f"https://example.org/{number}/" for number in range(5000)))
    copy = send(objects, here)
    assert len(copy.pieces) > 3
    assert take_over(objects, copy, there)
    assert ids_in(there) == ids_in(here)
    assert [each.name for each in there.parent.iterdir()] == ["ledger.sqlite3"]
    # It goes on from the copy, so it need not be fetched again, before or after it decided more.
    assert not take_over(objects, copy, there)
    decide(there, "https://example.org/new/")
    assert not take_over(objects, copy, there)


def test_only_what_changed_of_a_ledger_is_sent(tmp_path: Path, objects: Objects) -> None:
    path, cutter = tmp_path / "ledger.sqlite3", Cutter()
    decide(path, *(f"https://example.org/{number}/" for number in range(20_000)))
    before = cutter.cut(path, mark_of(path))
    whole = send_pieces(objects, before, ())
    decide(path, "https://example.org/new/")
    after = cutter.cut(path, mark_of(path))
    assert after.copy == Cutter().cut(path, mark_of(path)).copy
    assert 0 < send_pieces(objects, after, before.copy.pieces) < whole / 3
    assert {each.name for each in objects.list()} == {blob_name(each) for each in before.places | after.places}


def test_two_machines_that_go_on_from_one_ledger_never_take_one_for_the_other(tmp_path: Path, objects: Objects) -> None:
    one, two = tmp_path / "one.sqlite3", tmp_path / "two.sqlite3"
    decide(one, "a")
    first = send(objects, one)
    take_over(objects, first, two)
    decide(one, "never sent")
    decide(two, "b")
    assert mark_of(one) != mark_of(two)
    second = send(objects, two)
    assert take_over(objects, second, one)
    assert ids_in(one) == ["a", "b"]
    # And back again: nothing here is missing there, so nothing is kept beside.
    decide(one, "c")
    assert take_over(objects, send(objects, one), two)
    assert ids_in(two) == ["a", "b", "c"]
    beside = [each for each in tmp_path.iterdir() if "before" in each.name]
    assert [ids_in(each) for each in beside] == [["a", "never sent"]]


def test_what_was_never_sent_is_kept_beside_and_told_of(
    tmp_path: Path, objects: Objects, caplog: pytest.LogCaptureFixture
) -> None:
    mine, theirs = tmp_path / "ledger.sqlite3", tmp_path / "theirs.sqlite3"
    decide(mine, "mine")
    mark = mark_of(mine)
    decide(theirs, "theirs")
    with caplog.at_level(logging.WARNING):
        take_over(objects, send(objects, theirs), mine)
    assert ids_in(mine) == ["theirs"]
    assert ids_in(tmp_path / f"ledger.sqlite3.before-{mark.replace(':', '-')}") == ["mine"]
    assert "was never sent" in caplog.text


def test_a_journal_that_a_killed_build_left_is_not_played_into_the_restored_file(
    tmp_path: Path, objects: Objects
) -> None:
    mine, theirs = tmp_path / "ledger.sqlite3", tmp_path / "theirs.sqlite3"
    decide(mine, *(f"mine {number}" for number in range(3000)))
    decide(theirs, *(f"theirs {number}" for number in range(3000)))
    copy = send(objects, theirs)
    # A small cache makes SQLite write pages before the commit, as a kill in its middle leaves them.
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA cache_size=1');"
        "c.execute('BEGIN IMMEDIATE'); c.execute(\"UPDATE entries SET digest = 'x' || digest\"); os._exit(0)"
    )
    import subprocess
    import sys

    subprocess.run([sys.executable, "-c", script, str(mine)], check=True)
    journal = tmp_path / "ledger.sqlite3-journal"
    assert journal.stat().st_size > 0
    with pytest.raises(StoreError, match="in the middle of a commit"):
        Cutter().cut(mine, "")
    take_over(objects, copy, mine)
    assert not journal.exists()
    assert ids_in(mine) == ids_in(theirs)


def _shorten(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    return replace(copy, pieces=copy.pieces[:-1])


def _lie_of_size(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    return replace(copy, size=copy.size - 1)


def _lie_of_mark(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    return replace(copy, mark="0123456789abcdef:7")


def _lose(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    objects.delete(blob_name(copy.pieces[1]))
    return copy


def _change(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    objects.put(blob_name(copy.pieces[1]), b"something else")
    return copy


def _put(objects: Objects, copy: LedgerCopy, number: int, blob: bytes) -> LedgerCopy:
    etag = make_etag(blob)
    objects.put(blob_name(etag), blob)
    return replace(copy, pieces=(*copy.pieces[:number], etag, *copy.pieces[number + 1 :]))


def _bomb(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    return _put(objects, copy, 1, zstandard.compress(bytes(200_000_000)))


def _no_zstd(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    return _put(objects, copy, 1, b"plain")


def _garble(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    return _put(objects, copy, 1, zstandard.compress(os.urandom(PIECE)))


def _lead_astray(objects: Objects, copy: LedgerCopy) -> LedgerCopy:
    return replace(copy, pieces=("../../etc/passwd", *copy.pieces[1:]))


@pytest.mark.parametrize(
    "harm", [_shorten, _lie_of_size, _lie_of_mark, _lose, _change, _bomb, _no_zstd, _garble, _lead_astray]
)
def test_a_copy_that_is_not_whole_is_refused_and_the_ledger_stays(
    harm: Callable[[Objects, LedgerCopy], LedgerCopy], tmp_path: Path, objects: Objects
) -> None:
    theirs, mine = tmp_path / "theirs.sqlite3", tmp_path / "var" / "ledger.sqlite3"
    decide(theirs, *(f"theirs {number}" for number in range(5000)))
    mine.parent.mkdir()
    decide(mine, "mine")
    copy = harm(objects, send(objects, theirs))
    with pytest.raises(ObjectStoreError, match="is not whole"):
        take_over(objects, copy, mine)
    assert ids_in(mine) == ["mine"]
    assert [each.name for each in mine.parent.iterdir()] == ["ledger.sqlite3"]
