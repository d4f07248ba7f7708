"""Two services that build for one real S3: one is killed, or cut off from the network, and the other goes on.

CI takes a few rounds; ``make network`` (FEEDSVC_ROUNDS) as many as you have patience for.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from feedsvc.errors import ObjectStoreError
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import Objects
from feedsvc.publish.manifest import parse_manifest
from feedsvc.remote.head import Head, parse_head
from feedsvc.remote.identity import boot_clock
from feedsvc.remote.layout import HEAD, LEASE, blob_name
from feedsvc.remote.ledgerrestore import take_over

ROUNDS = int(os.environ.get("FEEDSVC_ROUNDS", "2"))
TTL = 2.0
_PATIENCE_S = 90.0
_SINCE = re.compile(r"this builder holds the lease: term (\d+), since ([\d.]+)")
_HELD = re.compile(r"it held the lease: term (\d+), from ([\d.]+) to ([\d.]+)")


@dataclass(kw_only=True)
class Machine:
    """A service with posts, public and var of its own; ``lead`` is what it is run by, such as a namespace."""

    directory: Path
    target: str
    environ: dict[str, str]
    port: int
    lead: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None
    logs: list[tuple[Path, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.directory / "_posts").mkdir(parents=True)
        (self.directory / "feedsvc.toml").write_text(
            f'[site]\ntitle = "Feeds"\nurl = "https://example.org"\n'
            f"[feeds]\nmin_entries = {5 + ROUNDS}\n"  # all that are ever posted, which is how an edition is known
            f'[publish]\ntarget = "{self.target}"\nlease = "{TTL:.0f}s"\n'
            f'[server]\nlisten = "127.0.0.1:{self.port}"\nworkers = 1\n'
        )

    @property
    def pid(self) -> int:
        assert self.process
        return self.process.pid

    def start(self) -> None:
        log = self.directory / f"log{len(self.logs)}"
        self.logs.append((log, float("inf")))
        command = [*self.lead, sys.executable, "-m", "feedsvc", "serve"]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=self.directory,
                env={**os.environ, **self.environ},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def end(self, number: signal.Signals) -> None:
        """Send a signal to the service, and end its workers, which serve on for a moment when it is killed."""
        process, self.process = self.process, None
        if process:
            process.send_signal(number)
            process.wait(_PATIENCE_S)
            self.logs[-1] = (self.logs[-1][0], boot_clock())
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def says(self, words: str) -> bool:
        return words in self.logs[-1][0].read_text()

    def beliefs(self) -> Iterator[tuple[float, float, int, str]]:
        """Yield when it held the lease: from, to, the term, and which machine."""
        for log, end in self.logs:
            text = log.read_text()
            ended = {(term, begin): float(to) for term, begin, to in _HELD.findall(text)}
            for term, begin in _SINCE.findall(text):
                yield float(begin), ended.get((term, begin), end), int(term), self.directory.name


class Watch:
    """Reads the head all the time, as a replica does, and notes each that it sees."""

    def __init__(self, objects: Objects) -> None:
        self.objects, self.heads = objects, list[Head]()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            with suppress(ObjectStoreError):
                head = self.read()
                if head and (not self.heads or head != self.heads[-1]):
                    self.heads.append(head)

    def read(self) -> Head | None:
        stored = self.objects.get(HEAD)
        return parse_head(stored.data, HEAD) if stored else None

    def holder(self) -> str:
        stored = self.objects.get(LEASE)
        return str(json.loads(stored.data)["holder"]) if stored else ""

    def entries(self) -> int:
        """Return how many entries the feed of the edition has."""
        head = self.read()
        if not head or not head.manifest:
            return 0
        stored = self.objects.get(blob_name(head.manifest))
        assert stored
        manifest = parse_manifest(stored.data, Path("manifest.json"))
        assert manifest.snapshot == head.snapshot
        return manifest.representations["/atom.xml"].entry_count

    def ids(self, folder: Path) -> dict[str, str]:
        """Return id -> path of all entries that the ledger of the head knows."""
        head = self.read()
        assert head
        assert head.ledger
        shutil.rmtree(folder, ignore_errors=True)
        take_over(self.objects, head.ledger, folder / "ledger.sqlite3")
        with closing(sqlite3.connect(folder / "ledger.sqlite3")) as connection:
            return dict(connection.execute("SELECT id, path FROM entries"))


def wait_until(true: Callable[[], Any], what: str, machines: Sequence[Machine]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not true():
        if time.monotonic() > until:
            logs = "\n\n".join(f"{each.logs[-1][0]}\n{each.logs[-1][0].read_text()}" for each in machines)
            raise AssertionError(f"{what} did not happen\n{logs}")
        time.sleep(0.02)


def save(machines: Sequence[Machine], number: int) -> None:
    """Save a post, on each machine, as a distribution of files to several machines does."""
    text = f"---\ntitle: Post {number}\ncategories: [c{number % 3}]\n---\n\nWords of {number}.\n"
    for machine in machines:
        draft = machine.directory / "draft"
        draft.write_text(text)
        draft.replace(machine.directory / "_posts" / f"2024-01-{1 + number % 28:02}-post-{number}.md")


def assert_never_two(machines: Sequence[Machine]) -> None:
    beliefs = sorted(belief for machine in machines for belief in machine.beliefs())
    assert len({term for _, _, term, _ in beliefs}) > ROUNDS
    for one, other in pairwise(beliefs):
        assert one[1] <= other[0], (one, other)
        assert one[2] <= other[2], (one, other)
    holders = {(term, name) for _, _, term, name in beliefs}
    assert len(holders) == len({term for term, _ in holders})


@contextmanager
def running(machines: Sequence[Machine]) -> Iterator[None]:
    try:
        for machine in machines:
            machine.start()
        yield
    finally:
        for machine in machines:
            machine.end(signal.SIGTERM)


def of_holder(watch: Watch, machines: Sequence[Machine]) -> tuple[Machine, Machine]:
    """Return the machine that holds the lease, and the other one."""
    holder = ""

    def known() -> bool:
        nonlocal holder
        holder = watch.holder()
        return any(f"-{machine.pid}-" in holder for machine in machines if machine.process)

    wait_until(known, "that one of them holds the lease", machines)
    one, other = machines
    return (one, other) if one.process and f"-{one.pid}-" in holder else (other, one)


def first_edition(watch: Watch, machines: Sequence[Machine]) -> None:
    for number in range(5):
        save(machines, number)
    with suppress(ObjectStoreError):
        wait_until(lambda: watch.entries() == 5, "that the first edition is in the store", machines)


def test_a_builder_that_is_killed_while_it_publishes_is_followed_by_the_other_and_no_id_changes(
    seaweed_module: Any, tmp_path: Path
) -> None:
    luck = random.Random(7)  # noqa: S311 (no secret)
    with seaweed_module.Seaweed(directory=tmp_path / "seaweed") as cluster:
        ports = seaweed_module.free_ports(2)
        machines = [
            Machine(directory=tmp_path / name, target="s3://feeds/site", environ=cluster.environ, port=port)
            for name, port in zip(("one", "two"), ports, strict=True)
        ]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in cluster.environ.items():
                patch.setenv(name, value)
            objects = open_objects("s3://feeds/site")
        with Watch(objects) as watch, running(machines):
            first_edition(watch, machines)
            ids = watch.ids(tmp_path / "ids")
            for number in range(5, 5 + ROUNDS):
                holder, standby = of_holder(watch, machines)
                wait_until(lambda: standby.says("standby: "), "that the other stands by", machines)  # noqa: B023
                manifest = holder.directory / "public" / "manifest.json"
                before = manifest.stat().st_ctime_ns
                save(machines, number)
                if number % 2:
                    # Published on its own disk, and on the way to the store.
                    wait_until(lambda: manifest.stat().st_ctime_ns != before, "a build", machines)  # noqa: B023
                time.sleep(luck.uniform(0, 0.1))
                holder.end(signal.SIGKILL)
                taken = f"-{standby.pid}-"
                wait_until(lambda: taken in watch.holder(), "that the other took over", machines)  # noqa: B023
                wait_until(lambda: watch.entries() == number + 1, "that the other published", machines)  # noqa: B023
                known, ids = ids, watch.ids(tmp_path / "ids")
                assert known.items() <= ids.items()
                assert len(ids) == number + 1
                holder.start()
        assert_never_two(machines)
        terms = [head.term for head in watch.heads]
        assert terms == sorted(terms)


class Network:
    """Two machines in network namespaces of their own, joined by a bridge to this one, which has the store."""

    HERE, HOSTS = "10.231.77.1", ("10.231.77.2", "10.231.77.3")

    def __init__(self) -> None:
        self._tag = f"fs{os.getpid() % 100_000}"
        self._bridge = f"{self._tag}b"
        self.names = [f"{self._tag}n{number}" for number in range(len(self.HOSTS))]

    def __enter__(self) -> Network:
        return self

    def build(self) -> None:
        """Make it, or leave nothing of it. Raises what ``ip`` ends with."""
        try:
            _ip("link", "add", self._bridge, "type", "bridge")
            _ip("addr", "add", f"{self.HERE}/24", "dev", self._bridge)
            _ip("link", "set", self._bridge, "up")
            for name, host in zip(self.names, self.HOSTS, strict=True):
                _ip("netns", "add", name)
                _ip("link", "add", f"{name}v", "type", "veth", "peer", "name", "eth0", "netns", name)
                _ip("link", "set", f"{name}v", "master", self._bridge, "up")
                _ip("-n", name, "addr", "add", f"{host}/24", "dev", "eth0")
                for each in ("lo", "eth0"):
                    _ip("-n", name, "link", "set", each, "up")
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        for what in (*(["netns", "del", name] for name in self.names), ["link", "del", self._bridge]):
            with suppress(OSError, subprocess.CalledProcessError):
                _ip(*what)

    def cut(self, name: str) -> None:
        """Drop all packets of one machine: nobody is told that they go nowhere."""
        _ip("link", "set", f"{name}v", "nomaster")

    def join(self, name: str) -> None:
        _ip("link", "set", f"{name}v", "master", self._bridge)


def _ip(*what: str) -> None:
    subprocess.run(["ip", *what], check=True, capture_output=True)


@pytest.fixture
def network() -> Iterator[Network]:
    if not shutil.which("ip"):
        pytest.skip("network namespaces are made by the program ip of iproute2, which is not here")
    made = Network()
    try:
        made.build()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"network namespaces are not permitted here: {error.stderr.decode().strip()}")
    with made:
        yield made


_RELAY = """
import asyncio, sys

