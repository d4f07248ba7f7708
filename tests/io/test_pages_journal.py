"""The journal of archive pages for caches: nothing of it is lost, and nothing told before it is out."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from feedsvc.publish.journal import MOVED, PAGE, keep_journal, note, note_out, taking


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    keep_journal(tmp_path / "pages", kept=True)
    return tmp_path / "pages"


def take(journal: Path) -> tuple[str, ...]:
    with taking(journal) as pages:
        return pages


def test_pages_are_given_once_and_only_when_they_are_out(journal: Path) -> None:
    note([journal], PAGE, ["/archive/1/atom.xml", "/경제/archive/2/atom.xml"])
    note([journal], MOVED, ["/atom.xml"])
    note([journal], PAGE, ["/archive/1/atom.xml"])
    assert take(journal) == ()
    note_out(journal)
    note_out(journal)
    assert take(journal) == ("/archive/1/atom.xml", "/경제/archive/2/atom.xml")
    assert take(journal) == ()
    note_out(journal)
    assert journal.read_bytes() == b""


def test_what_is_noted_after_it_was_out_waits_with_the_rest(journal: Path) -> None:
    note([journal], PAGE, ["/a"])
    note_out(journal)
    note([journal], PAGE, ["/b"])
    assert take(journal) == ()
    note_out(journal)
    assert take(journal) == ("/a", "/b")


def test_what_could_not_be_used_is_given_again(journal: Path) -> None:
    note([journal], PAGE, ["/a"])
    note_out(journal)
    with pytest.raises(RuntimeError), taking(journal):
        raise RuntimeError
    assert take(journal) == ("/a",)


def test_a_line_that_a_crash_cut_off_spoils_no_other(journal: Path) -> None:
    journal.write_bytes(b"page\t/arch")
    note([journal], PAGE, ["/a"])
    note_out(journal)
    assert take(journal) == ("/arch", "/a")


def test_nobody_notes_anything_while_it_is_taken(journal: Path) -> None:
    note([journal], PAGE, ["/a"])
    note_out(journal)
    writer = threading.Thread(target=note, args=([journal], PAGE, ["/b"]))
    with taking(journal) as pages:
        writer.start()
        writer.join(0.2)
        assert writer.is_alive()
    writer.join()
    assert pages == ("/a",)
    assert journal.read_bytes() == b"page\t/b\n"


def test_without_caches_there_is_none_and_nothing_is_noted(journal: Path) -> None:
    keep_journal(journal, kept=False)
    note([journal], PAGE, ["/a"])
    note_out(journal)
    assert take(journal) == ()
    assert not journal.exists()
