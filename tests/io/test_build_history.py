from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.errors import FeedsvcError, ScanError
from feedsvc.report import BuildReport, Rejected
from feedsvc.status import BUILDS_FILE, Run, Service, ServiceNote, read_runs, read_service, write_status
from feedsvc.status.builds import MOST_RUNS, note_run

NOON = datetime(2024, 7, 11, 12, tzinfo=UTC)
IDLE = BuildReport(posts=3, rejected=(), feeds=2, written=(), removed=(), unchanged=6, duration_s=0.5, snapshot="01")
EDIT = replace(IDLE, written=("/atom.xml",), unchanged=5)
FAULT = Rejected(path="a.md", line=2, column=8, reason="the quoted text ends", hint="put it in", kept_previous=True)
FAILURE = ScanError("/srv/_posts", "there is no such directory")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / BUILDS_FILE


def build(path: Path, *outcomes: BuildReport | FeedsvcError) -> list[Run]:
    for number, outcome in enumerate(outcomes):
        write_status(path.with_name("status.json"), NOON + timedelta(minutes=number), outcome)
    return list(read_runs(path))


def test_the_newest_build_comes_first_with_what_it_changed(path: Path) -> None:
    newest, first = build(path, EDIT, replace(IDLE, posts=4, removed=("/rss.xml",), duration_s=1.23456))
    assert (first.kind, first.posts_before, first.posts, first.written) == ("changed", 0, 3, ("/atom.xml",))
    assert (newest.posts_before, newest.posts, newest.removed, newest.duration_s) == (3, 4, ("/rss.xml",), 1.235)
    assert newest.at == NOON + timedelta(minutes=1)


def test_builds_in_a_row_that_found_nothing_to_do_are_one(path: Path) -> None:
    runs = build(path, EDIT, IDLE, IDLE, IDLE, EDIT, IDLE)
    assert [(run.kind, run.times) for run in runs] == [("idle", 1), ("changed", 1), ("idle", 3), ("changed", 1)]
    assert (runs[2].since, runs[2].at) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=3))


def test_failures_in_a_row_are_one_for_each_reason(path: Path) -> None:
    other = ScanError("/srv/_posts", "permission denied")
    assert [(run.message, run.times) for run in build(path, FAILURE, FAILURE, other, EDIT)] == [
        ("", 1), (str(other), 1), (str(FAILURE), 2),
    ]  # fmt: skip


def test_a_post_is_told_when_it_is_rejected_when_its_fault_is_another_and_when_it_is_mended(path: Path) -> None:
    moved = replace(FAULT, line=3)
    other = replace(FAULT, reason="there is no date")
    told = [
        (run.kind, [each.reason for each in run.newly_rejected], run.mended, run.rejected)
        for run in build(path, *(replace(IDLE, rejected=faults) for faults in ((FAULT,), (moved,), (other,), ())))
    ]
    assert told == [
        ("changed", [], ("a.md",), 0),
        ("changed", ["there is no date"], (), 1),
        ("idle", [], (), 1),
        ("changed", ["the quoted text ends"], (), 1),
    ]


def test_a_failure_in_between_does_not_make_a_rejection_new(path: Path) -> None:
    rejecting = replace(IDLE, rejected=(FAULT,))
    assert build(path, rejecting, FAILURE, rejecting)[0].kind == "idle"


def test_a_build_of_thousands_of_documents_and_faults_is_one_short_line(path: Path) -> None:
    faults = tuple(replace(FAULT, path=f"{number}.md", hint="h" * 9000) for number in range(3000))
    written = tuple(f"/{number}.xml" for number in range(3000))
    (run,) = build(path, replace(EDIT, written=written, rejected=faults))
    assert (len(run.written), run.written_count) == (20, 3000)
    assert (len(run.newly_rejected), run.newly_rejected_count) == (20, 3000)
    assert path.stat().st_size < 20_000


def test_a_build_that_finds_nothing_to_do_writes_next_to_nothing(path: Path) -> None:
    build(path, IDLE)
    before = path.stat().st_size
    note_run(path, Run(kind="idle", at=NOON, since=NOON, duration_s=0.123, posts=3, posts_before=3))
    assert path.stat().st_size - before < 128


def test_the_history_is_bounded_in_builds_and_in_bytes(path: Path) -> None:
    run = Run(kind="changed", at=NOON, since=NOON, written=("/x" * 50,), written_count=1)
    sizes = []
    for number in range(2500):
        note_run(path, run._replace(posts=number))
        sizes.append(path.stat().st_size)
    runs = read_runs(path)
    assert max(sizes) <= 262_144
    assert len(runs) == MOST_RUNS
    assert [each.posts for each in runs] == [*range(2499, 2299, -1)]


def test_builds_that_found_nothing_take_no_place_from_those_that_did(path: Path) -> None:
    run = Run(kind="changed", at=NOON, since=NOON)
    for number in range(150):
        note_run(path, run._replace(posts=number))
        note_run(path, run._replace(kind="idle"))
    assert sum(each.kind == "changed" for each in read_runs(path)) == 150


@pytest.mark.parametrize("damage", [b"{", b"[]\n", b"\xff\n", b'{"kind": "changed"}\n', b'{"at": 1}\n', b"null\n"])
def test_a_line_that_cannot_be_read_is_left_out(path: Path, damage: bytes) -> None:
    build(path, EDIT)
    path.write_bytes(path.read_bytes() + damage)
    assert [run.kind for run in read_runs(path)] == ["changed"]


def test_where_there_is_no_history_there_is_none(path: Path) -> None:
    assert read_runs(path) == ()


def test_a_history_that_cannot_be_written_costs_a_warning_only(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.mkdir()
    with caplog.at_level(logging.WARNING):
        build(path, EDIT)
    assert [each.getMessage() for each in caplog.records] == [
        f"{path}: the history of builds cannot be written: Is a directory"
    ]


def test_what_the_service_does_is_told_by_it_and_believed_of_it_only(tmp_path: Path) -> None:
    file = tmp_path / "service.json"
    service = Service(pid=7, building_since=NOON, watching="failed", reason="/srv: a network")
    ServiceNote(file).tell(service)
    assert read_service(file, 7) == service
    assert read_service(file, 8) is None


def test_the_state_of_the_service_is_written_when_it_is_another_only(tmp_path: Path) -> None:
    file = tmp_path / "service.json"
    note = ServiceNote(file)
    note.tell(Service(pid=7))
    file.unlink()
    note.tell(Service(pid=7))
    assert not file.exists()
    note.tell(Service(pid=7, watching="on"))
    told = read_service(file, 7)
    assert told is not None
    assert told.watching == "on"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"building_since": 1}'])
def test_a_state_of_the_service_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "service.json"
    file.write_bytes(content)
    assert read_service(file, 7) is None
