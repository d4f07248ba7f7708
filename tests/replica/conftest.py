"""A built site, the store it is sent to, and a replica's parts over both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from loading import load_module

from feedsvc.build import build
from feedsvc.config import load_settings
from feedsvc.errors import ObjectStoreError
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import NONE, Attributes, Listed, Objects, Stored
from feedsvc.remote.cache import DiskCache
from feedsvc.remote.fetching import Fetcher
from feedsvc.remote.follow import Follower
from feedsvc.remote.head import parse_head
from feedsvc.remote.layout import HEAD
from feedsvc.remote.reading import RemoteReader

NOW = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)
CONFIG = """[site]
title = "과학 소식"
url = "https://example.org"
language = "ko"
[feeds]
min_entries = 2
max_entries = 3
window = "1h"
"""


storing = load_module(Path(__file__).with_name("storing.py"))


@pytest.fixture(scope="session")
def load_helper() -> Callable[[str], Any]:
    """Return what loads a helper, by its file relative to this one's folder."""
    return lambda file: load_module(Path(__file__).parent / file)


class FaultyObjects(Objects):
    """A store that may be away, counts what is asked of it, and says other bytes for some names."""

    def __init__(self, objects: Objects) -> None:
        self.address = objects.address
        self._objects = objects
        self.away = False
        self.asked: list[str] = []
        self.says: dict[str, bytes | None] = {}
        self.before_get: Callable[[str], None] = lambda name: None

    def get(self, name: str, *, unless: str = "") -> Stored | None:
        self.before_get(name)
        if self.away:
            raise ObjectStoreError(self.place(name), "is away for a test")
        self.asked.append(name)
        if name in self.says:
            said = self.says[name]
            return None if said is None else Stored(data=said, tag="says", modified=NOW)
        return self._objects.get(name, unless=unless)

    def put(
        self, name: str, data: bytes, attributes: Attributes = NONE, *, expect: str | Literal[False] | None = None
    ) -> str:
        return self._objects.put(name, data, attributes, expect=expect)

    def delete(self, name: str) -> None:
        self._objects.delete(name)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        return self._objects.list(prefix)


@dataclass(kw_only=True)
class World:
    """A site in ``directory``, a store of files beside it, and a replica's cache.

    With a ``target`` the build itself sends the edition there; else it is sent by hand, so that tests choose the head.
    """

    directory: Path
    objects: Any
    cache: DiskCache
    limit: int = 10**9
    target: str = ""
    now: datetime = NOW
    ticks: float = field(default=0.0)

    def write_post(self, number: int, title: str = "") -> None:
        """Write a post, and have the site built and sent."""
        day = date(2024, 7, 1) + timedelta(days=number)
        file = self.directory / "_posts" / f"{day.isoformat()}-post.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(
            f"---\ntitle: {title or number}\ncategories: [{'환경' if number % 2 else 'IT'}]\n---\n본문 {title}\n",
            encoding="utf-8",
        )

    def publish(self, **options: Any) -> Any:
        """Build, and send the edition; return the head."""
        environ = {"FEEDSVC_PUBLISH__TARGET": self.target} if self.target else {}
        build(load_settings(self.directory / "feedsvc.toml", environ, self.directory), now=self.now)
        if self.target:
            stored = self.objects.get(HEAD)
            assert stored
            return parse_head(stored.data, HEAD)
        return storing.store_edition(self.objects, self.directory / "public", state=self.directory / "var", **options)

    def follower(self) -> Follower:
        """Return a follower as a process that starts has it."""
        return Follower(self.objects, self.cache, limit=self.limit, now=lambda: self.now)

    def reader(self, **options: Any) -> RemoteReader:
        """Return what a worker reads by; its clock stands until ``ticks`` goes on."""
        fetcher = Fetcher(**options, monotonic=lambda: self.ticks)
        return RemoteReader(self.objects, self.cache, fetcher, poll=2.0, monotonic=lambda: self.ticks)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Make a site with some posts, sent to a store of files."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "feedsvc.toml").write_text(CONFIG, encoding="utf-8")
    objects = FaultyObjects(open_objects(f"file://{tmp_path}/store"))
    made = World(directory=site, objects=objects, cache=DiskCache(tmp_path / "cache"))
    for number in range(1, 9):
        made.write_post(number)
    return made
