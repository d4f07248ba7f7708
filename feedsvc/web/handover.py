"""A new configuration on its way to workers that go on serving: a line from the main process to each of them.

Other workers in their place would cost connections: one that ends drops those that it has accepted and not read from,
and what still waits for it at the port, which only ``net.ipv4.tcp_migrate_req`` gives to another.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from feedsvc.web.workerconfig import WorkerConfig

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A worker's end: the configuration to begin with, and where newer ones come from. Survives pickling to a child."""

    config: WorkerConfig
    _connection: Connection

    def waiting(self) -> Iterator[WorkerConfig]:
        """Yield what has come already."""
        try:
            while self._connection.poll():
                yield self._connection.recv()
        except (EOFError, OSError):
            return

    def listen(self) -> Iterator[WorkerConfig]:
        """Yield each newer configuration as it comes, until the main process ends."""
        while True:
            try:
                newer = self._connection.recv()
            except (EOFError, OSError):
                return
            yield newer


class Handover:
    """The main process' ends, and the configuration of the moment."""

    def __init__(self, config: WorkerConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._ends: list[Connection] = []
        self._passed: Connection | None = None

    def open_line(self) -> Line:
        """Return the line of a worker that is about to be spawned; to be called by the thread that spawns them all."""
        with self._lock:
            # The child before has its own copy by now; only while nobody else has one is it seen that a worker ended.
            if self._passed is not None:
                self._passed.close()
            for ended in [end for end in self._ends if end.poll()]:
                self._ends.remove(ended)
                ended.close()
            ours, self._passed = Pipe()
            self._ends.append(ours)
            return Line(self._config, self._passed)

    def hand_over(self, config: WorkerConfig) -> None:
        """Send a configuration to all workers, and give it to those that come."""
        with self._lock:
            self._config = config
            ends = self._ends.copy()
        for end in ends:
            try:
                end.send(config)
            except OSError:
                # The worker ended. That which takes its place begins with this one.
                logger.debug("a worker ended before it had the new configuration")

    def end(self) -> None:
        """Wait for no worker any more: all have ended."""
        with self._lock:
            if self._passed is not None:
                self._passed.close()
