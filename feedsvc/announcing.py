"""Hubs are told which feeds of the published tree changed, whoever built it (WebSub)."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

from feedsvc.announce.backoff import PATIENCE, next_pause
from feedsvc.announce.hub import announce
from feedsvc.announce.queue import HUBS, Message, Queue
from feedsvc.announce.request import Outcome
from feedsvc.announce.topics import list_topics
from feedsvc.delivering import deliver
from feedsvc.errors import LockHeldError, ObjectStoreError
from feedsvc.lock import build_lock
from feedsvc.objects.address import open_objects
from feedsvc.published import mark_of_edition, read_published
from feedsvc.remote.sent import Memory
from feedsvc.remote.told import Told, read_told, write_told

if TYPE_CHECKING:
    from feedsvc.config import Settings

_log = logging.getLogger(__name__)

Send = Callable[[str, str, datetime], Outcome]

# Of a request to the store: what it is for can wait for the next time.
_PATIENCE_S = 5.0
# Under these the queue keeps in which term we were at the store last, and a mark of what was left there.
_TERM, _WORD = "term", "word"


def announce_published(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    send: Send = announce,
    is_over: Callable[[], bool] = lambda: False,
) -> datetime | None:
    """Tell each hub of the topics that are not as it was told last; return when there is more to tell, if ever.

    Begins no request when ``is_over``. Nothing is done while another process does it, nor without hubs or before
    anything is published: with an object store, before it is there, where a hub finds it. Raises StoreError where what
    was told cannot be noted.
    """
    hubs, mark = settings.websub.hubs, mark_of_edition(settings)
    if not hubs or not mark:
        return None
    try:
        with (
            build_lock(settings.state.dir / "announce.lock"),
            closing(Queue(settings.state.dir / HUBS)) as queue,
        ):
            _take_over(settings, queue)
            manifest = read_published(settings) if queue.is_news(mark, hubs) else None
            if manifest:
                topics = list_topics(manifest.representations.values(), settings.feeds_url)
                queue.note(hubs, topics, clock(), settle=settings.settle)
                queue.commit()
            complained = set[str]()
            deliver(
                queue,
                queue.due(clock()),
                lambda each: send(each.peer, each.subject, clock()),
                lambda each, outcome: _note(queue, each, outcome, clock(), complained),
                is_over,
            )
            _leave_word(settings, queue)
            return queue.next_due()
    except LockHeldError:
        return clock()


def _take_over(settings: Settings, queue: Queue) -> None:
    """Where another builder was at the store since we were, believe what it left there of what it told hubs."""
    if not settings.publish.target:
        return
    term, known = Memory(settings.state.dir).read_term(), queue.get(_TERM)
    if known == str(term):
        return
    # A term of ours that ends is followed by the next one (feedsvc/remote/sent.py).
    if known != str(term - 1):
        try:
            told = read_told(open_objects(settings.publish.target, patience=_PATIENCE_S))
        except ObjectStoreError as error:
            _log.warning("hubs may be told once more of feeds that another builder told them of: %s", error)
        else:
            queue.believe(told)
            queue.put(_WORD, _mark_of(told))
    queue.put(_TERM, str(term))


def _leave_word(settings: Settings, queue: Queue) -> None:
    """Leave in the store what hubs were told, for the builder that takes over; a failure is a warning."""
    if not settings.publish.target:
        return
    told = queue.told()
    if queue.get(_WORD) == _mark_of(told):
        return
    try:
        write_told(open_objects(settings.publish.target, patience=_PATIENCE_S), told)
    except ObjectStoreError as error:
        _log.warning("a builder that takes over would tell hubs of some feeds once more: %s", error)
    else:
        queue.put(_WORD, _mark_of(told))
        queue.commit()


def _mark_of(told: Told) -> str:
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:32]


def _note(queue: Queue, message: Message, outcome: Outcome, now: datetime, complained: set[str]) -> None:
    hub, topic = message.peer, message.subject
    if outcome.kind == "told":
        _log.info("told %s of %s", hub, topic)
        queue.settle(message)
    elif outcome.kind == "refused":
        _log.warning("[websub] %s refuses %s: %s; check that it is a hub for your feeds", hub, topic, outcome.words)
        queue.settle(message)
    elif now - message.since > PATIENCE:
        _log.warning("[websub] %s was not told of %s in a day: %s; the next change is", hub, topic, outcome.words)
        queue.settle(message)
    else:
        # A hub that is down is told of once, not for each feed and each try.
        level = logging.DEBUG if message.tries or hub in complained else logging.WARNING
        complained.add(hub)
        _log.log(level, "[websub] %s was not told of %s: %s; trying again", hub, topic, outcome.words)
        pause = next_pause(message.tries + 1, random.random(), outcome.retry_after)  # noqa: S311 (no secret)
        queue.put_off(message, now + pause, outcome.words)
