"""Many files read at once, by processes of their own; what they say comes back in the order of the files.

A worker is told at its start all that it is to read, and from then on holds nothing but its end of one pipe: when the
build ends, however it ends, the pipe closes and the worker with it. A pool of the standard library shares queues and
semaphores, holds what nobody takes, and outlives a build that was killed.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from feedsvc.posts.files import FileReader, Reading, Unread

_log = logging.getLogger(__name__)

BATCH = 64
"""Files that are read, and settled, together."""

# Starting workers takes a quarter of a second of CPU, in which one process reads as many files.
_WORTH_A_CREW = 1500

Batch = Sequence[Unread]


def read_files(reader: FileReader, unread: Sequence[Unread]) -> Iterator[Sequence[Reading]]:
    """Read the files, a batch at a time and in their order, on as many processors as this process may use.

    Closing the iterator ends the workers. One that dies costs time only: what it had to do is done here.
    """
    batches = [unread[start : start + BATCH] for start in range(0, len(unread), BATCH)]
    processes = len(os.sched_getaffinity(0))
    if processes < 2 or len(unread) < _WORTH_A_CREW:
        return (_read_batch(reader, batch) for batch in batches)
    return _read_in_crew(reader, batches, processes)


def _read_batch(reader: FileReader, batch: Batch) -> Sequence[Reading]:
    return [reader.read(each) for each in batch]


def _read_in_crew(reader: FileReader, batches: Sequence[Batch], processes: int) -> Iterator[Sequence[Reading]]:
    crew = [_Worker(reader, batches[number::processes]) for number in range(processes)]
    try:
        for number, batch in enumerate(batches):
            yield crew[number % processes].take() or _read_batch(reader, batch)
    finally:
        for worker in crew:
            worker.end()


class _Worker:
    """A process that reads batches in their order; it waits where nobody takes what it has read."""

    def __init__(self, reader: FileReader, batches: Sequence[Batch]) -> None:
        # Not forked from here: this process may have threads, and their locks would be copied in whatever state.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["feedsvc.__main__", "feedsvc.posts.parse"])
        self._connection, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(theirs, reader, batches), daemon=True)
        try:
            self._process.start()
        except OSError as error:
            _log.warning("reading with one process less, since the system gives no other: %s", error)
        finally:
            theirs.close()

    def take(self) -> Sequence[Reading] | None:
        """Return the readings of the next batch; None if the worker could not read it, or is no more."""
        if self._connection.closed:
            return None
        try:
            readings: Sequence[Reading] | None = self._connection.recv()
        except (EOFError, OSError):
            _log.warning("a process that read posts ended early; its posts are read here")
            self._connection.close()
            return None
        return readings

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._connection.close()
        if self._process.pid is not None:
            self._process.terminate()
            self._process.join()


def _work(connection: Connection, reader: FileReader, batches: Sequence[Batch]) -> None:
    """Read the batches, and end when there are no more, or when nobody listens."""
    # Ctrl-C reaches every process of the terminal; the build ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        for batch in batches:
            try:
                readings = _read_batch(reader, batch)
            except Exception:  # noqa: BLE001 (read once more by the build itself, where a bug is told like any other)
                readings = None
            connection.send(readings)
