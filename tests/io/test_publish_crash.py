"""What a reader sees when the publisher dies between any two file operations, or the disk is full."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feedsvc.errors import StaleSnapshotError, StoreError
from feedsvc.model import FeedDocument, FeedLocation, FeedSpec
from feedsvc.publish.disk import Disk
from feedsvc.publish.snapshot import SnapshotFollower, load_snapshot
from feedsvc.publish.store import find_damaged, load_manifest, publish_snapshot, recover

NOON = datetime(2024, 7, 11, 12, tzinfo=UTC)
OLD = {"/atom.xml": "가", "/categories/경제/atom.xml": "나", "/categories/환경/atom.xml": "다", "/feed": "라"}
NEW = {"/atom.xml": "마", "/categories/경제/atom.xml": "나", "/categories/IT/atom.xml": "바", "/feed/rss.xml": "사"}


def document(path: str, text: str) -> FeedDocument:
    location = FeedLocation(format="atom", path=path, self_link=f"https://example.org{path}")
    spec = FeedSpec(
        kind="category",
        key=path,
        id=path,
        title=path,
        subtitle="",
        language="ko",
        authors=(),
        alternate_link="https://example.org/",
        ttl=5,
        locations=(location,),
    )
    return FeedDocument(spec=spec, location=location, media_type="application/atom+xml", body=body(text), entry_count=1)


def body(text: str) -> bytes:
    return f"<feed>{text * 200}</feed>".encode()


def publish(public: Path, edition: dict[str, str], disk: Disk | None = None) -> None:
    documents = [document(path, text) for path, text in edition.items()]
    publish_snapshot(public, documents, edition.keys(), NOON, disk=disk)


def served(public: Path) -> dict[str, bytes]:
    """Everything a reader who starts now is served, in every coding that is there."""
    snapshot = load_snapshot(public)
    for path, representation in snapshot.representations.items():
        for variant in representation.variants:
            assert len(snapshot.read_body(path, variant.coding)) == variant.size
    return {path: snapshot.read_body(path, "identity") for path in snapshot.representations}


def bodies(edition: dict[str, str]) -> dict[str, bytes]:
    return {path: body(text) for path, text in edition.items()}


class DeadError(BaseException):
    """Not an Exception: a process that was killed runs no handler."""


class MortalDisk(Disk):
    """Counts operations; dies before the one of number ``last``, and then does nothing ever again."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0
        self.log: list[tuple[str, str]] = []
        self.paths: list[tuple[str, Path]] = []

    def before(self, operation: str, path: Path) -> None:
        self.log.append((operation, path.name))
        self.paths.append((operation, path))
        self.count += 1
        if self.count > self.last:
            if operation == "write" and self.count == self.last + 1:
                path.write_bytes(b"half of wh")
            raise DeadError


class FullDisk(Disk):
    """Fails one operation, once, as a disk does that has no room."""

    def __init__(self, failing: int, code: int = errno.ENOSPC) -> None:
        self.left = failing
        self.code = code

    def before(self, operation: str, path: Path) -> None:
        self.left -= 1
        if self.left == -1:
            raise StoreError(str(path), os.strerror(self.code).lower())


def operations(tmp_path: Path) -> list[tuple[str, str]]:
    disk = MortalDisk(sys.maxsize)
    publish(tmp_path / "rehearsal", OLD)
    publish(tmp_path / "rehearsal", NEW, disk)
    return disk.log


def test_after_a_crash_at_any_step_the_old_or_the_new_edition_is_served_whole(tmp_path: Path) -> None:
    steps = operations(tmp_path)
    commit = steps.index(("replace", "manifest.json"))
    assert 40 < len(steps) < 200
    for last in range(len(steps)):
        public = tmp_path / str(last)
        publish(public, OLD)
        with pytest.raises(DeadError):
            publish(public, NEW, MortalDisk(last))
        assert served(public) == bodies(NEW if last > commit else OLD), steps[last]
        recover(public)
        assert served(public) == bodies(NEW if last > commit else OLD), steps[last]
        assert not (public / ".next").exists()
        assert find_damaged(public, load_manifest(public)) == frozenset()
        publish(public, NEW)
        assert served(public) == bodies(NEW)
        listed = {name for name in tree(public) if name != "manifest.json"}
        assert listed == {path[1:] + suffix for path in NEW for suffix in ("", ".gz", ".br", ".zst")}


def tree(public: Path) -> set[str]:
    return {path.relative_to(public).as_posix() for path in public.rglob("*") if path.is_file()}


