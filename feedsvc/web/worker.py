"""A worker process: sets itself up, looks for new editions, and ends when its main process does."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from feedsvc.publish.snapshot import SnapshotFollower
from feedsvc.web.reading import open_reading
from feedsvc.web.wiring import load_app

if TYPE_CHECKING:
    from flask import Flask

    from feedsvc.web.workerconfig import WorkerConfig

logger = logging.getLogger(__name__)

# How often to look for a new edition. While one is being staged it is looked for more often, but not for long: where a
# build died it stays so.
_LOOK_S, _LOOK_SOON_S = 0.04, 0.004
_SOON_S = 5.0
# Requests look themselves when the thread that does it is this late; 30,000 documents take it 1.3 s.
_PATIENCE_S = 10.0


def start_worker(config: WorkerConfig, log_level: int) -> Flask:
    """Set up a process that the server has just spawned, and return its application."""
    # Ctrl-C reaches every process of the terminal; ours are ended in order by the main one, with SIGTERM.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    logging.basicConfig(stream=sys.stderr, level=log_level, format="%(asctime)s %(levelname)s %(message)s", force=True)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    reading = open_reading(config, interval=_PATIENCE_S)
    reading.source.refresh()
    threading.Thread(target=_keep_up, args=(reading.source,), name="keep-up", daemon=True).start()
    app = load_app(config, reading)
    if "feedsvc.audience" in app.extensions:
        # When the worker ends in order, what it counted last is written too.
        Finalize(None, app.extensions["feedsvc.audience"].flush, exitpriority=1)
    logger.info("worker %d is up", os.getpid())
    return app


def _keep_up(source: SnapshotFollower) -> None:
    """Look for new editions, so that no poll has to wait until one is read."""
    for pause_s in next_pauses(source.is_one_coming):
        time.sleep(pause_s)
        source.refresh()


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
