"""The local edition goes to an object store: what of the settings the store's objects say, and what a failure means.

Nothing of the local edition hangs on it. What cannot be sent is told once the build has done all else, and the next
build sends it, whatever it finds.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.errors import NotSentError, ObjectStoreError
from feedsvc.feeds.archive import parse_page_path
from feedsvc.feeds.stylesheet import PATH as STYLESHEET
from feedsvc.publish.journal import PAGES, keep_journal, note_out
from feedsvc.report import BuildReport
from feedsvc.sharing import describe_site

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.remote.holding import Builder, Holding
    from feedsvc.remote.sent import Sent
    from feedsvc.remote.task import Terms

_log = logging.getLogger(__name__)


class Sender:
    """Sends what one build makes; without a ``builder`` for the target every method does nothing.

    Used under the build lock, in the order of the methods.
    """

    def __init__(self, settings: Settings, now: datetime, builder: Builder | None = None) -> None:
        self._settings, self._now, self._builder = settings, now, builder
        self._trouble: ObjectStoreError | None = None
        self._sent: Sent | None = None
        self._holding: Holding | None = None

    def take_up(self) -> None:
        """Go on from what other builders left in the store, before the ledger is opened.

        Where the store is out of reach, and no other builder is known to have its lease, the local edition does not
        wait for it; a machine without a ledger waits, since the store may hold one. Raises LeaseHeldError where
        another builder has the lease.
        """
        if self._builder is None:
            return
        from feedsvc.remote.holding import LEDGER

        state = self._settings.state.dir
        try:
            self._holding = self._builder.take_up(state)
        except ObjectStoreError as error:
            if not (state / LEDGER).exists():
                raise
            self._trouble = error
            _log.warning("building for this machine alone: %s", error)

    def begin_journals(self) -> tuple[Path, ...]:
        """Return where archiving notes what it does: for what is sent by us, and for caches, if there are any.

        A journal that nobody wants any more is ended. Raises StoreError.
        """
        from feedsvc.remote.sent import Memory

        settings = self._settings
        memory, pages = Memory(settings.state.dir), settings.state.dir / PAGES
        if not settings.publish.target:
            memory.end_journal()
        keep_journal(pages, kept=bool(settings.purge.to))
        return (*((memory.journal,) if settings.publish.target else ()), *((pages,) if settings.purge.to else ()))

    def send_edition(self, mark: str) -> None:
        """Send the edition that is live here, and the ledger with this ``mark``, of which nothing is left to commit.

        Raises StoreError where the tree is not as it was left.
        """
        holding, builder = self._holding, self._builder
        if holding is None or builder is None:
            return
        from feedsvc.remote.push import send_edition
        from feedsvc.remote.sitefacts import dump_site

        try:
            self._sent = send_edition(
                holding.objects,
                holding.head,
                holding.head_tag,
                directory=self._settings.publish.dir,
                state=self._settings.state.dir,
                term=holding.term,
                ledger=builder.copy_ledger(self._settings.state.dir, holding, mark),
                site=dump_site(describe_site(self._settings)),
                check=holding.check,
                now=self._now,
                terms=make_terms(self._settings),
            )
        except ObjectStoreError as error:
            self._trouble = error

    def send_pages(self) -> None:
        """Send what changed of the archives, unless the edition could not be sent; then caches may drop it."""
        self._send_pages()
        if self._trouble is None:
            note_out(self._settings.state.dir / PAGES)

    def _send_pages(self) -> None:
        holding = self._holding
        if holding is None or self._sent is None or self._trouble:
            return
        from feedsvc.remote.pages import send_pages

        try:
            self._sent += send_pages(
                holding.objects,
                directory=self._settings.publish.dir,
                state=self._settings.state.dir,
                term=holding.term,
                check=holding.check,
                now=self._now,
                terms=make_terms(self._settings),
            )
        except ObjectStoreError as error:
            self._trouble = error

    def settle(self, report: BuildReport) -> BuildReport:
        """Return the report with what was sent. Raises :class:`NotSentError` if anything could not be."""
        if self._trouble:
            raise NotSentError(self._trouble) from self._trouble
        return replace(report, sent=asdict(self._sent)) if self._sent else report


@contextmanager
def sending(settings: Settings, now: datetime, builder: Builder | None, wait: float) -> Iterator[Sender]:
    """Give a sender for one build. Without a ``builder`` that goes on after it, contend for the target's lease.

    ``wait`` is for how many seconds, then.
    """
    if builder or not settings.publish.target:
        yield Sender(settings, now, builder)
        return
    from feedsvc.remote.holding import hold

    with hold(settings.publish.target, ttl=settings.publish.lease.total_seconds(), wait=wait) as own:
        yield Sender(settings, now, own)


def make_terms(settings: Settings) -> Terms:
    """Return what the settings say of the objects that a CDN serves."""
    from feedsvc.remote.task import Terms

    server = settings.server
    return Terms(
        cache_control=_cache_control(
            server.max_age,
            (("stale-while-revalidate", server.stale_while_revalidate), ("stale-if-error", server.stale_if_error)),
        ),
        archive_cache_control=_cache_control(server.archive_max_age),
        grace=settings.publish.grace,
        extras={STYLESHEET[1:]: "text/css; charset=utf-8"},
        document_of=_document_of,
    )


def _cache_control(max_age: timedelta, others: tuple[tuple[str, timedelta], ...] = ()) -> str:
    """Return the header (RFC 9111, 5.2.2; RFC 5861). A bucket cannot cut it to a change that is due."""
    granted = [f", {name}={_seconds(time)}" for name, time in others if time]
    return f"public, max-age={_seconds(max_age)}" + "".join(granted)


def _seconds(time: timedelta) -> int:
    return int(time.total_seconds())


def _document_of(path: str) -> str:
    parts = parse_page_path(path)
    return parts[0] if parts else ""
