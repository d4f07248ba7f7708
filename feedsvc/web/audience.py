"""Counting who reads, in a worker: what a poll costs is one look-up; everything else is done every few seconds.

A request is known by Python's own hash of its document, address and User-Agent, which is keyed anew in each process.
Who is not known yet is noted as it came, and hashed with the day's secret at the next writing; then addresses go.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.audience.agents import Agent, parse_agent
from feedsvc.audience.increments import Increment, Polls, name_feed, polls_of
from feedsvc.audience.salt import Salt
from feedsvc.audience.spool import Spool
from feedsvc.model import Snapshot
from feedsvc.web.delta import IM_USED
from feedsvc.web.limits import Networks, find_client
from feedsvc.web.negotiation import NOT_MODIFIED, OK
from feedsvc.web.served import Kind, Served

if TYPE_CHECKING:
    from flask import Response

logger = logging.getLogger(__name__)

FLUSH_S = 5.0
"""Seconds between two writings; what a worker counted since is lost if it is killed."""

MOST_SEEN = 50_000
"""Pairs of document and reader that are known at a time, some 4 MB; when there are more, all are met again."""
MOST_MET = 5000
"""Readers that are met between two writings; those beyond are met when they come again."""
_MOST_AGENTS = 2000

MOST_DAYS = 3
"""Days that are kept in memory while they cannot be written."""
_COUNTED = frozenset((OK, IM_USED, NOT_MODIFIED))

Met = tuple[str, str, str, str]
"""The document's path, and REMOTE_ADDR, X-Forwarded-For and User-Agent as they came."""


class AudienceCounter:
    """Counts of one worker. ``today`` is in the site's time zone; midnight is told with the next writing."""

    def __init__(
        self,
        spool: Path,
        salt: Salt,
        today: Callable[[], date],
        snapshot_source: Callable[[], Snapshot | None],
        trusted: Networks = (),
    ) -> None:
        self._spool = Spool(spool)
        self._salt = salt
        self._today = today
        self._source = snapshot_source
        self._trusted = trusted
        self._seen: set[int] = set()
        self._met: list[Met] = []
        self._served: Served | None = None
        self._before: dict[Kind, tuple[int, int]] = {}
        self._answers: list[tuple[str, Polls]] = []
        self._feeds: dict[str, str] = {}
        self._agents: dict[str, Agent] = {}
        self._pending: dict[date, Increment] = {}
        self._day = today()
        self._written = 0
        self._name = f"{os.getpid()}-{time.time_ns()}"
        self._failing = ""
        self._ending = False
        self._lock = threading.Lock()

    def note(self, path: str, environ: Mapping[str, str]) -> None:
        """Note who asked for the document at a decoded path; this is all that happens while somebody waits."""
        get = environ.get
        met = (path, get("REMOTE_ADDR"), get("HTTP_X_FORWARDED_FOR"), get("HTTP_USER_AGENT"))
        key = hash(met)
        if key not in self._seen and len(self._met) < MOST_MET:
            self._seen.add(key)
            self._met.append((path, met[1] or "", met[2] or "", met[3] or ""))

    def watch(self, served: Served) -> None:
        """Count what the fast path has counted since."""
        self._served = served

    def count_response(self, method: str, path: str, response: Response, environ: Mapping[str, str]) -> None:
        """Count an answer that the fast path did not give, if it is a document's, whole or not."""
        snapshot = self._source()
        representation = snapshot.representations.get(path) if snapshot is not None else None
        etag = response.headers.get("ETag", "").strip('"')
        variant = (
            next((each for each in representation.variants if each.etag == etag), None) if representation else None
        )
        # A page for people at the same address has another tag.
        if variant is None or response.status_code not in _COUNTED or method not in ("GET", "HEAD"):
            return
        sent = 0 if method == "HEAD" else response.content_length or 0
        spared = max(0, variant.size - sent) if method == "GET" and response.status_code != OK else 0
        self.count(path, response.status_code, sent, spared)
        self.note(path, environ)

    def count(self, path: str, status: int, sent: int, spared: int) -> None:
        """Count an answer with the document at a path, by the bytes of body that it sent and that it spared."""
        self._answers.append((path, polls_of(status, sent, spared)))

    def start(self) -> None:
        """Write every few seconds, in a thread that ends with the process or soon after :meth:`end`."""
        threading.Thread(target=self._keep_flushing, name="flush-audience", daemon=True).start()

    def end(self) -> None:
        """Write now, and once more for the answers that are still under way."""
        self._ending = True
        self.flush()

    def _keep_flushing(self) -> None:
        ending = False
        while not ending:
            time.sleep(FLUSH_S)
            ending = self._ending
            self.flush()

    def flush(self) -> None:
        """Write what was counted since the last time; what cannot be written is kept, and a failure logged once."""
        with self._lock:
            day = self._today()
            if day != self._day or len(self._seen) >= MOST_SEEN:
                self._day, self._seen = day, set()
            self._gather(self._pending.setdefault(day, Increment(day=day, epoch=self._salt.epoch)))
            self._write()

    def _gather(self, pending: Increment) -> None:
        snapshot = self._source()
        answers, self._answers = self._answers, []
        for path, polls in (*answers, *self._list_served()):
            if feed := self._name_feed(snapshot, path):
                pending.add_polls(feed, polls)
        met, self._met = self._met, []
        for path, remote, forwarded, agent in met:
            if feed := self._name_feed(snapshot, path):
                client = find_client(remote, forwarded, self._trusted) or remote
                value = self._salt.hash_reader(pending.day, client, agent)
                pending.add_reader(feed, path, self._parse(agent), value)

    def _list_served(self) -> Iterator[tuple[str, Polls]]:
        for kind, (count, size) in self._served.rows if self._served else ():
            known = self._before.get(kind, (0, 0))
            if count != known[0]:
                self._before[kind] = (count, size)
                path, status, _ = kind
                bytes_ = size - known[1]
                sizes = (0, bytes_) if status == NOT_MODIFIED else (bytes_, 0)
                yield path, polls_of(status, *sizes, times=count - known[0])

    def _name_feed(self, snapshot: Snapshot | None, path: str) -> str:
        """Return the feed's name of a document, also of one that was there a moment ago."""
        known = snapshot.representations.get(path) if snapshot is not None else None
        if known is not None:
            self._feeds[path] = name_feed(known.feed)
        return self._feeds.get(path, "")

    def _parse(self, agent: str) -> Agent:
        known = self._agents.get(agent)
        if known is None:
            if len(self._agents) >= _MOST_AGENTS:
                self._agents.clear()
            known = self._agents[agent] = parse_agent(agent)
        return known

    def _write(self) -> None:
        for day, increment in list(self._pending.items()):
            if not increment or self._put(increment):
                del self._pending[day]
        for day in sorted(self._pending)[:-MOST_DAYS]:
            del self._pending[day]

    def _put(self, increment: Increment) -> bool:
        self._written += 1
        try:
            done = self._spool.put(increment, f"{self._name}-{self._written:08}")
        except OSError as error:
            if self._failing != str(error):
                logger.warning("the audience is counted but cannot be written down for now: %s", error)
            self._failing = str(error)
            return False
        self._failing = ""
        return done
