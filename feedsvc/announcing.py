"""Hubs are told what was published: once by `feedsvc build`, and by a thread of `feedsvc serve` whoever built it."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.announce.backoff import PATIENCE, next_pause
from feedsvc.announce.hub import Outcome, announce
from feedsvc.announce.queue import FILE, Announcement, AnnouncementQueue
from feedsvc.announce.topics import list_topics
from feedsvc.errors import FeedsvcError, LockHeldError, ManifestError
from feedsvc.lock import build_lock
from feedsvc.publish.manifest import MANIFEST, Manifest, parse_manifest
from feedsvc.remote.sent import Memory

if TYPE_CHECKING:
    from feedsvc.config import Settings

_log = logging.getLogger(__name__)

Send = Callable[[str, str, datetime], Outcome]

# How often to look whether there is a new edition: one look at one file.
_LOOK_S = 0.2
# After the start: a hub that is told at once would ask for a feed before there is a worker to answer.
_BEGIN_S = 2.0
# Hubs are slow, and they are others' machines: so many requests at a time.
_AT_A_TIME = 4
# `feedsvc build` does not wait longer for hubs; the next build, or the service, goes on.
_PATIENCE_OF_BUILD_S = 10.0


def announce_published(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    send: Send = announce,
    patience_s: float = _PATIENCE_OF_BUILD_S,
    is_over: Callable[[], bool] = lambda: False,
) -> datetime | None:
    """Tell each hub of the topics that are not as it was told last; return when there is more to tell, if ever.

    Begins no request after ``patience_s`` seconds, or when ``is_over``. Nothing is done while another process does it,
    nor before anything is published: with an object store, before it is there, where a hub finds it. Raises StoreError
    where what was told cannot be noted.
    """
    manifest = _read(_manifest_file(settings))
    if manifest is None:
        return None
    deadline = time.monotonic() + patience_s
    topics = list_topics(manifest.representations.values(), settings.feeds_url)
    try:
        with (
            build_lock(settings.state.dir / "announce.lock"),
            closing(AnnouncementQueue(settings.state.dir / FILE)) as queue,
        ):
            queue.note(manifest.snapshot, settings.websub.hubs, topics, clock())
            queue.commit()
            due, complained = iter(queue.due(clock())), set[str]()
            while some := list(islice(due, _AT_A_TIME)):
                if is_over() or time.monotonic() > deadline:
                    break
                _send(queue, some, send, clock, complained)
            return queue.next_due()
    except LockHeldError:
        return clock()


def _send(
    queue: AnnouncementQueue, some: list[Announcement], send: Send, clock: Callable[[], datetime], complained: set[str]
) -> None:
    """Send some announcements at once, and note what became of them before any other is sent."""
    with ThreadPoolExecutor(len(some), thread_name_prefix="announce") as pool:
        outcomes = list(pool.map(lambda each: send(each.hub, each.topic, clock()), some))
    for announcement, outcome in zip(some, outcomes, strict=True):
        _note(queue, announcement, outcome, clock(), complained)
    queue.commit()


def _note(
    queue: AnnouncementQueue, announcement: Announcement, outcome: Outcome, now: datetime, complained: set[str]
) -> None:
    hub, topic = announcement.hub, announcement.topic
    if outcome.kind == "told":
        _log.info("told %s of %s", hub, topic)
        queue.settle(announcement)
    elif outcome.kind == "refused":
        _log.warning("[websub] %s refuses %s: %s; check that it is a hub for your feeds", hub, topic, outcome.words)
        queue.settle(announcement)
    elif now - announcement.since > PATIENCE:
        _log.warning("[websub] %s was not told of %s in a day: %s; the next change is", hub, topic, outcome.words)
        queue.settle(announcement)
    else:
        # A hub that is down is told of once, not for each feed and each try.
        level = logging.DEBUG if announcement.tries or hub in complained else logging.WARNING
        complained.add(hub)
        _log.log(level, "[websub] %s was not told of %s: %s; trying again", hub, topic, outcome.words)
        pause = next_pause(announcement.tries + 1, random.random(), outcome.retry_after)  # noqa: S311 (no secret)
        queue.put_off(announcement, now + pause, outcome.words)


class Announcer:
    """A thread that tells hubs of each new edition, and again what failed, until stopped.

    It goes by the published tree, so it tells what builds of other processes published, too.
    """

    def __init__(self, settings: Settings, clock: Callable[[], datetime], send: Send = announce) -> None:
        self._settings, self._clock, self._send = settings, clock, send
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announce", daemon=True)
        self._seen: object = None
        self._due: datetime | None = None
        self._complaint = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def reconfigure(self, settings: Settings) -> None:
        """Go by other settings from now on."""
        self._settings, self._seen = settings, None

    def stop(self) -> None:
        """Wait for the requests that are under way, and begin no others; what is left is told after the next start."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        self._stopped.wait(_BEGIN_S)
        while not self._stopped.wait(_LOOK_S):
            try:
                self._look()
            except FeedsvcError as error:
                if str(error) != self._complaint:
                    self._complaint = str(error)
                    _log.error("hubs are not told: %s", error)
            except Exception:  # noqa: BLE001 (logged whole)
                # A bug must not end the thread, nor be told five times a second.
                _log.exception("hubs are not told, by a bug in feedsvc")
                self._stopped.wait(60)

    def _look(self) -> None:
        settings = self._settings
        seen = _identity(settings)
        if not settings.websub.hubs or seen is None:
            return
        if seen == self._seen and (self._due is None or self._clock() < self._due):
            return
        self._due = announce_published(
            settings, self._clock, send=self._send, patience_s=float("inf"), is_over=self._stopped.is_set
        )
        self._seen, self._complaint = seen, ""


def _manifest_file(settings: Settings) -> Path:
    """Return where it says what subscribers can fetch: with an object store, what was sent there, whole."""
    return Memory(settings.state.dir).manifest if settings.publish.target else settings.publish.dir / MANIFEST


def _read(file: Path) -> Manifest | None:
    try:
        return parse_manifest(file.read_bytes(), file)
    except (OSError, ManifestError):
        return None


def _identity(settings: Settings) -> object:
    try:
        status = _manifest_file(settings).stat()
    except OSError:
        return None
    return settings.feeds_url, status.st_ino, status.st_mtime_ns, status.st_size
