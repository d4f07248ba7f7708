"""When to build: at start, when a post is saved, at every tick, when a post goes live or expires, and when asked."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feedsvc.build import build, warm_up
from feedsvc.config import Settings
from feedsvc.errors import FeedsvcError, LeaseHeldError
from feedsvc.posts.sitefiles import DRAWN_ON
from feedsvc.report import BuildReport
from feedsvc.status import (
    SERVICE_FILE,
    STATUS_FILE,
    Service,
    ServiceNote,
    format_instant,
    read_last_build,
    write_next_run,
    write_status,
)
from feedsvc.watch import Changes, Watcher, describe_watching

_log = logging.getLogger(__name__)

_LOCK_WAIT_SECONDS = 60.0
_FOLLOW_SECONDS = 1
_TICK, _DUE, _ASKED, _SAVED, _FOLLOW = "tick", "due", "asked", "saved", "follow"


class BuildSchedule:
    """Builds in the background, one at a time, until stopped.

    A failing run is logged and tried again at the next tick. ``clock`` returns the
    aware present; ``run_build`` is :func:`feedsvc.build.build`, or calls it.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        run_build: Callable[..., BuildReport] = build,
    ) -> None:
        self._settings, self._clock, self._build = settings, clock, run_build
        self._status = settings.state.dir / STATUS_FILE
        self._note = ServiceNote(settings.state.dir / SERVICE_FILE)
        self._building_since: datetime | None = None
        self._building = threading.Lock()
        self._stopping = False
        self._watcher: Watcher | None = None
        self._watchers: list[Watcher] = []
        self._changes = Changes()
        self._seen = 0
        self._built_at = ""
        self._standby_of = ""
        # It warns of runs that were "skipped": those that one waiting in the queue stands for.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        # One thread: runs queue instead of overlapping. No run is dropped for being late or for finding
        # another one running; APScheduler's own defaults (1 s of grace, 1 instance) would do both.
        self._scheduler = BackgroundScheduler(
            timezone=settings.site.timezone,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2},
        )

    def start(self) -> None:
        """Build now, and from now on whenever it is time."""
        self._settings.state.dir.mkdir(parents=True, exist_ok=True)
        self._watch()
        self._scheduler.add_job(self.run, self._trigger(), id=_TICK, next_run_time=self._clock())
        self._scheduler.add_job(self.follow, IntervalTrigger(seconds=_FOLLOW_SECONDS, timezone=UTC), id=_FOLLOW)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the build that is running, if any, and plan no other."""
        self._stopping = True
        self._watch_no_more()
        # Not wait=True: APScheduler would hold the lock that the end of the running build asks for.
        self._scheduler.shutdown(wait=False)
        with self._building:
            write_next_run(self._status, None)

    def reconfigure(self, settings: Settings) -> None:
        """Go by other settings from the next run on, and run at once."""
        self._watch_no_more()
        self._settings, self._status = settings, settings.state.dir / STATUS_FILE
        self._note = ServiceNote(settings.state.dir / SERVICE_FILE)
        self._watch()
        self._scheduler.reschedule_job(_TICK, trigger=self._trigger())
        self.ask()

    def ask(self) -> None:
        """Build as soon as the build that is running, if any, is done; it leaves its archives for later."""
        self._changes.note(None)
        self._plan(_ASKED, self._clock(), self.run)

    def _watch(self) -> None:
        settings = self._settings
        if not settings.schedule.watch:
            return
        posts, jekyll = settings.posts, settings.jekyll.dir
        self._watcher = Watcher(posts.dir, posts.patterns, self.note, exclude=posts.exclude)
        self._watchers = [self._watcher]
        if jekyll:
            # Which posts draw on what is there, a build finds out.
            self._watchers.append(Watcher(jekyll, DRAWN_ON, lambda _: self.note(None)))
        for watcher in self._watchers:
            watcher.start()

    def _watch_no_more(self) -> None:
        watchers, self._watchers, self._watcher = self._watchers, [], None
        for watcher in watchers:
            watcher.stop()

    def note(self, changed: frozenset[str] | None) -> None:
        """Build soon what changed, by its paths relative to the posts directory; None: anything may have."""
        self._changes.note(changed)
        self._plan(_SAVED, self._clock(), self._run_noted)

    def run(self) -> None:
        """Look at all posts and build; keep the outcome for `feedsvc status`; errors are logged, never raised."""
        watcher = self._watcher
        if watcher:
            # What changes after this build has looked must be told.
            watcher.wait_ready()
        self._changes.note(None)
        self._run_noted()

    def _run_due(self) -> None:
        """Let in the posts that waited; look at the others only if it is not told when they change."""
        watcher = self._watcher
        if watcher is None or not watcher.wait_ready():
            self._changes.note(None)
        self._run_noted(even_if_none=True)

    def _run_noted(self, *, even_if_none: bool = False) -> None:
        with self._building:
            changed = self._changes.take()
            # A run before this one may have taken what this one was planned for.
            if self._stopping or not (even_if_none or changed is None or changed):
                return
            self._run_and_record(changed)
            if self._watcher:
                # Of what a build with nothing changed does without, so that no edit waits for it.
                warm_up()

    def _is_urgent(self) -> bool:
        """Tell whether there is more urgent work than archives: a post that was saved, or the end of the service."""
        return self._stopping or self._changes.are_waiting()

    def _run_and_record(self, changed: frozenset[str] | None) -> None:
        outcome: BuildReport | FeedsvcError
        started = self._clock()
        self._tell_service(building_since=started)
        try:
            outcome = self._build(
                self._settings,
                now=started,
                wait=_LOCK_WAIT_SECONDS,
                changed=changed,
                interrupted=self._is_urgent,
            )
        except LeaseHeldError as error:
            # It is no failure: whoever takes the lease over looks at all posts, so nothing is to be remembered.
            self._stand_by(error)
            return
        except FeedsvcError as error:
            _log.error("build failed: %s", error)
            outcome = error
            self._changes.note(None)
        except Exception as error:  # noqa: BLE001 (logged whole, and told in the status)
            # A bug must not end the schedule; the last edition stands, and the next run tries again.
            _log.exception("build failed by a bug in feedsvc; the last edition stands")
            outcome = FeedsvcError(f"a bug in feedsvc: {type(error).__name__}: {error}; please report it")
            self._changes.note(None)
        else:
            _log.info("build: %s", outcome.summary())
        self._standby_of = ""
        self._record(outcome)

    def _stand_by(self, error: LeaseHeldError) -> None:
        if self._standby_of != error.holder:
            told = "standby: %s holds the lease of %s and builds; what is here is served"
            _log.info(told, error.holder, error.address)
        self._standby_of = error.holder
        self._tell_service(building_since=None)

    def _record(self, outcome: BuildReport | FeedsvcError) -> None:
        finished = self._clock()
        # A build that failed for a waiting post is tried again at the next tick, not at once and for ever.
        if isinstance(outcome, BuildReport):
            self._built_at = format_instant(finished)
            self._plan_next_change(outcome.next_change)
        write_status(self._status, finished, outcome)
        jobs = (job for job in self._scheduler.get_jobs() if job.id != _FOLLOW)
        write_next_run(self._status, min((job.next_run_time for job in jobs if job.next_run_time), default=None))
        self._tell_service(building_since=None)

    def _tell_service(self, *, building_since: datetime | None) -> None:
        """Tell what is going on; the watchers say themselves whether they watch."""
        self._building_since = building_since
        watching, reason = describe_watching(self._watchers)
        self._note.tell(
            Service(
                pid=os.getpid(),
                building_since=building_since,
                watching=watching,
                reason=reason,
                standby_of=self._standby_of,
            )
        )

    def follow(self) -> None:
        """Take note of builds that others ran: a post that waits may have come, or gone; and of what watchers met."""
        self._tell_service(building_since=self._building_since)
        seen = self._status_time()
        if seen == self._seen:
            return
        self._seen = seen
        built_at, next_change = read_last_build(self._status)
        if built_at != self._built_at:
            self._built_at = built_at
            self._plan_next_change(next_change)

    def _status_time(self) -> int:
        try:
            return self._status.stat().st_mtime_ns
        except OSError:
            return 0

    def _plan_next_change(self, next_change: datetime | None) -> None:
        if next_change is not None:
            self._plan(_DUE, next_change, self._run_due)

    def _plan(self, job: str, at: datetime, run: Callable[[], None]) -> None:
        self._scheduler.add_job(run, "date", run_date=at, id=job, replace_existing=True)

    def _trigger(self) -> Any:  # noqa: ANN401 (APScheduler ships no types)
        schedule = self._settings.schedule
        if schedule.cron:
            return CronTrigger.from_crontab(schedule.cron, timezone=self._settings.site.timezone)
        return IntervalTrigger(seconds=schedule.every.total_seconds(), timezone=self._settings.site.timezone)
