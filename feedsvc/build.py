"""The pipeline: posts -> index -> feeds -> publish, once, in order.

Decisions become durable before what follows from them: the ledger is committed
before anything is published, the index after. A crash in between costs the next
build some work and nobody a byte.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import unidata_version

from feedsvc.account import give_account
from feedsvc.collector import collected_again
from feedsvc.config import fingerprint
from feedsvc.database import DatabaseError
from feedsvc.errors import SourceChangedError
from feedsvc.expiry import expire_deleted
from feedsvc.feedrules import OWN, feed_kinds, file_anew, window_of
from feedsvc.index import Index, delete_index, open_index
from feedsvc.intake import Intake, IntakeRules
from feedsvc.ledger import Ledger, open_ledger
from feedsvc.lock import build_lock
from feedsvc.model import CATEGORY_KINDS
from feedsvc.naming import name_terms
from feedsvc.posts.scan import scan_posts
from feedsvc.posts.sitefiles import look_again
from feedsvc.publish.store import load_previous, recover
from feedsvc.publishing import publish_touched
from feedsvc.readers import PostReaders, find_drift, mark_of_rules, site_directory
from feedsvc.report import BuildReport, Progress, ignore_progress
from feedsvc.sending import Sender, sending

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.finishing import Finish
    from feedsvc.remote.holding import Builder

_log = logging.getLogger(__name__)

# A post that is saved at the very moment in which it is read is seen at the next attempt.
_ATTEMPTS = 3

# Other versions of these may read a post, or write a feed, in other bytes.
_MAKERS = ("feedsvc", "feedgen", "imagesize", "nh3", "pyromark", "python-liquid", "PyYAML")


def build(
    settings: Settings,
    *,
    now: datetime,
    allow_removals: bool = False,
    wait: float = 0.0,
    changed: frozenset[str] | None = None,
    progress: Progress = ignore_progress,
    interrupted: Callable[[], bool] = lambda: False,
    builder: Builder | None = None,
) -> BuildReport:
    """Bring the published tree up to date with the posts directory, as of ``now`` (aware).

    Waits at most ``wait`` seconds for another build. ``changed`` are the paths of files and directories, relative
    to the posts directory, that may not be as the last build found them; None: nobody knows, so all are looked at.
    ``progress`` is told how far the work has come. Once the edition is live, ``interrupted`` tells whether there is
    something to do that is more urgent than archives, which then wait for the next build. ``builder`` is one that
    goes on after this build; else, with a target, there is one for as long as it takes. Nothing is built while another
    one has the lease of the target (LeaseHeldError). Raises a FeedsvcError when the edition cannot be built; the last
    one then stands. NotSentError: it is live here, but not all in the store.
    """
    started = time.monotonic()
    lock = settings.state.dir / "build.lock"
    with build_lock(lock, wait=wait), collected_again(), sending(settings, now, builder, wait) as sender:
        recover(settings.publish.dir)
        sender.take_up()
        run = _Run(
            settings=settings,
            now=now,
            allow_removals=allow_removals,
            changed=changed,
            progress=progress,
            interrupted=interrupted,
            sender=sender,
        )
        return _build_patiently(run, started)


def _build_patiently(run: _Run, started: float) -> BuildReport:
    """Build again where the index turns out to be damaged, or a post changes while it is read."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return _build_locked(run, started)
        except DatabaseError as error:
            index_path = run.settings.state.dir / "index.sqlite3"
            if not (error.damaged and error.path == str(index_path)):
                raise
            _log.warning("%s; it is only a cache, so it is made anew", error)
            delete_index(index_path)
        except SourceChangedError as error:
            _log.info("%s changed while it was read; looking again", error.path)
            run = replace(run, changed=None)
    return _build_locked(run, started)


