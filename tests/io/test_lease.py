"""The lease and the head of a store, with real threads and faults between them and the store."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import LeaseHeldError, LeaseLostError, ObjectConflictError, ObjectStoreError
from feedsvc.ledger import open_ledger
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import NONE, Attributes, Objects, Stored
from feedsvc.remote.claim import LeaseNote, dump_note, parse_note
from feedsvc.remote.head import Head, dump_head, parse_head
from feedsvc.remote.holding import Builder, hold
from feedsvc.remote.layout import HEAD, LEASE
from feedsvc.remote.lease import Lease
from feedsvc.remote.ledgercopy import mark_of

TTL = 0.9


class Faulty(Objects):
    """A store that one builder reaches by a line of its own."""

    def __init__(self, objects: Objects) -> None:
        self._objects, self.address = objects, objects.address
        self.cut = False
        self.lose_answers = False

    def get(self, name: str, *, unless: str = "") -> Stored | None:
        self._reach(name)
        return self._objects.get(name, unless=unless)

    def put(self, name: str, data: bytes, attributes: Attributes = NONE, *, expect: Any = None) -> str:
        self._reach(name)
        tag = self._objects.put(name, data, attributes, expect=expect)
        if self.lose_answers:
            self.lose_answers = False
            raise ObjectConflictError(self.place(name), "was written by somebody else in between")
        return tag

    def _reach(self, name: str) -> None:
        if self.cut:
            raise ObjectStoreError(self.place(name), "is out of reach")


@pytest.fixture
def objects() -> Objects:
    return open_objects("memory:")


@pytest.fixture
def contend(objects: Objects) -> Iterator[Callable[..., Lease]]:
    made = []

    def start(store: Objects = objects, name: str = "", **options: Any) -> Lease:
        lease = Lease(store, ttl=TTL, name=name, **options)
        lease.start()
        made.append(lease)
        return lease

    yield start
    for lease in made:
        lease.release()


def wait_until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came true")


def die(lease: Lease) -> None:
    """End its thread as kill -9 would: nothing is given back."""
    lease._stopping.set()


def test_the_first_builder_holds_the_lease_and_the_second_is_told_who_does(contend: Callable[..., Lease]) -> None:
    first, second = contend(name="one"), None
    assert first.acquire(0) == 1
    second = contend(name="two")
    with pytest.raises(LeaseHeldError, match=r"memory:: one holds the lease"):
        second.acquire(0)
    assert second.holder == "one"
    first.check(1)
    with pytest.raises(LeaseLostError, match="one has the lease now"):
        second.check()


def test_a_lease_that_was_given_back_is_taken_at_once_and_grows_its_term(contend: Callable[..., Lease]) -> None:
    first = contend(name="one")
    first.acquire(0)
    first.release()
    with pytest.raises(LeaseLostError):
        first.check()
    second = contend(name="two")
    assert second.acquire(0) == 2


def test_a_dead_builder_is_followed_even_without_waiting_for_a_build(contend: Callable[..., Lease]) -> None:
    first = contend(name="one")
    first.acquire(0)
    die(first)
    second = contend(name="two")
    # It waits as long as nobody can know whether the holder lives, so that cron's builds go on after a crash.
    assert second.acquire(0) == 2
    with pytest.raises(LeaseLostError):
        first.check()


def test_a_renewal_whose_answer_is_lost_is_found_to_have_come_through(objects: Objects) -> None:
    line = Faulty(objects)
    lease = Lease(line, ttl=TTL, name="one")
    lease.start()
    lease.acquire(0)
    line.lose_answers = True
    wait_until(lambda: not line.lose_answers)
    held = threading.Event()
    assert not held.wait(TTL)
    lease.check(1)
    lease.release()
    assert json.loads((objects.get(LEASE) or pytest.fail("it is gone")).data)["holder"] == ""


def test_a_builder_out_of_reach_stops_believing_and_takes_the_same_term_up_again_if_nobody_came(
    objects: Objects, caplog: pytest.LogCaptureFixture
) -> None:
    line, changes = Faulty(objects), []
    lease = Lease(line, ttl=TTL, name="one", on_change=lambda: changes.append(1))
    with caplog.at_level(logging.INFO):
        lease.start()
        lease.acquire(0)
        line.cut = True
        wait_until(lambda: not lease.believes())
        with pytest.raises(LeaseLostError, match="could not be renewed in time"):
            lease.check(1)
        line.cut = False
        wait_until(lease.believes)
        lease.check(1)
        lease.release()
    assert len(changes) == 4
    assert caplog.text.count("the lease cannot be seen to") == 1
    assert caplog.text.count("it held the lease: term 1") == 2


def test_a_builder_out_of_reach_for_long_finds_another_one_and_contends_again(
    objects: Objects, contend: Callable[..., Lease]
) -> None:
    line = Faulty(objects)
    first = contend(line, name="one")
    first.acquire(0)
    line.cut = True
    second = contend(name="two")
    assert second.acquire(60) == 2
    line.cut = False
    wait_until(lambda: first.holder == "two")
    with pytest.raises(LeaseLostError, match="two has the lease now"):
        first.check(1)
    second.release()
    assert first.acquire(60) == 3


def test_no_term_comes_again_though_the_lease_was_deleted(objects: Objects, contend: Callable[..., Lease]) -> None:
    objects.put(HEAD, dump_head(Head(term=41)))
    assert contend().acquire(0) == 42


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b'{"holder": "a", "term": 1, "ttl": NaN, "renewals": 1}', b"[" * 100_000]
    + [dump_note(LeaseNote(holder=holder, term=term, ttl=ttl, renewals=1)) for holder, term, ttl in
       (("a", 0, 15), ("a", 1, 0), ("a", 1, 1e9), ("\x1b[2J", 1, 15))],
)  # fmt: skip
def test_what_is_no_lease_is_said_to_be_none(data: bytes, objects: Objects, contend: Callable[..., Lease]) -> None:
    with pytest.raises(ObjectStoreError, match="is no lease"):
        parse_note(data, "s3://a/lease")
    objects.put(LEASE, data)
    with pytest.raises(ObjectStoreError, match="delete it"):
        contend().acquire(0)


def decide(state: Path, *ids: str) -> None:
    state.mkdir(exist_ok=True)
    with closing(open_ledger(state / "ledger.sqlite3")) as ledger:
        rows = ((each, f"{each}.md", "", "", 1, None) for each in ids)
        ledger.database.write("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)
        ledger.site_id("https://example.org/")
        ledger.touch()
        ledger.commit()


def ids_in(state: Path) -> list[str]:
    with closing(open_ledger(state / "ledger.sqlite3")) as ledger:
        return [row[0] for row in ledger.database.rows("SELECT id FROM entries ORDER BY id")]


def commit(builder: Builder, state: Path) -> None:
    """Do what a build does once its edition is sent."""
    holding = builder.take_up(state)
    ledger = builder.copy_ledger(state, holding, mark_of(state / "ledger.sqlite3"))
    holding.check()
    head = Head(term=holding.term, ledger=ledger)
    builder.objects.put(HEAD, dump_head(head), expect=holding.head_tag)


def test_who_takes_over_goes_on_from_the_ledger_of_the_head_and_shuts_the_former_holder_out(tmp_path: Path) -> None:
    url, one, two = (tmp_path / "store").as_uri(), tmp_path / "one", tmp_path / "two"
    decide(one, "a", "b")
    first = Builder(url, ttl=TTL)
    first.start()
    commit(first, one)
    late = first.take_up(one)
    die(first.lease)
    with hold(url, ttl=TTL) as second:
        holding = second.take_up(two)
        assert holding.term == 2
        assert ids_in(two) == ["a", "b"]
        with pytest.raises(LeaseLostError):
            late.check()
        with pytest.raises(ObjectConflictError):
            first.objects.put(HEAD, dump_head(late.head), expect=late.head_tag)
        decide(two, "c")
        commit(second, two)
    with hold(url, ttl=TTL) as third:
        assert third.take_up(one).term == 3
        assert ids_in(one) == ["a", "b", "c"]
        stored = third.objects.get(HEAD) or pytest.fail("it is gone")
        assert parse_head(stored.data, "").term == 3


def test_a_standby_that_loses_the_store_does_not_build_by_itself(tmp_path: Path) -> None:
    url = (tmp_path / "store").as_uri()
    with hold(url, ttl=TTL) as first, hold(url, ttl=TTL) as second:
        wait_until(lambda: first.lease.believes() or second.lease.believes())
        first, second = (first, second) if first.lease.believes() else (second, first)
        first.take_up(tmp_path / "one")
        with pytest.raises(LeaseHeldError):
            second.take_up(tmp_path / "two")
        assert second.standby_of == first.lease.name
        assert first.standby_of == ""
        line = Faulty(second.objects)
        line.cut = True
        second.lease._objects = line
        wait_until(lambda: second.lease.trouble is not None)
        with pytest.raises(LeaseHeldError, match=rf"{first.lease.name} held the lease, .*is out of reach"):
            second.take_up(tmp_path / "two")
