"""Builds for a store that several builders share: who builds, what is said, and what goes on without the store."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.build import build
from feedsvc.cli import run
from feedsvc.config import Settings
from feedsvc.errors import LeaseHeldError, NotSentError, ObjectStoreError
from feedsvc.ledger import open_ledger
from feedsvc.objects.address import open_objects
from feedsvc.remote.claim import LeaseNote, dump_note, parse_note
from feedsvc.remote.head import Head, parse_head
from feedsvc.remote.holding import hold
from feedsvc.remote.layout import HEAD, LEASE
from feedsvc.schedule import BuildSchedule
from feedsvc.status import SERVICE_FILE, STATUS_FILE, read_service, read_status

NOON = datetime(2100, 1, 1, 12, tzinfo=UTC)
MakeSettings = Callable[..., Settings]
WritePost = Callable[..., Path]


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def url(tmp_path: Path) -> str:
    return (tmp_path / "store").as_uri()


@pytest.fixture
def machine(site: Path, settings: MakeSettings, url: str) -> Callable[[str], Settings]:
    """Make settings of a machine that has the site's posts, and published and remembers by itself."""
    return lambda name: settings(
        publish={"target": url, "dir": f"{name}/public", "lease": "1s"}, state={"dir": f"{name}/var"}
    )


def head_of(url: str) -> Head:
    stored = open_objects(url).get(HEAD)
    assert stored
    return parse_head(stored.data, HEAD)


def ids_of(settings: Settings) -> list[str]:
    with closing(open_ledger(settings.state.dir / "ledger.sqlite3")) as ledger:
        return [row[0] for row in ledger.database.rows("SELECT id FROM entries ORDER BY id")]


def test_two_machines_build_in_turn_and_an_id_that_one_gave_stays_though_the_file_was_renamed_since(
    machine: Callable[[str], Settings], write_post: WritePost, url: str
) -> None:
    one, two = machine("one"), machine("two")
    post = write_post("2024-07-01-a.md")
    build(one, now=NOON)
    given = ids_of(one)
    post.rename(post.with_name("2024-07-01-b.md"))
    build(two, now=NOON)
    assert ids_of(two) == given
    write_post("2024-07-02-c.md")
    build(one, now=NOON)
    assert given[0] in ids_of(one)
    assert len(ids_of(one)) == 2
    assert head_of(url).term == 3
    before = head_of(url)
    report = build(one, now=NOON)
    assert report.sent == {"objects": 0, "bytes": 0, "removed": 0}
    assert head_of(url).snapshot == before.snapshot


def test_nothing_is_built_while_another_builder_has_the_lease(
    machine: Callable[[str], Settings], write_post: WritePost, url: str
) -> None:
    one, two = machine("one"), machine("two")
    write_post("2024-07-01-a.md")
    with hold(url, ttl=1.0) as other:
        build(one, now=NOON, builder=other)
        write_post("2024-07-02-b.md")
        with pytest.raises(LeaseHeldError, match=other.lease.name):
            build(two, now=NOON)
        assert not (two.state.dir / "ledger.sqlite3").exists()
        assert not (two.publish.dir / "manifest.json").exists()


def test_the_command_line_names_the_holder_and_exits_with_75(
    site: Path, write_post: WritePost, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("FEEDSVC_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(site)
    text = f'[site]\ntitle = "t"\nurl = "https://example.org"\n[publish]\ntarget = "{url}"\nlease = "1s"\n'
    (site / "feedsvc.toml").write_text(text)
    write_post("2024-07-01-a.md")
    with hold(url, ttl=1.0) as other:
        other.lease.acquire(0)
        assert run(["build"]) == 75
        told = capsys.readouterr().err
        assert f"{other.lease.name} holds the lease" in told
        assert "Traceback" not in told
    assert run(["build"]) == 0


def test_a_store_out_of_reach_does_not_hold_up_the_local_edition(
    machine: Callable[[str], Settings], write_post: WritePost, url: str, tmp_path: Path
) -> None:
    one = machine("one")
    write_post("2024-07-01-a.md")
    build(one, now=NOON)
    store = tmp_path / "store"
    store.rename(tmp_path / "away")
    store.write_text("no directory")
    write_post("2024-07-02-b.md")
    with pytest.raises(NotSentError, match="published here, not sent"):
        build(one, now=NOON)
    assert len(ids_of(one)) == 2
    store.unlink()
    (tmp_path / "away").rename(store)
    report = build(one, now=NOON)
    assert report.written == ()
    assert report.sent
    assert report.sent["objects"] > 0


def test_a_new_machine_waits_for_the_store_since_it_may_hold_a_ledger(
    machine: Callable[[str], Settings], write_post: WritePost, tmp_path: Path
) -> None:
    one = machine("one")
    write_post("2024-07-01-a.md")
    (tmp_path / "store").write_text("no directory")
    with pytest.raises(ObjectStoreError):
        build(one, now=NOON)
    assert not (one.publish.dir / "manifest.json").exists()


def test_a_service_that_stands_by_says_so_once_and_in_its_status_and_fails_nothing(
    machine: Callable[[str], Settings], write_post: WritePost, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    one = machine("one")
    write_post("2024-07-01-a.md")
    note = dump_note(LeaseNote(holder="elsewhere-1-2", term=5, ttl=3600, renewals=1))
    objects = open_objects(url)
    objects.put(LEASE, note)
    from feedsvc.remote.holding import Builder

    builder = Builder(url, ttl=1.0)
    builder.start()
    objects.put(LEASE, dump_note(LeaseNote(holder="elsewhere-1-2", term=5, ttl=3600, renewals=2)))
    schedule = BuildSchedule(
        one, lambda: datetime.now(UTC), lambda *given, **options: build(*given, **options, builder=builder)
    )
    one.state.dir.mkdir(parents=True)
    try:
        with caplog.at_level(logging.INFO):
            objects.put(LEASE, dump_note(LeaseNote(holder="elsewhere-1-2", term=5, ttl=3600, renewals=3)))
            builder.lease._moved = True
            schedule.run()
            schedule.run()
        assert caplog.text.count("standby: elsewhere-1-2 holds the lease") == 1
        service = read_service(one.state.dir / SERVICE_FILE)
        assert service
        assert service.standby_of == "elsewhere-1-2"
        assert "error" not in read_status(one.state.dir / STATUS_FILE)
    finally:
        builder.stop()
    stored = objects.get(LEASE)
    assert stored
    assert parse_note(stored.data, LEASE).holder == "elsewhere-1-2"
    assert json.loads(stored.data)["renewals"] == 3