def warm_up() -> None:
    """Import what builds import when they find a change, for a process that will wait for one."""
    from feedsvc import assembly  # noqa: F401
    from feedsvc.posts import crew, parse  # noqa: F401
    from feedsvc.publish import history  # noqa: F401


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What one build was asked to do."""

    settings: Settings
    now: datetime
    allow_removals: bool
    changed: frozenset[str] | None
    progress: Progress
    interrupted: Callable[[], bool]
    sender: Sender


def _build_locked(run: _Run, started: float) -> BuildReport:
    settings = run.settings
    kinds = frozenset((*CATEGORY_KINDS, *feed_kinds(settings)))
    with (
        closing(open_ledger(settings.state.dir / "ledger.sqlite3")) as ledger,
        closing(open_index(settings.state.dir / "index.sqlite3", kinds)) as index,
    ):
        if ledger.is_new() and load_previous(settings.publish.dir).snapshot:
            _log.warning(
                "%s: the ledger is new, but feeds are published already, so ids are made anew; "
                "if it was lost, stop, restore it from your backup and build again",
                settings.state.dir / "ledger.sqlite3",
            )
        trusted = _trust_or_forget(index, ledger, f"{fingerprint(settings)}{mark_of_rules(settings)}")
        if not trusted:
            index.put_meta("drift", "\n".join(find_drift(settings)))
        scan = scan_posts(
            settings.posts.dir,
            settings.posts.patterns,
            run.changed if trusted else None,
            exclude=settings.posts.exclude,
            bundles=settings.posts.generator == "hugo",
        )
        rules = IntakeRules(
            directory=str(settings.posts.dir),
            future=settings.posts.future,
            allow_removals=run.allow_removals,
            window_of=partial(window_of, settings),
            file_anew=partial(file_anew, settings),
        )
        readers = PostReaders(settings, run.now)
        read = partial(readers.read, ledger.file_dates)
        look = partial(look_again, site_directory(settings), posts=settings.posts.dir)
        intake = Intake(rules, read, index, ledger, run.now, run.progress, look)
        touched = intake.take_in(scan, frozenset() if index.meta("ledger") else ledger.entries.live_paths())
        touched |= name_terms(touched, index, ledger, kinds - {OWN})
        if touched:
            expire_deleted(index, ledger, partial(window_of, settings))
        # Decided is decided: ids and go-live times are durable before anybody sees them.
        ledger.commit()
        publication = publish_touched(
            settings,
            touched,
            index,
            ledger,
            now=run.now,
            finish=readers.finish,
            progress=run.progress,
        )
        index.put_meta("ledger", ledger.mark())
        index.commit()
        sender = run.sender
        sender.send_edition(ledger.mark())
        if index.archive_work.is_pending():
            _write_archives(run, index, ledger, readers.finish, sender.begin_journals())
        sender.send_pages()
        return sender.settle(give_account(index, publication, time.monotonic() - started))


def _write_archives(run: _Run, index: Index, ledger: Ledger, finish: Finish, journals: Sequence[Path]) -> None:
    """Write what is due of the archives, now that the edition is live; the next build writes what this one does not."""
    from feedsvc.archiving import write_archives

    settings = run.settings
    try:
        write_archives(
            settings,
            index,
            ledger.site_id(settings.site.url),
            now=run.now,
            finish=finish,
            progress=run.progress,
            interrupted=run.interrupted,
            journals=journals,
        )
    except SourceChangedError as error:
        _log.info("%s changed before its archive page was written; the next build writes it", error.path)


def _trust_or_forget(index: Index, ledger: Ledger, settings_mark: str) -> bool:
    """Have every file read again if the index was filled by other rules or beside another ledger."""
    makers = (f"{maker}={version(maker)}" for maker in _MAKERS)
    # Python's tables of characters say where a summary may be cut.
    rules = " ".join([settings_mark, *makers, f"Unicode={unidata_version}"])
    if index.meta("rules") != rules or index.meta("ledger") != ledger.mark():
        index.forget()
        index.put_meta("rules", rules)
        return False
    return True
