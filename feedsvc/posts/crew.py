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
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from feedsvc.model import Unfinished
from feedsvc.posts.files import FileReader, Reading, Unread
from feedsvc.posts.parcels import Parcels, pack_readings, pack_unread, unpack_readings, unpack_unread
from feedsvc.records import Finished

_log = logging.getLogger(__name__)

# What reads Markdown as kramdown does is imported late by whoever needs it, and takes as long as a hundred posts; so it
# is done once for all workers of a build, of which there may be hundreds.
_KRAMDOWN = ("feedsvc.posts.kramdown.dispatch", "feedsvc.posts.kramdown.span_parsers")
_PRELOADED = ["feedsvc.__main__", "feedsvc.posts.parse", *_KRAMDOWN]

BATCH = 64
"""Files that are read, and settled, together."""

# What Linux lets anybody ask for.
_PIPE_BYTES = 1 << 20

# Below that, workers are hardly up before one process is done.
_WORTH_A_CREW = {"read": 1500, "finish": 400}

In = TypeVar("In")
Out = TypeVar("Out")


def read_files(reader: FileReader, unread: Sequence[Unread]) -> Iterator[Sequence[Reading]]:
    """Read the files, a batch at a time and in their order, on as many processors as this process may use.

    Closing the iterator ends the workers. One that dies costs time only: what it had to do is done here.
    """
    return _do_all(reader.read, unread, _WORTH_A_CREW["read"], _READINGS)


def finish_posts(reader: FileReader, posts: Sequence[Unfinished]) -> Iterator[Sequence[Finished]]:
    """Finish posts in the same way. Raises SourceChangedError as ``FileReader.finish`` does."""
    return _do_all(reader.finish, posts, _WORTH_A_CREW["finish"], Parcels())


_READINGS = Parcels(
    pack_work=pack_unread, unpack_work=unpack_unread, pack_done=pack_readings, unpack_done=unpack_readings
)


def _do_all(
    do: Callable[[Sequence[In]], Sequence[Out]], work: Sequence[In], worth_a_crew: int, parcels: Parcels[In, Out]
) -> Iterator[Sequence[Out]]:
    batches = [work[start : start + BATCH] for start in range(0, len(work), BATCH)]
    processes = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if processes < 2 or len(work) < worth_a_crew:
        return (do(batch) for batch in batches)
    return _do_in_crew(do, batches, processes, parcels)


def _do_in_crew(
    do: Callable[[Sequence[In]], Sequence[Out]],
    batches: Sequence[Sequence[In]],
    processes: int,
    parcels: Parcels[In, Out],
) -> Iterator[Sequence[Out]]:
    crew = [_Worker(do, batches[number::processes], parcels) for number in range(processes)]
    try:
        for number, batch in enumerate(batches):
            packed = crew[number % processes].take()
            yield do(batch) if packed is None else parcels.unpack_done(batch, packed)
    finally:
        for worker in crew:
            worker.end()


class _Worker(Generic[In, Out]):
    """A process that does batches in their order; it waits where nobody takes what it has done."""

    def __init__(
        self, do: Callable[[Sequence[In]], Sequence[Out]], batches: Sequence[Sequence[In]], parcels: Parcels[In, Out]
    ) -> None:
        # Not forked from here: this process may have threads, and their locks would be copied in whatever state.
        context = multiprocessing.get_context("forkserver")
        # Each worker imports the program's main module again, as multiprocessing has it; so it is done once for all.
        context.set_forkserver_preload(_PRELOADED)
        self._connection, theirs = context.Pipe(duplex=False)
        _widen(self._connection)
        self._process = context.Process(
            target=_work, args=(theirs, do, [*map(parcels.pack_work, batches)], parcels), daemon=True
        )
        try:
            self._process.start()
        except OSError as error:
            _log.warning("reading with one process less, since the system gives no other: %s", error)
        finally:
            theirs.close()

    def take(self) -> Any:  # noqa: ANN401 (as the worker packed it)
        """Return what became of the next batch, packed; None if the worker could not do it, or is no more."""
        if self._connection.closed:
            return None
        try:
            return self._connection.recv()
        except (EOFError, OSError):
            _log.warning("a process that read posts ended early; its posts are read here")
            self._connection.close()
            return None

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._connection.close()
        if self._process.pid is not None:
            self._process.terminate()
            self._process.join()


def _widen(connection: Connection) -> None:
    """Let a worker do some batches more while this process waits for another one; Linux gives 64 kB, not one batch."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(connection.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _work(
    connection: Connection,
    do: Callable[[Sequence[In]], Sequence[Out]],
    batches: Sequence[Any],
    parcels: Parcels[In, Out],
) -> None:
    """Do the batches, and end when there are no more, or when nobody listens."""
    # Ctrl-C reaches every process of the terminal; the build ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        for batch in batches:
            try:
                done = parcels.pack_done(do(parcels.unpack_work(batch)))
            except Exception:  # noqa: BLE001 (done once more by the build itself, which tells what is wrong)
                done = None
            connection.send(done)
