from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedsvc.errors import LockHeldError, StoreError
from feedsvc.lock import build_lock

# Another process: takes the lock, says so, and holds it until a line comes, or a second has passed.
HOLDER = """
import select, sys
from pathlib import Path
from feedsvc.lock import build_lock
with build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    select.select([sys.stdin], [], [], float(sys.argv[2]))
"""

Hold = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "build.lock"


@pytest.fixture
def hold(path: Path) -> Iterator[Hold]:
    """Let another process hold the lock for so many seconds; it is gone after the test."""
    started = []

    def start(seconds: float = 60.0) -> subprocess.Popen[str]:
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(path), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(holder)
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        return holder

    yield start
    for holder in started:
        holder.kill()
        holder.communicate()


def test_the_lock_makes_the_state_directory(path: Path) -> None:
    with build_lock(path):
        assert path.is_file()


def test_a_lock_that_another_process_holds_is_refused_at_once(path: Path, hold: Hold) -> None:
    hold()
    before = time.monotonic()
    with pytest.raises(LockHeldError, match=r"build\.lock: another build holds the lock"), build_lock(path):
        pytest.fail("two builds at once")
    assert time.monotonic() - before < 1


def test_waiting_ends_in_an_error_when_nobody_lets_go(path: Path, hold: Hold) -> None:
    hold()
    before = time.monotonic()
    with pytest.raises(LockHeldError), build_lock(path, wait=0.2):
        pytest.fail("two builds at once")
    assert time.monotonic() - before >= 0.2


def test_waiting_ends_with_the_lock_when_the_other_one_lets_go(path: Path, hold: Hold) -> None:
    holder = hold(0.3)
    with build_lock(path, wait=30):
        assert holder.wait(timeout=5) == 0


def test_a_process_that_is_killed_lets_go(path: Path, hold: Hold) -> None:
    holder = hold()
    holder.kill()
    holder.wait()
    with build_lock(path):
        pass


def test_the_lock_excludes_builds_of_the_same_process_too(path: Path) -> None:
    with build_lock(path), pytest.raises(LockHeldError), build_lock(path):
        pytest.fail("two builds at once")


def test_the_lock_is_free_after_the_block_however_it_ends(path: Path) -> None:
    with pytest.raises(KeyError), build_lock(path):
        raise KeyError
    with build_lock(path):
        pass


def test_a_child_process_does_not_inherit_the_lock(path: Path) -> None:
    with build_lock(path):
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    try:
        # The kernel closes the child's descriptors one after another while it starts: not all at once.
        with build_lock(path, wait=5):
            assert child.poll() is None
    finally:
        child.kill()
        child.communicate()


def test_a_state_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the directory should be")
    with (
        pytest.raises(StoreError, match=r"the lock file cannot be opened: .*; .*\[state\] dir"),
        build_lock(tmp_path / "var" / "build.lock"),
    ):
        pytest.fail("no lock")


def test_a_lock_file_that_cannot_be_opened_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="the lock file cannot be opened: Is a directory"), build_lock(path):
        pytest.fail("no lock")


def test_a_file_system_without_locks_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StoreError, match="No locks available"), build_lock(path):
        pytest.fail("no lock")