def test_a_recovery_that_is_cut_off_anywhere_is_finished_by_the_next(tmp_path: Path) -> None:
    steps = operations(tmp_path)
    commit = steps.index(("replace", "manifest.json"))
    for last in range(len(steps) - commit - 2):
        public = tmp_path / str(last)
        publish(public, OLD)
        with pytest.raises(DeadError):
            publish(public, NEW, MortalDisk(commit + 2))
        with pytest.raises(DeadError):
            recover(public, MortalDisk(last))
        assert served(public) == bodies(NEW)
        recover(public)
        assert served(public) == bodies(NEW)
        assert not (public / ".next").exists()


def test_a_build_that_finds_a_committed_edition_finishes_it_before_it_begins_its_own(tmp_path: Path) -> None:
    commit = operations(tmp_path).index(("replace", "manifest.json"))
    third = NEW | {"/atom.xml": "아"}
    for last in range(12):
        public = tmp_path / str(last)
        publish(public, OLD)
        with pytest.raises(DeadError):
            publish(public, NEW, MortalDisk(commit + 2))
        with pytest.raises(DeadError):
            publish(public, third, MortalDisk(last))
        assert served(public) == bodies(NEW)
    publish(public, third)
    assert served(public) == bodies(third)


def test_a_power_cut_finds_everything_durable_that_the_next_step_relies_on(tmp_path: Path) -> None:
    public = (tmp_path / "public").resolve()
    publish(public, OLD)
    disk = MortalDisk(sys.maxsize)
    publish(public, NEW, disk)
    staged, placed = public / ".next" / "manifest.json", public / "manifest.json"
    commit, end = disk.paths.index(("replace", staged)), disk.paths.index(("replace", placed))
    before, between = disk.paths[:commit], disk.paths[commit:end]
    written = [path for operation, path in before if operation == "write"]
    made = [path for operation, path in before if operation == "make_directory" and path != public]
    assert {*written, *made, public} <= synced_after(before, max(before.index(("write", path)) for path in written))
    assert between[1] == ("sync", staged.parent)
    moved = [path for operation, path in between[1:] if operation == "replace"]
    left = [path.parent for operation, path in between if operation == "remove" and path.parent.exists()]
    assert {*(path.parent for path in moved), *left} <= synced_after(between, between.index(("replace", moved[-1])))
    assert disk.paths[end + 1] == ("sync", public)


def synced_after(operations: list[tuple[str, Path]], index: int) -> set[Path]:
    return {path for operation, path in operations[index:] if operation == "sync"}


def test_recovering_says_whether_an_edition_was_finished(tmp_path: Path) -> None:
    commit = operations(tmp_path).index(("replace", "manifest.json"))
    publish(tmp_path / "public", OLD)
    with pytest.raises(DeadError):
        publish(tmp_path / "public", NEW, MortalDisk(commit))
    assert recover(tmp_path / "public") is False
    with pytest.raises(DeadError):
        publish(tmp_path / "public", NEW, MortalDisk(commit + 1))
    assert recover(tmp_path / "public") is True


def test_after_a_failure_at_any_step_the_edition_is_whole_and_the_next_build_is_right(tmp_path: Path) -> None:
    steps = operations(tmp_path)
    commit = steps.index(("replace", "manifest.json"))
    for failing, step in enumerate(steps):
        if step[0] == "prune":
            continue  # a folder that stays is no failure
        public = tmp_path / str(failing)
        publish(public, OLD)
        with pytest.raises(StoreError, match="no space left on device"):
            publish(public, NEW, FullDisk(failing))
        # The one sync after the commit's rename is still before anything moves: then the commit is taken back.
        assert served(public) == bodies(NEW if failing > commit + 1 else OLD), step
        assert (public / ".next").exists() == (failing > commit + 1), step
        publish(public, NEW)
        assert served(public) == bodies(NEW)


class TakingBackDisk(Disk):
    """Fails the operation after the commit's rename, and dies with half of what was staged removed."""

    committed = False
    failed = False

    def before(self, operation: str, path: Path) -> None:
        if self.committed and not self.failed:
            self.failed = True
            raise StoreError(str(path), "input/output error")
        self.committed = (operation, path.name) == ("replace", "manifest.json")
        if operation == "remove_tree" and self.failed:
            for file in sorted(path.rglob("*.xml")):
                file.unlink()
            raise DeadError


def test_a_commit_that_is_taken_back_never_leaves_half_an_edition_that_looks_committed(tmp_path: Path) -> None:
    public = tmp_path / "public"
    publish(public, OLD)
    with pytest.raises(DeadError):
        publish(public, NEW, TakingBackDisk())
    assert served(public) == bodies(OLD)
    publish(public, NEW)
    assert served(public) == bodies(NEW)


