"""How long an edit takes to be everywhere: from the file's rename to the new ETag at each replica and through nginx."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from building import Site
from fleet import Front
from wire import Watching, serve_watching

from feedsvc.errors import NotModifiedError
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import Objects
from feedsvc.remote.layout import HEAD

MANIFEST = "manifest.json"
PATIENCE_S = 60.0
TURN_S = 0.002
# So that edits fall on all moments of a replica's pause between two looks.
STEP_S = 0.137
Look = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Seconds from the rename, to the longest turn of looking at all, ``turn``.

    ``builder``: the machine that builds serves it; ``committed``: the store names it, which is what replicas look at;
    ``names``: a CDN that reads the store's own names has all of it; ``first`` and ``last`` of the replicas serve it;
    ``nginx``: it answers with nothing older any more.
    """

    builder: float
    committed: float
    names: float
    first: float
    last: float
    nginx: float
    turn: float


STAGES = ("builder", "committed", "first", "last", "nginx", "names")


def measure_edits(site: Site, store: str, front: Front, edits: int) -> Iterator[Reached]:
    """Edit the newest post again and again while a builder watches, and look until it is everywhere."""
    with serve_watching(site) as builder, ExitStack() as stack:
        objects = open_objects(store)
        replicas = [stack.enter_context(_polling(each.port)) for each in front.replicas]
        nginx = stack.enter_context(_polling(front.nginx.port))
        for number in range(edits):
            time.sleep(1 + number * STEP_S % 1)
            yield _edit(site, builder, objects, replicas, nginx)


def _edit(site: Site, builder: Watching, objects: Objects, replicas: Sequence[Watching], nginx: Watching) -> Reached:
    looks: dict[str, Look] = {"builder": _changes(builder), "nginx": _settles(nginx, 2 * len(replicas))}
    looks |= {"committed": _is_replaced(objects, HEAD), "names": _is_replaced(objects, MANIFEST)}
    looks |= {f"replica {number}": _changes(each) for number, each in enumerate(replicas)}
    site.edit()
    seen: dict[str, float] = {}
    turns, passed = [0.0], 0.0
    while len(seen) < len(looks):
        if passed > PATIENCE_S:
            sys.exit(f"an edit was not everywhere in {PATIENCE_S:.0f} s, but at {sorted(seen)}")
        time.sleep(TURN_S)
        for name, look in looks.items():
            if name not in seen and look():
                seen[name] = time.perf_counter() - site.saved
        turns.append(time.perf_counter() - site.saved - passed)
        passed += turns[-1]
    arrived = [seconds for name, seconds in seen.items() if name.startswith("replica ")]
    told = {name: seen[name] for name in ("builder", "committed", "names", "nginx")}
    return Reached(**told, first=min(arrived), last=max(arrived), turn=max(turns))


def _changes(server: Watching) -> Look:
    """Say whether a server has another ETag than now."""
    etag, _ = server.ask("")
    return lambda: server.ask(etag)[0] != etag


def _settles(server: Watching, number: int) -> Look:
    """Say whether so many answers in a row are new: one may come from a replica that is ahead of the others."""
    etag, _ = server.ask("")
    return lambda: all(server.ask(etag)[0] != etag for _ in range(number))


def _is_replaced(objects: Objects, name: str) -> Look:
    """Say whether an object is another one than now."""
    stored = objects.get(name)
    tag = stored.tag if stored else ""

    def look() -> bool:
        try:
            return objects.get(name, unless=tag) is not None
        except NotModifiedError:
            return False

    return look


@contextmanager
def _polling(port: int) -> Iterator[Watching]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        yield Watching(pid=0, connection=connection)
