from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.errors import ScanError
from feedsvc.report import BuildReport
from feedsvc.status import read_status, write_next_run, write_status

NOON = datetime(2024, 7, 11, 12, 0, 0, 987_654, tzinfo=UTC)
REPORT = BuildReport(
    posts=3, rejected=(), feeds=2, written=(), removed=(), unchanged=6, duration_s=0.5, snapshot="0123456789abcdef"
)
FAILURE = ScanError("/srv/_posts", "there is no such directory")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "status.json"


def test_a_build_is_told_as_it_ended(path: Path) -> None:
    write_status(path, NOON, REPORT)
    status = read_status(path)
    assert status["built_at"] == "2024-07-11T12:00:00.987+00:00"
    assert status["error"] is None
    build = status["last_build"]
    assert isinstance(build, dict)
    assert (build["posts"], build["snapshot"]) == (3, "0123456789abcdef")


def test_a_failure_stands_beside_the_last_success(path: Path) -> None:
    write_status(path, NOON, REPORT)
    success = read_status(path)
    write_status(path, NOON.replace(hour=13), FAILURE)
    assert read_status(path) == success | {
        "error": {"message": "/srv/_posts: there is no such directory", "at": "2024-07-11T13:00:00+00:00"}
    }


def test_a_success_clears_the_failure_and_keeps_the_next_run(path: Path) -> None:
    write_next_run(path, NOON)
    write_status(path, NOON, FAILURE)
    write_status(path, NOON, REPORT)
    status = read_status(path)
    assert status["error"] is None
    assert status["next_run"] == "2024-07-11T12:00:00+00:00"


def test_the_next_run_is_forgotten_when_nobody_schedules(path: Path) -> None:
    write_status(path, NOON, REPORT)
    write_next_run(path, NOON)
    write_next_run(path, None)
    status = read_status(path)
    assert status["next_run"] is None
    assert status["built_at"] == "2024-07-11T12:00:00.987+00:00"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe"])
def test_a_status_that_cannot_be_read_is_no_status(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert read_status(path) == {}
    write_status(path, NOON, REPORT)
    assert read_status(path)["built_at"] == "2024-07-11T12:00:00.987+00:00"


def test_no_status_is_no_status(path: Path) -> None:
    assert read_status(path) == {}


def test_the_file_is_replaced_whole_and_nothing_is_left_beside_it(path: Path) -> None:
    write_status(path, NOON, REPORT)
    before = path.stat().st_ino
    with path.open(encoding="utf-8") as reader:
        write_status(path, NOON, FAILURE)
        assert json.load(reader)["error"] is None
    assert path.stat().st_ino != before
    assert sorted(each.name for each in path.parent.iterdir()) == ["builds.jsonl", "status.json"]


def test_letters_of_every_script_are_written_as_they_are(path: Path) -> None:
    write_status(path, NOON, ScanError("/srv/환경", "없음"))
    assert "/srv/환경: 없음" in path.read_text(encoding="utf-8")


def test_a_status_that_cannot_be_written_costs_a_warning_only(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.mkdir()
    with caplog.at_level(logging.WARNING):
        write_status(path, NOON, REPORT)
    assert [record.getMessage() for record in caplog.records] == [
        f"{path}: the status cannot be written: Is a directory"
    ]
    assert sorted(each.name for each in path.parent.iterdir()) == ["builds.jsonl", "status.json"]


def test_a_state_directory_that_is_gone_costs_a_warning_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_next_run(tmp_path / "gone" / "status.json", NOON)
    assert "the status cannot be written: No such file or directory" in caplog.text
