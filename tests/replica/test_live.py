"""The real command over a real S3 that is killed: what was served goes on being served, and is never a mix."""

from __future__ import annotations

import gzip
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from feedsvc.feeds.archive import parse_page_path
from feedsvc.objects.address import open_objects
from feedsvc.publish.manifest import MANIFEST, make_etag, parse_manifest
from feedsvc.remote.layout import blob_name


@pytest.fixture(scope="module")
def cluster(load_helper: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a SeaweedFS of these tests' own, whose parts they kill and start again."""
    before = dict(os.environ)
    seaweed = load_helper("../stores/seaweed.py")
    with seaweed.Seaweed(directory=tmp_path_factory.mktemp("replica-seaweed")) as running:
        os.environ.update(running.environ)
        yield running
        for name in list(running.processes):
            running.kill(name)  # in order takes 10 s
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def site(world: Any, cluster: Any, request: pytest.FixtureRequest) -> Any:
    """Give the site of :func:`world`, sent to a prefix of its own in the real store."""
    world.target = f"s3://feeds/{request.node.name}"
    world.objects = open_objects(world.target)
    return world


@pytest.fixture
def replica(site: Any, load_helper: Any, tmp_path: Path) -> Iterator[Any]:
    """Give a replica of it, not started."""
    live = load_helper("live.py")
    made = live.Replica(directory=tmp_path / "replica", source=site.objects.address)
    yield made
    if made.process is not None:
        assert made.stop() == 0


def manifest_of(site: Any) -> Any:
    place = site.directory / "public" / MANIFEST
    return parse_manifest(place.read_bytes(), place)


def paths_of(site: Any) -> list[str]:
    return sorted(manifest_of(site).representations)


def serves(replica: Any, edition: str) -> bool:
    """Say whether several requests in a row, which reach both workers, are answered from an edition."""
    return all(json.loads(replica.get("/-/status").body)["snapshot"] == edition for _ in range(6))


def test_an_edit_is_served_once_it_is_in_the_store(site: Any, replica: Any) -> None:
    site.publish()
    replica.start()
    first = replica.get("/atom.xml")
    assert first.body == (site.directory / "public/atom.xml").read_bytes()
    site.write_post(9, "새 기사")
    head = site.publish()
    replica.wait_until(lambda: serves(replica, head.snapshot), "the edit is there")
    again = replica.get("/atom.xml", {"If-None-Match": first.headers["etag"]})
    assert again.status == 200
    assert again.body == (site.directory / "public/atom.xml").read_bytes()
    assert replica.get("/atom.xml", {"If-None-Match": again.headers["etag"]}).status == 304
    delta = replica.get("/atom.xml", {"If-None-Match": first.headers["etag"], "A-IM": "feed"})
    assert delta.status == 226
    assert replica.get("/atom.xml", {"Accept-Encoding": "br"}).headers["content-encoding"] == "br"
    assert "과학 소식" in replica.get("/").body.decode()
    assert head.snapshot in replica.get("/readyz").body.decode()
    metrics = replica.get("/metrics").body.decode()
    assert "feedsvc_edition_age_seconds" in metrics
    assert "feedsvc_replica_edition_age_seconds" in metrics
    assert "feedsvc_replica_store_failures_total 0.0" in metrics
    assert replica.get("/-/").status == 404
    assert not list(replica.directory.glob("**/*.sqlite3"))


class Pollers:
    """Four clients that poll documents in a round, each on one connection and in a coding of its own."""

    def __init__(self, replica: Any, ask: Any, paths: list[str]) -> None:
        self.seen: list[list[tuple[str, int, str, bytes]]] = [[] for _ in range(4)]
        self._replica, self._ask, self._paths = replica, ask, paths
        self._ended = threading.Event()
        codings = ("identity", "gzip", "br", "zstd")
        self._threads = [
            threading.Thread(target=self._poll, args=(mine, coding))
            for mine, coding in zip(self.seen, codings, strict=True)
        ]

    def __enter__(self) -> Pollers:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._threads:
            each.join()

    def _poll(self, mine: list[tuple[str, int, str, bytes]], coding: str) -> None:
        with closing(self._replica.connect()) as connection:
            while not self._ended.is_set():
                for path in self._paths:
                    answer = self._ask(connection, path, {"Accept-Encoding": coding})
                    mine.append((path, answer.status, answer.headers.get("etag", "").strip('"'), answer.body))


def etags_of(site: Any) -> dict[str, set[str]]:
    return {path: {v.etag for v in each.variants} for path, each in manifest_of(site).representations.items()}


def test_no_client_sees_a_mix_while_editions_change(site: Any, replica: Any, load_helper: Any) -> None:
    site.publish()
    editions = [etags_of(site)]
    replica.start()
    with Pollers(replica, load_helper("live.py").ask, paths_of(site)) as pollers:
        for number in range(9, 14):
            site.write_post(number, f"기사 {number}")
            head = site.publish()
            editions.append(etags_of(site))
            replica.wait_until(lambda head=head: serves(replica, head.snapshot), "it is followed")
    for mine in pollers.seen:
        reached = 0
        for path, status, etag, body in mine:
            assert status == 200
            assert make_etag(body) == etag
            where = [number for number, etags in enumerate(editions) if etag in etags[path]]
            assert max(where) >= reached, f"{path} is of an edition before one that was seen"
            reached = max(reached, min(where))
        assert reached > 0


def test_what_was_served_goes_on_when_the_store_is_killed_and_all_of_it_is_new_when_it_is_back(
    site: Any, replica: Any, cluster: Any
) -> None:
    site.publish()
    replica.start()
    paths = paths_of(site)
    never, known = paths[-1], paths[:-1]
    before = {path: replica.get(path) for path in known}
    cluster.kill("s3")
    try:
        replica.wait_until(lambda: b"not reached since" in replica.get("/readyz").body, "it says so")
        for _ in range(3):
            for path, answer in before.items():
                assert replica.get(path).body == answer.body
                assert replica.get(path, {"If-None-Match": answer.headers["etag"]}).status == 304
            refused = replica.get(never)
            assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        metrics = replica.get("/metrics").body.decode()
        assert "feedsvc_replica_store_failures_total 0.0" not in metrics
        assert json.loads(replica.get("/-/status").body)["replica"]["store_away_since"]
        assert replica.stop() == 0
        replica.start()
        for path, answer in before.items():
            assert replica.get(path).body == answer.body, "after a restart without the store"
    finally:
        cluster.start("s3")
    site.write_post(9, "새 기사")
    head = site.publish()
    replica.wait_until(lambda: serves(replica, head.snapshot), "it converges")
    replica.wait_until(lambda: replica.get(never).status == 200, "what it never had is there")
    assert b"not reached" not in replica.get("/readyz").body


def test_a_store_that_hangs_holds_up_no_poll_for_what_is_here(site: Any, replica: Any, cluster: Any) -> None:
    site.publish()
    replica.start()
    paths = paths_of(site)
    before = {path: replica.get(path) for path in paths[:-1]}
    process = cluster.processes["s3"]
    process.send_signal(signal.SIGSTOP)
    try:
        assert replica.get(paths[-1]).status == 503
        for path, answer in before.items():
            assert replica.get(path).body == answer.body
        replica.wait_until(lambda: b"not reached since" in replica.get("/readyz").body, "it is noticed")
    finally:
        process.send_signal(signal.SIGCONT)
    replica.wait_until(lambda: replica.get(paths[-1]).status == 200, "it is there again")


def test_a_blob_that_is_damaged_in_the_store_is_never_served_and_is_asked_for_again(site: Any, replica: Any) -> None:
    site.publish()
    variant = manifest_of(site).representations["/atom.xml"].variants[0]
    name = blob_name(variant.etag)
    whole = site.objects.get(name).data
    site.objects.put(name, whole[:-10] + b"0123456789")
    replica.start()
    for _ in range(3):
        assert replica.get("/atom.xml").status == 503
    assert f"{site.objects.place(name)}: is damaged" in replica.log
    assert replica.get("/rss.xml").status == 200
    site.objects.put(name, whole)
    replica.wait_until(lambda: replica.get("/atom.xml").status == 200, "the mended one is there")
    assert replica.get("/atom.xml").body == whole


def test_a_replica_that_starts_before_its_store_is_not_ready_until_it_is_there(
    site: Any, replica: Any, cluster: Any
) -> None:
    head = site.publish()
    cluster.kill("s3")
    try:
        replica.start(ready=False)
        for path in ("/readyz", "/atom.xml"):
            answer = replica.get(path)
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert replica.get("/healthz").status == 200
    finally:
        cluster.start("s3")
    replica.wait_until(lambda: replica.status("/readyz") == 200, "it is ready")
    replica.wait_until(lambda: serves(replica, head.snapshot), "both workers are")
    # The workers that knew nothing of the site are replaced one by one.
    replica.wait_until(lambda: all("과학 소식" in replica.get("/").body.decode() for _ in range(6)), "they know it")


def test_a_reader_follows_a_feed_into_its_past_on_a_replica(site: Any, replica: Any, cluster: Any) -> None:
    for number in range(-300, 0):
        site.write_post(number)
    site.publish()
    public = site.directory / "public"
    files = {f"/{file.relative_to(public).as_posix()}".removesuffix(".gz"): file for file in public.rglob("*.gz")}
    pages = {path: gzip.decompress(file.read_bytes()) for path, file in files.items() if parse_page_path(path)}
    assert len(pages) >= 2
    replica.start()
    for path, body in pages.items():
        assert replica.get(path).body == body
        assert replica.get(path, {"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"
    cluster.kill("s3")
    try:
        for path, body in pages.items():
            assert replica.get(path).body == body
    finally:
        cluster.start("s3")


def test_the_cache_of_a_replica_stays_below_its_limit(site: Any, replica: Any) -> None:
    site.publish()
    replica.environ = {"FEEDSVC_REPLICA__CACHE": "20kB", "FEEDSVC_SERVER__MEMORY": "1kB"}
    replica.start()
    for _ in range(2):
        for path in paths_of(site):
            assert replica.get(path).body == (site.directory / "public" / path[1:]).read_bytes()
    replica.wait_until(
        lambda: sum(each.stat().st_size for each in replica.directory.glob("var/replica/*/kept/*/*")) <= 20_000,
        "there is room",
    )
