from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import ManifestError, StaleSnapshotError
from feedsvc.model import FeedDocument, FeedLocation, FeedSpec, Snapshot
from feedsvc.publish import bodies, snapshot
from feedsvc.publish.bodies import BodyCache
from feedsvc.publish.disk import Disk
from feedsvc.publish.snapshot import SnapshotFollower, load_snapshot
from feedsvc.publish.store import publish_snapshot

NOON = datetime(2024, 7, 11, 12, tzinfo=UTC)
PATH = "/categories/경제/atom.xml"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def publish(public: Path, text: str, path: str = PATH, disk: Disk | None = None) -> bytes:
    location = FeedLocation(format="atom", path=path, self_link=f"https://example.org{path}")
    spec = FeedSpec(
        kind="category",
        key="경제",
        id=path,
        title="경제",
        subtitle="",
        language="ko",
        authors=(),
        alternate_link="https://example.org/",
        ttl=5,
        locations=(location,),
    )
    body = (text * 100).encode()
    document = FeedDocument(spec=spec, location=location, media_type="application/atom+xml", body=body, entry_count=1)
    publish_snapshot(public, [document], [path], NOON, disk=disk)
    return body


def loaded(follower: SnapshotFollower) -> Snapshot:
    snapshot = follower()
    assert snapshot is not None
    return snapshot


def test_a_follower_knows_that_an_edition_is_coming_while_its_files_are_staged(tmp_path: Path) -> None:
    follower = SnapshotFollower(tmp_path)
    seen: list[tuple[str, bool]] = []

    class Watching(Disk):
        def before(self, operation: str, path: Path) -> None:
            seen.append((f"{operation} {path.relative_to(tmp_path)}", follower.is_one_coming()))

    publish(tmp_path, "가", disk=Watching())
    staged = [coming for what, coming in seen if what.startswith(("write", "sync", "replace"))]
    assert staged
    assert all(staged)
    assert not follower.is_one_coming()


def test_a_follower_that_is_refreshed_has_the_newest_edition_before_it_is_due(tmp_path: Path) -> None:
    publish(tmp_path, "가")
    clock = Clock()
    follower = SnapshotFollower(tmp_path, interval=10, monotonic=clock)
    before = loaded(follower)
    publish(tmp_path, "나")
    clock.now += 9
    assert loaded(follower) is before
    follower.refresh()
    after = loaded(follower)
    assert after.id != before.id
    publish(tmp_path, "다")
    clock.now += 9
    assert loaded(follower) is after
    clock.now += 1
    assert loaded(follower) is not after


def test_nobody_waits_while_a_new_edition_is_read_in_another_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, "가")
    follower = SnapshotFollower(tmp_path, interval=10)
    before = loaded(follower)
    publish(tmp_path, "나")
    reading, go_on = threading.Event(), threading.Event()

    def read_slowly(*given: Any, **named: Any) -> Snapshot:
        reading.set()
        assert go_on.wait(10)
        return load_snapshot(*given, **named)

    monkeypatch.setattr(snapshot, "load_snapshot", read_slowly)
    thread = threading.Thread(target=follower.refresh)
    thread.start()
    assert reading.wait(10)
    assert loaded(follower) is before
    go_on.set()
    thread.join()
    assert loaded(follower) is not before


def test_a_snapshot_is_another_when_only_the_next_change_is(tmp_path: Path) -> None:
    publish(tmp_path, "가")
    before = load_snapshot(tmp_path)
    publish_snapshot(tmp_path, [], [PATH], NOON, next_change=NOON)
    after = load_snapshot(tmp_path, before)
    assert (before.next_change, after.next_change, after.id) == (None, NOON, before.id)
    assert load_snapshot(tmp_path, after) is after


def test_a_snapshot_reads_the_bodies_that_its_etags_name(tmp_path: Path) -> None:
    body = publish(tmp_path, "가")
    snapshot = load_snapshot(tmp_path)
    assert snapshot.read_body(PATH, "identity") == body
    assert snapshot.read_body(PATH, "gzip") == (tmp_path / (PATH[1:] + ".gz")).read_bytes()
    with pytest.raises(KeyError):
        snapshot.read_body("/nowhere.xml", "identity")
    with pytest.raises(KeyError):
        snapshot.read_body(PATH, "compress")


def test_nothing_published_is_a_manifest_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="nothing is published yet"):
        load_snapshot(tmp_path)


def test_bytes_of_another_edition_are_never_returned(tmp_path: Path) -> None:
    publish(tmp_path, "가")
    snapshot = load_snapshot(tmp_path)
    publish(tmp_path, "나")
    with pytest.raises(StaleSnapshotError, match="replaced by a newer edition"):
        snapshot.read_body(PATH, "identity")


@pytest.mark.parametrize("spoil", ["cut", "same size", "gone", "folder", "link", "pipe"])
def test_a_file_that_was_tampered_with_is_never_returned(tmp_path: Path, spoil: str) -> None:
    body = publish(tmp_path, "가")
    place = tmp_path / PATH[1:]
    place.unlink()
    if spoil in {"cut", "same size"}:
        place.write_bytes(body[:-1] if spoil == "cut" else bytes(len(body)))
    elif spoil == "folder":
        place.mkdir()
    elif spoil == "link":
        (tmp_path / "elsewhere").write_bytes(body)
        place.symlink_to(tmp_path / "elsewhere")
    elif spoil == "pipe":
        os.mkfifo(place)
    with pytest.raises(StaleSnapshotError):
        load_snapshot(tmp_path).read_body(PATH, "identity")


