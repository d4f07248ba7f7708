"""A worker process: sets itself up, looks for new editions and configurations, and ends when its main process does."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from feedsvc.web.reading import is_read_alike, open_reading
from feedsvc.web.wiring import load_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

    from feedsvc.web.handover import Line
    from feedsvc.web.workerconfig import WorkerConfig

logger = logging.getLogger(__name__)

# How often to look for a new edition. While one is being staged it is looked for more often, but not for long: where a
# build died it stays so.
_LOOK_S, _LOOK_SOON_S = 0.04, 0.004
_SOON_S = 5.0
# Requests look themselves when the thread that does it is this late; 30,000 documents take it 1.3 s.
_PATIENCE_S = 10.0


def start_worker(line: Line, log_level: int) -> Worker:
    """Set up a process that the server has just spawned, and return its application."""
    # Ctrl-C reaches every process of the terminal; ours are ended in order by the main one, with SIGTERM.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    logging.basicConfig(stream=sys.stderr, level=log_level, format="%(asctime)s %(levelname)s %(message)s", force=True)
    _start("end-with-parent", _end_with_parent)
    worker = Worker(line.config)
    _start("keep-up", worker.keep_up)
    # What came while this was set up must not be answered by what was before.
    worker.follow(line.waiting())
    _start("follow-line", partial(worker.follow, line.listen()))
    # When the worker ends in order, what it counted last is written too.
    Finalize(None, worker.end, exitpriority=1)
    logger.info("worker %d is up", os.getpid())
    return worker


def _start(name: str, work: Callable[[], None]) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()


class Worker:
    """The WSGI application that the server holds; the one that answers is exchanged between two requests."""

    def __init__(self, config: WorkerConfig) -> None:
        self._config = config
        self._reading = open_reading(config, interval=_PATIENCE_S)
        self._reading.source.refresh()
        self._app = load_app(config, self._reading)
        self._answer = self._app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        return self._answer(environ, start_response)

    def take(self, config: WorkerConfig) -> None:
        """Answer by another configuration from the next request on."""
        reading = self._reading
        if not is_read_alike(config, self._config):
            reading = open_reading(config, interval=_PATIENCE_S)
            reading.source.refresh()
        app = load_app(config, reading)
        before = self._app
        self._config, self._reading, self._app, self._answer = config, reading, app, app.wsgi_app
        _end(before)

    def follow(self, configs: Iterable[WorkerConfig]) -> None:
        """Take each configuration that comes; the one before stays if that fails."""
        for config in configs:
            try:
                self.take(config)
            except Exception:
                logger.exception("worker %d cannot take over the configuration", os.getpid())
            else:
                logger.info("worker %d goes on with the new configuration", os.getpid())

    def keep_up(self) -> None:
        """Look for new editions, so that no poll has to wait until one is read."""
        for pause_s in next_pauses(lambda: self._reading.source.is_one_coming()):
            time.sleep(pause_s)
            self._reading.source.refresh()

    def end(self) -> None:
        """Have what was counted last written down."""
        _end(self._app)


def _end(app: Flask) -> None:
    for end in app.extensions["feedsvc.ends"]:
        end()


def next_pauses(is_one_coming: Callable[[], bool]) -> Iterator[float]:
    """Yield how many seconds to wait before each look for a new edition."""
    soon = round(_SOON_S / _LOOK_SOON_S)
    left = soon
    while True:
        coming = is_one_coming()
        left = left - 1 if coming else soon
        yield _LOOK_SOON_S if coming and left > 0 else _LOOK_S


def _end_with_parent() -> None:
    """Wait for the main process to end, however it ends: a worker left over would hold the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