def test_the_first_edition_ever_may_be_cut_off_too(tmp_path: Path) -> None:
    rehearsal = MortalDisk(sys.maxsize)
    publish(tmp_path / "rehearsal", OLD, rehearsal)
    for last in range(rehearsal.count):
        public = tmp_path / str(last)
        with pytest.raises(DeadError):
            publish(public, OLD, MortalDisk(last))
        publish(public, OLD)
        assert served(public) == bodies(OLD)


def test_killed_for_real_at_random_moments_the_edition_is_whole(tmp_path: Path) -> None:
    public = tmp_path / "public"
    program = tmp_path / "publisher.py"
    program.write_text(PUBLISHER, encoding="utf-8")
    publish(public, {f"/{number}.xml": "가0" for number in range(20)})
    for round_ in range(12):
        with subprocess.Popen([sys.executable, str(program), str(public)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            threading.Event().wait(round_ * 0.011)
            process.kill()
        contents = set(served(public).values())
        assert len(contents) == 1, round_
    recover(public)
    assert find_damaged(public, load_manifest(public)) == frozenset()


PUBLISHER = """
import sys, itertools
from datetime import UTC, datetime
from pathlib import Path
from feedsvc.model import FeedDocument, FeedLocation, FeedSpec
from feedsvc.publish.store import publish_snapshot

def document(number, text):
    path = f"/{number}.xml"
    location = FeedLocation(format="atom", path=path, self_link="https://example.org" + path)
    spec = FeedSpec(kind="site", key="", id="x", title="x", subtitle="", language="ko", authors=(),
                    alternate_link="https://example.org/", ttl=5, locations=(location,))
    return FeedDocument(spec=spec, location=location, media_type="application/atom+xml",
                        body=(text * 500).encode(), entry_count=1)

print("ready", flush=True)
for edition in itertools.count():
    documents = [document(number, f"가{edition}") for number in range(20)]
    publish_snapshot(Path(sys.argv[1]), documents, [d.location.path for d in documents], datetime.now(UTC))
"""


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, where the machine lets us mount one."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a file system is not permitted here; the failing operations above cover the same code")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full_leaves_the_old_edition_and_says_what_to_do(tiny_disk: Path) -> None:
    public = tiny_disk / "public"
    publish(public, OLD)
    before = tree(public)
    filler = tiny_disk / "filler"
    filler.write_bytes(b"\0" * 900_000)
    with pytest.raises(StoreError, match="no space left on device; free some space and build again"):
        publish(public, {**OLD, **{f"/{number}.xml": str(number) * 400 for number in range(60)}})
    assert tree(public) == before
    assert served(public) == bodies(OLD)
    filler.unlink()
    publish(public, NEW)
    assert served(public) == bodies(NEW)


class Reader(threading.Thread):
    """Reads every feed again and again until told to stop, and keeps what it saw together."""

    def __init__(self, public: Path, paths: list[str]) -> None:
        super().__init__()
        self.follower = SnapshotFollower(public, interval=0.0, memory=0)
        self.paths = paths
        self.done = threading.Event()
        self.editions: set[frozenset[bytes]] = set()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.done.is_set():
                self.read()
        except BaseException as error:  # noqa: BLE001 -- whatever it is fails the test
            self.error = error

    def read(self) -> None:
        snapshot = self.follower()
        assert snapshot is not None
        with contextlib.suppress(StaleSnapshotError):
            self.editions.add(frozenset(snapshot.read_body(path, "identity") for path in self.paths))


def test_readers_during_many_publications_never_see_a_mix(tmp_path: Path) -> None:
    public = tmp_path / "public"
    paths = [f"/{number}.xml" for number in range(6)]
    publish(public, dict.fromkeys(paths, "0"))
    readers = [Reader(public, paths) for _ in range(2)]
    for reader in readers:
        reader.start()
    for edition in range(1, 40):
        publish(public, dict.fromkeys(paths, str(edition)))
    for reader in readers:
        reader.done.set()
        reader.join()
    for reader in readers:
        assert reader.error is None
        assert len(reader.editions) > 3
        assert {len(edition) for edition in reader.editions} == {1}


def test_what_the_clock_says_does_not_reach_the_bytes(tmp_path: Path) -> None:
    documents = [document(path, text) for path, text in OLD.items()]
    for days in (0, 1):
        publish_snapshot(tmp_path / str(days), documents, OLD.keys(), NOON + timedelta(days=days))
    one, other = (tmp_path / "0", tmp_path / "1")
    for name in tree(one) - {"manifest.json"}:
        assert (one / name).read_bytes() == (other / name).read_bytes()