def test_an_edition_on_its_way_is_read_where_its_files_are(tmp_path: Path) -> None:
    publish(tmp_path / "a", "가")
    body = publish(tmp_path / "b", "나")
    public = tmp_path / "a"
    staged = public / ".next" / PATH[1:]
    staged.parent.mkdir(parents=True)
    (tmp_path / "b" / PATH[1:]).rename(staged)
    (tmp_path / "b" / "manifest.json").rename(public / ".next" / "manifest.json")
    snapshot = load_snapshot(public)
    assert snapshot.read_body(PATH, "identity") == body
    staged.replace(public / PATH[1:])
    assert load_snapshot(public).read_body(PATH, "identity") == body


def test_a_file_that_moves_into_place_while_it_is_looked_for_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = publish(tmp_path, "가")
    place, staged = tmp_path / PATH[1:], tmp_path / ".next" / PATH[1:]
    staged.parent.mkdir(parents=True)
    place.rename(staged)
    looked: list[Path] = []
    read = bodies.read_plain

    def look_then_move(path: Path, size: int) -> bytes | None:
        looked.append(path)
        found = read(path, size)
        if len(looked) == 1:
            staged.replace(place)
        return found

    snapshot = load_snapshot(tmp_path)
    monkeypatch.setattr(bodies, "read_plain", look_then_move)
    assert snapshot.read_body(PATH, "identity") == body
    assert looked == [place, staged, place]


def test_the_same_edition_is_the_same_snapshot(tmp_path: Path) -> None:
    publish(tmp_path, "가")
    first = load_snapshot(tmp_path)
    assert load_snapshot(tmp_path, first) is first
    publish(tmp_path, "나")
    assert load_snapshot(tmp_path, first) is not first


def test_bodies_that_did_not_change_stay_in_memory_from_one_edition_to_the_next(tmp_path: Path) -> None:
    body = publish(tmp_path, "가")
    first = load_snapshot(tmp_path)
    first.read_body(PATH, "identity")
    publish(tmp_path, "나")
    publish(tmp_path, "가")
    second = load_snapshot(tmp_path, first)
    (tmp_path / PATH[1:]).unlink()
    assert second.read_body(PATH, "identity") == body


def test_a_reader_of_another_make_gets_a_cache_of_its_own(tmp_path: Path) -> None:
    body = publish(tmp_path, "가")
    other = Snapshot(id="other", representations={}, read_body=lambda path, coding: b"")
    assert load_snapshot(tmp_path, other).read_body(PATH, "identity") == body


def test_the_cache_holds_no_more_bytes_than_it_may_and_lets_the_oldest_go() -> None:
    cache = BodyCache(10)
    cache.put("a", b"1234")
    cache.put("b", b"1234")
    assert cache.get("a") == b"1234"
    cache.put("c", b"1234")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"1234", None, b"1234")
    cache.put("huge", b"12345678901")
    assert cache.get("huge") is None
    cache.put("c", b"1234")
    assert cache.get("a") == b"1234"


def test_a_follower_has_nothing_before_the_first_edition_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    follower = SnapshotFollower(tmp_path, monotonic=clock)
    for _ in range(3):
        assert follower() is None
        clock.now += 1
    assert [record.levelname for record in caplog.records] == ["INFO"]
    publish(tmp_path, "가")
    assert loaded(follower).representations.keys() == {PATH}


def test_a_follower_looks_at_most_once_in_an_interval(tmp_path: Path) -> None:
    publish(tmp_path, "가")
    clock = Clock()
    follower = SnapshotFollower(tmp_path, interval=0.25, monotonic=clock)
    first = follower()
    publish(tmp_path, "나")
    clock.now += 0.2
    assert follower() is first
    clock.now += 0.06
    assert follower() is not first


def test_a_follower_that_met_a_replaced_body_looks_at_once(tmp_path: Path) -> None:
    publish(tmp_path, "가")
    follower = SnapshotFollower(tmp_path, monotonic=Clock())
    snapshot = loaded(follower)
    body = publish(tmp_path, "나")
    assert follower() is snapshot
    with pytest.raises(StaleSnapshotError):
        snapshot.read_body(PATH, "identity")
    assert loaded(follower).read_body(PATH, "identity") == body


def test_a_manifest_that_is_damaged_or_gone_leaves_the_last_edition_and_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    publish(tmp_path, "가")
    clock = Clock()
    follower = SnapshotFollower(tmp_path, monotonic=clock)
    first = follower()
    for spoil in (lambda: (tmp_path / "manifest.json").write_bytes(b"{"), (tmp_path / "manifest.json").unlink):
        spoil()
        for _ in range(3):
            clock.now += 1
            assert follower() is first
    # That an edition was published may be told too, by tests that ran before.
    told = [record.levelname for record in caplog.records if record.levelno > logging.INFO]
    assert told == ["WARNING", "WARNING"]
    publish(tmp_path, "나")
    clock.now += 1
    assert follower() is not first


def test_many_threads_get_one_snapshot_from_a_follower(tmp_path: Path) -> None:
    publish(tmp_path, "가")
    follower = SnapshotFollower(tmp_path, monotonic=Clock())
    barrier = threading.Barrier(8)
    got: list[Snapshot | None] = []

    def ask() -> None:
        barrier.wait()
        got.append(follower())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert all(each is got[0] and each is not None for each in got)
