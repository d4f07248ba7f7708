"""`feedsvc serve`: build, serve and keep rebuilding until SIGTERM; or serve what another machine builds.

The main process schedules and builds; workers of their own answer requests, so
that a build never steals from a poll.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING

import click

from feedsvc.cli.progress import show_first
from feedsvc.cli.state import State, now
from feedsvc.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from feedsvc.audience.salt import Salt
    from feedsvc.config import Settings
    from feedsvc.remote.holding import Builder
    from feedsvc.web.server import WorkerConfig

_log = logging.getLogger(__name__)

_METRICS = "metrics"


@click.command()
@click.option(
    "--from",
    "source",
    default="",
    metavar="URL",
    help="Build nothing: serve what is in the object store at URL (s3://bucket/prefix, gs://…, az://…, file:///…).",
)
@click.pass_obj
def serve(state: State, *, source: str) -> None:
    """Build, serve and keep rebuilding until SIGTERM; SIGUSR1 builds at once, SIGHUP reads the configuration again."""
    if (followed := state.replica_settings(source)) is not None:
        from feedsvc.cli.replica import serve_replica

        serve_replica(state, followed, source)
    else:
        _serve_built(state)


def _serve_built(state: State) -> None:
    from feedsvc.audience.keeping import Keeper
    from feedsvc.audience.salt import Salt, Today
    from feedsvc.build import build
    from feedsvc.schedule import BuildSchedule
    from feedsvc.telling import Announcer
    from feedsvc.web.server import serve_wsgi
    from feedsvc.web.tallies import clear_tallies

    settings = state.settings()
    today = Today(settings.site.timezone)
    salt = Salt(today)
    config = _worker_config(settings, salt)
    keeper = Keeper(settings.state.dir, salt, today, settings.audience.keep)
    announcer = Announcer(settings, now)
    builder = _make_builder(settings, lambda: schedule.ask())
    run_build = partial(build, builder=builder) if builder else build
    schedule = BuildSchedule(settings, now, show_first(run_build, quiet=state.quiet))
    # In a thread: a handler runs between two instructions of the main one, which may hold the scheduler's lock.
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=schedule.ask).start())

    def reload() -> WorkerConfig | None:
        try:
            changed = state.settings()
            config = _worker_config(changed, salt)
        except ConfigError as error:
            _log.error("the configuration was not taken over, the one before stays: %s", error)
            return None
        if (changed.server.listen, changed.server.workers) != (settings.server.listen, settings.server.workers):
            _log.warning("[server] listen and workers are taken over when feedsvc starts the next time only")
        if (changed.publish.target, changed.publish.lease) != (settings.publish.target, settings.publish.lease):
            _log.warning("[publish] target and lease are taken over when feedsvc starts the next time only")
        schedule.reconfigure(changed)
        keeper.reconfigure(changed.audience.keep)
        announcer.reconfigure(changed)
        return config

    schedule.start()
    if builder:
        builder.start()
    keeper.start()
    announcer.start()
    clear_tallies(settings.state.dir / _METRICS)
    try:
        listen = settings.server.listen
        told = partial(click.echo, f"feedsvc serves the index of its feeds at http://{listen}/")
        serve_wsgi(
            config,
            listen=listen,
            workers=settings.server.workers,
            on_startup=told,
            on_reload=reload,
        )
    finally:
        schedule.stop()
        if builder:
            builder.stop()
        keeper.stop()
        announcer.stop()


def _make_builder(settings: Settings, on_change: Callable[[], None]) -> Builder | None:
    if not settings.publish.target:
        return None
    from feedsvc.remote.holding import Builder

    # What happens to the lease is no work for the thread that renews it.
    ask = lambda: threading.Thread(target=on_change, name="ask").start()  # noqa: E731 (a name for what is handed on)
    return Builder(settings.publish.target, ttl=settings.publish.lease.total_seconds(), on_change=ask)


def _worker_config(settings: Settings, salt: Salt) -> WorkerConfig:
    from feedsvc.audience.salt import Today
    from feedsvc.audience.spool import FOLDER
    from feedsvc.audience.store import FILE
    from feedsvc.publish.history import HISTORY
    from feedsvc.publish.moved import MOVED
    from feedsvc.sharing import describe_site
    from feedsvc.status import STATUS_FILE
    from feedsvc.web.workerconfig import AudienceConfig, WorkerConfig

    server = settings.server
    facts = describe_site(settings)
    return WorkerConfig(
        public=settings.publish.dir,
        status=settings.state.dir / STATUS_FILE,
        history=settings.state.dir / HISTORY,
        control_pid=os.getpid(),
        title=facts.title,
        description=facts.description,
        language=facts.language,
        server_url=facts.server_url,
        max_age=facts.max_age,
        token=server.token,
        memory=server.memory,
        stale_while_revalidate=facts.stale_while_revalidate,
        stale_if_error=facts.stale_if_error,
        unconditional_per_minute=settings.limits.unconditional_per_minute,
        trusted_proxies=settings.limits.trusted_proxies,
        metrics=settings.state.dir / _METRICS,
        moved=settings.state.dir / MOVED,
        archive_max_age=facts.archive_max_age,
        site_url=facts.url,
        timezone=facts.timezone,
        readers=facts.readers,
        browser_page=facts.browser_page,
        frame_hosts=facts.frame_hosts,
        hubs=facts.hubs,
        audience=AudienceConfig(
            store=settings.state.dir / FILE,
            spool=settings.state.dir / FOLDER,
            today=Today(settings.site.timezone),
            salt=salt if settings.audience.enabled else None,
        ),
        words=facts.words(),
        posts=settings.posts.dir if settings.web.operator != "off" else None,
        encodings=settings.posts.encodings,
        trust_local=settings.web.operator == "local",
    )
