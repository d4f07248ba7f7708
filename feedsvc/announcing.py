"""Hubs are told which feeds of the published tree changed, whoever built it (WebSub)."""

from __future__ import annotations

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
from feedsvc.errors import LockHeldError
from feedsvc.lock import build_lock
from feedsvc.published import mark_of_edition, read_published

if TYPE_CHECKING:
    from feedsvc.config import Settings

_log = logging.getLogger(__name__)

Send = Callable[[str, str, datetime], Outcome]


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
            return queue.next_due()
    except LockHeldError:
        return clock()


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
