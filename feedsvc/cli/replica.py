"""`feedsvc serve --from URL`: follow an object store and serve what is there, without posts, builder or ledger.

The main process follows; workers answer from what it and they keep on this disk, and from the store.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

import click

from feedsvc.cli.state import State, now
from feedsvc.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from feedsvc.config import Settings
    from feedsvc.remote.follow import Follower
    from feedsvc.remote.sitefacts import SiteFacts
    from feedsvc.web.server import WorkerConfig

_log = logging.getLogger(__name__)

_METRICS = "metrics"
# Of one request to the store, for whose answer somebody may be waiting.
_PATIENCE_S = 5.0
# For the first look, before anything is served: a store that hangs keeps nobody from what is here already. Where there
# is nothing here, all that waits is a 503, and workers that would be told of the site a moment later.
_BEGIN_S, _BEGIN_ANEW_S = 1.0, 3.0
_NOWHERE = "nothing-yet"


def serve_replica(state: State, settings: Settings, source: str) -> None:
    """Serve the store that ``settings`` name until SIGTERM; ``source`` is that of the command line.

    SIGUSR1 looks at the store at once, SIGHUP reads the configuration again.
    """
    from feedsvc.objects.address import open_objects
    from feedsvc.remote.cache import DiskCache, cache_folder
    from feedsvc.remote.follow import Follower
    from feedsvc.web.server import serve_wsgi
    from feedsvc.web.tallies import clear_tallies

    address = settings.replica.from_
    objects = open_objects(address, patience=_PATIENCE_S)
    folder = cache_folder(settings.state.dir, address)
    follower = Follower(objects, DiskCache(folder), limit=settings.replica.cache, now=now)
    watch = _Watch(follower, settings.replica.poll.total_seconds())
    signal.signal(signal.SIGUSR1, lambda *_: watch.look_now())
    # Who starts beside a store that answers begins with its newest edition.
    watch.start(_BEGIN_S if follower.site else _BEGIN_ANEW_S)

    def reload() -> WorkerConfig:
        nonlocal settings
        try:
            changed = state.replica_settings(source)
            settings = changed if changed and changed.replica.from_ == address else settings
        except ConfigError as error:
            _log.error("the configuration was not taken over, the one before stays: %s", error)
        return _worker_config(settings, folder, watch.take_site())

    clear_tallies(settings.state.dir / _METRICS)

    def begin() -> None:
        click.echo(f"feedsvc serves the index of its feeds at http://{settings.server.listen}/")
        watch.serve()

    try:
        serve_wsgi(
            _worker_config(settings, folder, watch.take_site()),
            listen=settings.server.listen,
            workers=settings.server.workers,
            on_startup=begin,
            on_reload=reload,
        )
    finally:
        watch.stop()


class _Watch:
    """Has the follower look again and again, and the workers set up anew when the site calls itself otherwise."""

    def __init__(self, follower: Follower, poll: float) -> None:
        self._follower, self._poll = follower, poll
        self._wake, self._ended = threading.Event(), threading.Event()
        self._looked, self._serving = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
        self._site: SiteFacts | None = None

    def take_site(self) -> SiteFacts | None:
        """Return what is known of the site; the workers are about to know it, too."""
        self._site = self._follower.site
        return self._site

    def start(self, wait: float) -> None:
        """Begin, and wait for the end of the first look, ``wait`` seconds at most."""
        self._thread.start()
        self._looked.wait(wait)

    def serve(self) -> None:
        """Tell workers of changes from now on; SIGHUP must have its handler by now."""
        self._serving.set()

    def look_now(self) -> None:
        """Look without waiting."""
        self._wake.set()

    def stop(self) -> None:
        """End when the look under way does."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._follower.look()
            except Exception:  # noqa: BLE001 -- logged, and tried again
                # The edition before goes on being served, whatever this is.
                _log.exception("the look at the store failed")
            self._looked.set()
            if self._serving.is_set() and self._follower.site != self._site:
                self._site = self._follower.site
                os.kill(os.getpid(), signal.SIGHUP)
            self._wake.wait(self._poll)
            self._wake.clear()


def _worker_config(settings: Settings, folder: Path, site: SiteFacts | None) -> WorkerConfig:
    """Return how workers serve the edition in ``folder``; without a ``site``, that there is none yet."""
    from feedsvc.remote.sitefacts import SiteFacts
    from feedsvc.status import STATUS_FILE
    from feedsvc.web.workerconfig import ReplicaConfig, WorkerConfig

    facts = site or SiteFacts(title="feedsvc", url="http://localhost")
    return WorkerConfig(
        # Until it is known how the site is to be served, not even an edition that is here already is.
        public=folder if site else folder / _NOWHERE,
        status=settings.state.dir / STATUS_FILE,
        control_pid=os.getpid(),
        title=facts.title,
        description=facts.description,
        language=facts.language,
        server_url=facts.server_url or facts.url,
        max_age=facts.max_age,
        token=settings.server.token,
        memory=settings.server.memory,
        stale_while_revalidate=facts.stale_while_revalidate,
        stale_if_error=facts.stale_if_error,
        unconditional_per_minute=settings.limits.unconditional_per_minute,
        trusted_proxies=settings.limits.trusted_proxies,
        metrics=settings.state.dir / _METRICS,
        archive_max_age=facts.archive_max_age,
        site_url=facts.url,
        timezone=facts.timezone,
        readers=facts.readers,
        browser_page=facts.browser_page,
        frame_hosts=facts.frame_hosts,
        hubs=facts.hubs,
        words=facts.words(),
        replica=ReplicaConfig(address=settings.replica.from_, cache=folder, poll=settings.replica.poll.total_seconds()),
    )
