"""Clients that poll replicas all the time, and note every answer that they are given.

One visit is one connection, which one worker answers, and which asks for the edition before and after the documents: a
client that reads several documents can tell no more, so between two answers that both say edition N all must be of N.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from json import loads
from typing import Any

from feedsvc.publish.manifest import make_etag

_NUMBERS = re.compile(rb"Edition (\d+)")
_DOCUMENTS, _PAUSE_S = 6, 0.2
# After a fault is mended: a look that hangs (5 s) has to end, and then a pause of two seconds.
_AFTERMATH_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered, from when to when, and whether its bytes are those that its ETag says."""

    path: str
    coding: str
    status: int
    etag: str
    sound: bool
    numbers: frozenset[int]
    retry: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One connection: the editions that the replica said it was at, and the answers between."""

    replica: str
    before: str
    after: str
    answers: Sequence[Answer]


@dataclass(kw_only=True)
class Client:
    """Polls one replica in one coding; ``hot`` is asked for again and again, the others as it happens."""

    name: str
    replica: Any
    ask: Callable[..., Any]
    paths: Sequence[str]
    hot: str
    coding: str
    visits: list[Visit] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def ask_for_all(self) -> None:
        """Have the replica fetch all that will be asked of it."""
        with closing(self.replica.connect()) as connection:
            for path in self.paths:
                assert self.ask(connection, path, {"Accept-Encoding": self.coding}).status == 200

    def visit(self, chance: random.Random) -> None:
        with closing(self.replica.connect()) as connection:
            before = self._edition(connection)
            asked = [path for each in chance.sample(self.paths, _DOCUMENTS) for path in (each, self.hot)]
            # A 304 reads no body, so it keeps none in a small cache.
            answers = [
                self._read(connection, path, conditional=path != self.hot and chance.random() < 0.5) for path in asked
            ]
            visit = Visit(replica=self.name, before=before, after=self._edition(connection), answers=answers)
        self.visits.append(visit)

    def _edition(self, connection: Any) -> str:
        return str(loads(self.ask(connection, "/-/status").body)["snapshot"])

    def _read(self, connection: Any, path: str, *, conditional: bool) -> Answer:
        # A tag of the edition before, as a reader's would be, and often enough of this one.
        known = self._known.get(path, "") if conditional else ""
        began = time.monotonic()
        answer = self.ask(
            connection, path, {"Accept-Encoding": self.coding, **({"If-None-Match": f'"{known}"'} if known else {})}
        )
        etag = answer.headers.get("etag", "").strip('"')
        if answer.status == 200:
            self._known[path] = etag
        return Answer(
            path=path,
            coding=answer.headers.get("content-encoding", "identity") if answer.status == 200 else self.coding,
            status=answer.status,
            etag=etag,
            sound=etag == known if answer.status == 304 else make_etag(answer.body) == etag,
            numbers=frozenset(map(int, _NUMBERS.findall(answer.body))) if self.coding == "identity" else frozenset(),
            retry=answer.headers.get("retry-after", ""),
            began=began,
            ended=time.monotonic(),
        )


class Watch:
    """Runs clients until it is left; :meth:`trouble` tells when a part of the store was away."""

    def __init__(self, clients: Sequence[Client]) -> None:
        self.clients = clients
        self._spans: list[list[float]] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n, each)) for n, each in enumerate(clients)]

    def __enter__(self) -> Watch:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for each in self._threads:
            each.join()

    def _run(self, number: int, client: Client) -> None:
        chance = random.Random(number)  # noqa: S311 (a repeatable choice, not a secret)
        while not self._ended.wait(_PAUSE_S):
            try:
                client.visit(chance)
            except (OSError, HTTPException, ValueError, LookupError) as error:
                client.troubles.append(repr(error))

    @contextmanager
    def trouble(self) -> Iterator[None]:
        span = [time.monotonic(), float("inf")]
        self._spans.append(span)
        yield
        span[1] = time.monotonic() + _AFTERMATH_S

    def was_troubled(self, answer: Answer) -> bool:
        return any(answer.ended >= begin and answer.began <= end for begin, end in self._spans)
