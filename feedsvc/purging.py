"""Caches are told to drop what changed of the published tree, whoever built it, and what is gone from it."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feedsvc.announce.addresses import list_addresses
from feedsvc.announce.backoff import PATIENCE, next_pause
from feedsvc.announce.purge import PurgeTerms, make_request, split_paths
from feedsvc.announce.queue import CACHES, Message, Queue
from feedsvc.announce.request import Outcome, Request, ask
from feedsvc.config.caches import name_cache
from feedsvc.delivering import deliver
from feedsvc.lock import build_lock
from feedsvc.publish.journal import taking
from feedsvc.published import mark_of_edition, pages_journal, read_published
from feedsvc.remote.sent import Memory
from feedsvc.report import count

if TYPE_CHECKING:
    from feedsvc.config import Settings

_log = logging.getLogger(__name__)

Ask = Callable[[Request, datetime], Outcome]
Parcel = tuple[Message, ...]

# A cache that is started again is there in a second, and hubs wait for it.
_FIRST = timedelta(seconds=1)
# Requests between two times that what became of them is made durable; what a crash repeats harms nobody.
_GROUP = 64
# Under this and its address the queue keeps since when a cache fails.
_DOWN = "down since"


def purge_published(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    is_over: Callable[[], bool] = lambda: False,
    patience: timedelta = timedelta(0),
    send: Ask = ask,
) -> tuple[datetime | None, datetime | None]:
    """Have each cache drop what is not as when it was told last.

    Return when there is more to tell, and until when others should wait for it: for a cache that fails, ``patience``
    after it began to fail. Begins no request when ``is_over``. Nothing is done before anything is published. Raises
    LockHeldError while another process does it, and StoreError where what was told cannot be noted.
    """
    with (
        build_lock(settings.state.dir / "purge.lock"),
        closing(Queue(settings.state.dir / CACHES)) as queue,
    ):
        _note_changes(settings, queue, clock())
        _Pass(settings, queue, clock, send).run(is_over)
        return queue.next_due(), _wait_until(queue, clock(), patience)


def _wait_until(queue: Queue, now: datetime, patience: timedelta) -> datetime | None:
    """Return when the last cache that something waits for will have been told, or has failed for long enough."""
    ends = []
    for cache in {each.peer for each in queue.due()}:
        down = queue.get(f"{_DOWN} {cache}")
        # One that does not fail waits for an edition to settle.
        end = datetime.fromisoformat(down) + patience if down else queue.next_due()
        if end is not None and (end > now or not down):
            ends.append(end)
    return max(ends, default=None)


def _note_changes(settings: Settings, queue: Queue, now: datetime) -> None:
    caches, settle = settings.purge.to, settings.settle
    _doubt_others(settings, queue)
    if queue.is_news(mark_of_edition(settings), caches):
        manifest = read_published(settings)
        if manifest is None:
            return
        addresses = list_addresses(manifest.representations.values(), manifest.moves)
        queue.note(caches, addresses, now, settle=settle, gone="tell")
    with taking(pages_journal(settings)) as pages:
        queue.add(caches, pages, now, settle)
        queue.commit()


def _doubt_others(settings: Settings, queue: Queue) -> None:
    """Where another builder was at the store meanwhile, caches hold what it published: have all dropped once more."""
    if not settings.publish.target:
        return
    term, known = Memory(settings.state.dir).read_term(), queue.get("term")
    # A term of ours that ends is followed by the next one (feedsvc/remote/sent.py).
    if known and term not in (int(known), int(known) + 1):
        queue.doubt()
    queue.put("term", str(term))


class _Pass:
    """One time of telling caches what is due; one that fails is left alone until it is tried again."""

    def __init__(self, settings: Settings, queue: Queue, clock: Callable[[], datetime], send: Ask) -> None:
        purge = settings.purge
        self._queue, self._clock, self._ask, self._caches = queue, clock, send, purge.to
        self._terms = PurgeTerms(form=purge.form, method=purge.method, token=purge.token, server_url=settings.feeds_url)
        self._settle_time = settings.settle
        self._settled = set[Message]()
        self._dropped = Counter[str]()
        self._failed = dict[str, Outcome]()
        self._refused = dict[str, tuple[Message, Outcome]]()

    def run(self, is_over: Callable[[], bool]) -> None:
        """Tell each cache, and say how that went: a line for each, not for each path."""
        due = self._queue.due(self._clock())
        deliver(self._queue, self._parcels(due), self._send, self._note, is_over, group=_GROUP)
        for cache, number in self._dropped.items():
            _log.info("[purge] %s dropped %s", name_cache(cache), count(number, "path"))
        for cache, (message, outcome) in self._refused.items():
            _log.warning(
                "[purge] %s refuses to drop %s, for one: %s; check form, and what the cache lets this machine do",
                *(name_cache(cache), message.subject, outcome.words),
            )
        for cache in self._caches:
            self._note_state(cache, tuple(each for each in due if each.peer == cache and each not in self._settled))
        self._queue.commit()

    def _parcels(self, due: tuple[Message, ...]) -> Iterator[Parcel]:
        for cache in self._caches:
            messages = {each.subject: each for each in due if each.peer == cache}
            for paths in split_paths(self._terms, tuple(messages)):
                if cache in self._failed:
                    break
                yield tuple(messages[path] for path in paths)

    def _send(self, parcel: Parcel) -> Outcome:
        request = make_request(self._terms, parcel[0].peer, [each.subject for each in parcel])
        return self._ask(request, self._clock())

    def _note(self, parcel: Parcel, outcome: Outcome) -> None:
        cache = parcel[0].peer
        if outcome.kind == "later":
            self._failed.setdefault(cache, outcome)
            return
        if outcome.kind == "told":
            self._dropped[cache] += len(parcel)
        else:
            self._refused.setdefault(cache, (parcel[0], outcome))
        self._settle(parcel)

    def _settle(self, messages: Parcel) -> None:
        for each in messages:
            self._queue.settle(each)
        self._settled.update(messages)

    def _note_state(self, cache: str, left: Parcel) -> None:
        """Put off what a cache that failed was to be told, and say once that it fails; or know that it answers."""
        outcome, mark = self._failed.get(cache), f"{_DOWN} {cache}"
        if outcome is None:
            if self._dropped[cache] and self._queue.get(mark):
                self._queue.put(mark, "")
                self._queue.hurry(cache, self._clock(), self._settle_time)
            return
        if not self._queue.get(mark):
            self._queue.put(mark, self._clock().isoformat())
            _log.warning("[purge] %s was not told what to drop: %s; trying again", name_cache(cache), outcome.words)
        now, chance = self._clock(), random.random()  # noqa: S311 (no secret)
        given_up = tuple(each for each in left if now - each.since > PATIENCE)
        self._settle(given_up)
        if given_up:
            told = count(len(given_up), "path")
            _log.warning("[purge] %s was not told to drop %s in a day: %s", name_cache(cache), told, outcome.words)
        for each in left:
            if each not in self._settled:
                pause = next_pause(each.tries + 1, chance, outcome.retry_after, first=_FIRST)
                self._queue.put_off(each, now + pause, outcome.words)
