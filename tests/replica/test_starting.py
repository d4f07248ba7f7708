"""A replica comes up with what it has while its store takes connections and never answers, and follows it later."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from feedsvc.objects.address import open_objects

# What the main process says when it begins to serve, and when a look at the store failed.
_LISTENS, _FAILED = "listening on", "WARNING no newer edition: s3://"


@pytest.fixture(scope="module")
def cluster(load_helper: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    seaweed = load_helper("../stores/seaweed.py")
    with seaweed.Seaweed(directory=tmp_path_factory.mktemp("starting-seaweed")) as running:
        yield running


@pytest.fixture
def site(world: Any, cluster: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in cluster.environ.items():
        monkeypatch.setenv(name, value)
    world.target = f"s3://feeds/{request.node.name}"
    world.objects = open_objects(world.target)
    return world


@pytest.fixture
def gate(load_helper: Any, cluster: Any) -> Iterator[Any]:
    with load_helper("gate.py").Gate(cluster.port) as opened:
        yield opened


@pytest.fixture
def replica(site: Any, gate: Any, load_helper: Any, tmp_path: Path) -> Iterator[Any]:
    live = load_helper("live.py")
    through = {**os.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{gate.port}"}
    made = live.Replica(directory=tmp_path / "replica", source=site.target, environ=through)
    yield made
    if made.process is not None:
        assert made.stop() == 0


def shut(gate: Any) -> None:
    gate.shut.set()
    gate.drop()


def reopen(gate: Any) -> None:
    gate.shut.clear()
    gate.drop()


def readiness(replica: Any) -> str:
    """Return what it says; nothing while nobody answers, as when workers are replaced on a machine with much to do."""
    try:
        return str(replica.get("/readyz").body.decode())
    except (OSError, HTTPException):
        return ""


def is_at(replica: Any, edition: str) -> bool:
    """Say whether several requests in a row, which reach both workers, are answered from an edition."""
    return all(edition in readiness(replica) for _ in range(6))


def assert_served_before_a_look_failed(replica: Any) -> None:
    before, listens, after = replica.log.rpartition(_LISTENS)
    assert listens
    assert _FAILED not in before, "it waited until the look was over"
    assert _FAILED in after


def test_a_replica_with_an_edition_serves_it_at_once_and_follows_when_the_store_answers(
    site: Any, gate: Any, replica: Any
) -> None:
    first = site.publish()
    replica.start()
    replica.wait_until(lambda: is_at(replica, first.snapshot), "it is served")
    before = replica.get("/atom.xml")
    assert replica.stop() == 0
    site.write_post(9, "새 기사")
    second = site.publish()
    shut(gate)
    replica.start()
    assert first.snapshot in readiness(replica)
    assert replica.get("/atom.xml").body == before.body
    # The look that hangs fails by this; were it waited for, it would have by its own patience.
    reopen(gate)
    replica.wait_until(lambda: is_at(replica, second.snapshot), "it follows")
    assert_served_before_a_look_failed(replica)
    assert replica.get("/atom.xml").body == (site.directory / "public/atom.xml").read_bytes()


def test_a_replica_without_an_edition_is_up_and_not_ready_until_the_store_answers(
    site: Any, gate: Any, replica: Any
) -> None:
    head = site.publish()
    shut(gate)
    replica.start(ready=False)
    assert replica.get("/healthz").status == 200
    answer = replica.get("/readyz")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert replica.get("/atom.xml").status == 503
    replica.wait_until(lambda: "the store was not reached since" in readiness(replica), "it says why")
    assert_served_before_a_look_failed(replica)
    reopen(gate)
    replica.wait_until(lambda: is_at(replica, head.snapshot), "it follows")


def test_a_store_without_an_edition_is_told_from_one_that_is_not_reached(site: Any, replica: Any) -> None:
    replica.start(ready=False)
    replica.wait_until(lambda: "nothing is published yet" in readiness(replica), "it says so")
    answer = replica.get("/readyz")
    assert answer.status == 503
    assert b"the store was reached" in answer.body
