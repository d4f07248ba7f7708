"""`feedsvc serve`: build, serve and keep rebuilding until SIGTERM.

The main process schedules and builds; workers of their own answer requests, so
that a build never steals from a poll.
"""

from __future__ import annotations

import os
import signal
import threading
from functools import partial

import click

from feedsvc.cli.state import State, now


@click.command()
@click.pass_obj
def serve(state: State) -> None:
    """Build, serve and keep rebuilding until SIGTERM; SIGUSR1 builds at once."""
    from feedsvc.publish.history import HISTORY
    from feedsvc.schedule import BuildSchedule
    from feedsvc.status import STATUS_FILE
    from feedsvc.web.server import WorkerConfig, serve_wsgi
    from feedsvc.web.tallies import clear_tallies

    settings = state.settings()
    schedule = BuildSchedule(settings, now)
    # In a thread: a handler runs between two instructions of the main one, which may hold the scheduler's lock.
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=schedule.ask).start())
    worker = WorkerConfig(
        public=settings.publish.dir,
        status=settings.state.dir / STATUS_FILE,
        history=settings.state.dir / HISTORY,
        control_pid=os.getpid(),
        title=settings.site.title,
        description=settings.site.description,
        language=settings.site.language,
        server_url=settings.feeds_url,
        max_age=int(settings.server.max_age.total_seconds()),
        token=settings.server.token,
        memory=settings.server.memory,
        stale_while_revalidate=int(settings.server.stale_while_revalidate.total_seconds()),
        stale_if_error=int(settings.server.stale_if_error.total_seconds()),
        unconditional_per_minute=settings.limits.unconditional_per_minute,
        trusted_proxies=settings.limits.trusted_proxies,
        metrics=settings.state.dir / "metrics",
    )
    schedule.start()
    clear_tallies(settings.state.dir / "metrics")
    try:
        listen = settings.server.listen
        told = partial(click.echo, f"feedsvc serves the index of its feeds at http://{listen}/")
        serve_wsgi(worker, listen=listen, workers=settings.server.workers, on_startup=told)
    finally:
        schedule.stop()
