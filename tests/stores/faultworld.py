"""A store of many machines, a builder, two replicas and their clients, all running, with what tests ask of them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from feedsvc.objects.address import open_objects
from feedsvc.objects.store import Objects
from feedsvc.publish.encodings import SUFFIXES
from feedsvc.publish.manifest import MANIFEST, parse_manifest
from feedsvc.remote.head import Head, parse_head
from feedsvc.remote.layout import HEAD, blob_name

HOT = "/atom.xml"
_TARGET = "s3://feeds/site"
_CODINGS = ("identity", "gzip")
# One has room for all that is asked of it, the other for a fifth, and holds nothing in memory.
_REPLICAS = {"roomy": {}, "tiny": {"FEEDSVC_REPLICA__CACHE": "40kB", "FEEDSVC_SERVER__MEMORY": "1kB"}}


@dataclass(kw_only=True)
class World:
    """All of it, running."""

    cluster: Any
    disks: Any
    site: Any
    objects: Objects
    replicas: Sequence[Any]
    watch: Any
    ask: Callable[..., Any]
    assert_sound: Callable[..., Counter[str]]

    def head(self) -> Head:
        stored = self.objects.get(HEAD)
        assert stored
        return parse_head(stored.data, HEAD)

    def names(self) -> set[str]:
        return {each.name for each in self.objects.list()}

    def blobs(self, head: Head) -> set[str]:
        """Return the names of all objects that the edition and the ledger of a head are made of."""
        edition = next(each for each in self.site.editions if each.manifest == head.manifest)
        pieces = head.ledger.pieces if head.ledger else ()
        return {blob_name(etag) for etag in (head.manifest, *pieces, *edition.etags.values())}

    def start_to_send(self) -> Any:
        """Change all feeds, start to build, and return when some of it is in the store."""
        before = self.names()
        self.site.change()
        build = self.site.start()
        build.wait_until_sending()
        while not self.names() - before:
            assert build.process.poll() is None, build.said
        return build

    @staticmethod
    def followed(replica: Any) -> str:
        """Return the edition that the main process of a replica took over, by its cache."""
        (place,) = replica.directory.glob(f"var/replica/*/{MANIFEST}")
        return parse_manifest(place.read_bytes(), place).snapshot

    def publish_until_sent(self) -> int:
        """Build until all is in the store, as a timer would, and return how many builds failed before."""
        for failed in range(10):
            build = self.site.start()
            if not build.end_in_order():
                return failed
        raise AssertionError(build.said)

    def converge(self) -> None:
        """Wait for the last edition on all workers of both replicas, and compare each byte with what lies here."""
        edition = self.site.editions[-1]
        for replica in self.replicas:
            replica.wait_until(lambda replica=replica: self.serves(replica, edition.snapshot), "it converges")
            with closing(replica.connect()) as connection:
                for path, coding in edition.etags:
                    ours = (self.site.public / (path[1:] + SUFFIXES[coding])).read_bytes()
                    headers = {"Accept-Encoding": coding}
                    # One that nobody asked for yet is refused for a moment more after the store was away.
                    replica.wait_until(
                        lambda: self.ask(connection, path, headers).body == ours,  # noqa: B023
                        f"{path} in {coding}",
                    )

    @staticmethod
    def serves(replica: Any, edition: str) -> bool:
        """Say whether several requests in a row, which reach both workers, are answered from an edition."""
        return all(json.loads(replica.get("/-/status").body)["snapshot"] == edition for _ in range(6))

    @staticmethod
    def tell(what: str) -> None:
        """Show it under ``-s``, or beside a failure."""
        sys.stdout.write(f"\n{what}")

    def check(self, what: str) -> Counter[str]:
        """Converge, check all that clients were told until now, and say what that was."""
        self.converge()
        seen = self.assert_sound(self.watch, self.site.editions)
        self.tell(f"{what}: {dict(sorted(seen.items()))}, {len(self.site.editions)} editions")
        return seen


@contextmanager
def running_world(load_helper: Callable[[str], Any], directory: Path) -> Iterator[World]:
    """Start all of it; every document was asked of each replica once, in two codings."""
    publishing, watching, live = map(load_helper, ("publishing.py", "watching.py", "../replica/live.py"))
    # The store refuses writes when the disk does, not a minute later, by when it has looked how full it is.
    cluster = load_helper("seaweed.py").Seaweed(
        directory=directory / "store", volumes=3, replicas=1, volume_options=("-minFreeSpace=0",)
    )
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in cluster.environ.items():
            patch.setenv(name, value)
        places = [directory / "store" / f"volume{number}" for number in range(3)]
        disks = stack.enter_context(load_helper("disks.py").Disks(places))
        stack.enter_context(cluster)
        site = publishing.Site(directory=directory / "site", target=_TARGET, environ=cluster.environ)
        site.publish()
        paths = sorted({path for path, _ in site.editions[-1].etags})
        replicas = {
            name: live.Replica(directory=directory / name, source=_TARGET, environ=environ)
            for name, environ in _REPLICAS.items()
        }
        for replica in replicas.values():
            stack.callback(replica.stop)
            replica.start()
        clients = [
            watching.Client(name=name, replica=replica, ask=live.ask, paths=paths, hot=HOT, coding=coding)
            for name, replica in replicas.items()
            for coding in _CODINGS
        ]
        for each in clients:
            each.ask_for_all()
        yield World(
            cluster=cluster,
            disks=disks,
            site=site,
            objects=open_objects(_TARGET),
            replicas=list(replicas.values()),
            watch=stack.enter_context(watching.Watch(clients)),
            ask=live.ask,
            assert_sound=load_helper("soundness.py").assert_sound,
        )