async def pipe(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()

async def serve(reader, writer):
    inner = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
    await asyncio.gather(pipe(reader, inner[1]), pipe(inner[0], writer))

async def main():
    server = await asyncio.start_server(serve, sys.argv[1], int(sys.argv[2]))
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def relayed(host: str, port: int) -> Iterator[None]:
    """Have the store, which listens on loopback only, answer on the bridge, too."""
    with subprocess.Popen([sys.executable, "-c", _RELAY, host, str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def test_a_builder_that_the_network_drops_is_followed_and_publishes_nothing_more_of_its_term(
    seaweed_module: Any, tmp_path: Path, network: Network
) -> None:
    with seaweed_module.Seaweed(directory=tmp_path / "seaweed") as cluster, relayed(network.HERE, cluster.port):
        outside = {"AWS_ENDPOINT_URL": f"http://{network.HERE}:{cluster.port}", "NO_PROXY": network.HERE}
        machines = [
            Machine(
                directory=tmp_path / name,
                target="s3://feeds/site",
                environ={**cluster.environ, **outside},
                port=8000,
                lead=("ip", "netns", "exec", name),
            )
            for name in network.names
        ]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in cluster.environ.items():
                patch.setenv(name, value)
            objects = open_objects("s3://feeds/site")
        with Watch(objects) as watch, running(machines):
            first_edition(watch, machines)
            ids = watch.ids(tmp_path / "ids")
            for number in range(5, 5 + ROUNDS):
                holder, standby = of_holder(watch, machines)
                wait_until(lambda: standby.says("standby: "), "that the other stands by", machines)  # noqa: B023
                ends = holder.logs[-1][0].read_text().count("it held the lease")
                network.cut(holder.directory.name)
                save(machines, number)
                wait_until(lambda: watch.entries() == number + 1, "that the other published", machines)  # noqa: B023
                head = watch.read()
                network.join(holder.directory.name)
                wait_until(
                    lambda: holder.logs[-1][0].read_text().count("it held the lease") > ends,  # noqa: B023
                    "that the one that was cut off gave up",
                    machines,
                )
                wait_until(lambda: holder.says(f"-{standby.pid}-"), "that it sees the other", machines)  # noqa: B023
                time.sleep(TTL)
                assert watch.read() == head
                assert f"-{standby.pid}-" in watch.holder()
                known, ids = ids, watch.ids(tmp_path / "ids")
                assert known.items() <= ids.items()
                assert len(ids) == number + 1
        assert_never_two(machines)
        terms = [head.term for head in watch.heads]
        assert terms == sorted(terms)
