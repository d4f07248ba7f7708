"""The home of granian: worker processes that share one port, watched and replaced until SIGTERM."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from feedsvc.errors import ServeError
from feedsvc.web.handover import Handover
from feedsvc.web.hangups import Hangups
from feedsvc.web.listen import claim_address
from feedsvc.web.worker import start_worker
from feedsvc.web.workerconfig import WorkerConfig

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from granian.server.mp import MPServer

__all__ = ["WorkerConfig", "serve_wsgi"]

logger = logging.getLogger(__name__)

# Tried with 1,500 idle, slow and oversized connections: they are closed after 5 s, and polls meanwhile
# take 1 to 4 ms. With the defaults 512 idle connections stall a worker and headers may be 260 kB.
_BACKLOG = 4096
_BACKPRESSURE = 8192
_HEADER_READ_TIMEOUT_MS = 5000
_HEADER_BYTES = 16384
# A client that will not take its answer must not hold up the end of the service.
_DRAIN_S = 10
# A worker that died is missed for no longer; a signal is answered at once but for those that no thread was woken by.
_LOOK_S = 0.1

# granian's messages join ours on stderr; its own format would write to stdout.
_LOGGING = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"handlers": []}},
}


class _Interrupt:
    """What wakes granian's main loop, in the place of its :class:`threading.Event`.

    Of two signals that come at once the kernel may give the second to another thread, and then nothing wakes a main
    one that waits for a lock, which is what runs the handlers. Nor may a handler set an event that it interrupts.
    """

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        self._is_set = True

    def clear(self) -> None:
        self._is_set = False

    def wait(self) -> None:
        while not self._is_set:
            time.sleep(_LOOK_S)


class _Loader:
    """Starts a worker. It is pickled for each, and in the place of itself comes what has a line to that worker."""

    def __init__(self, handover: Handover, log_level: int) -> None:
        self._handover = handover
        self._log_level = log_level

    def __reduce__(self) -> tuple[type[partial[WSGIApplication]], tuple[object, ...]]:
        return partial, (start_worker, self._handover.open_line(), self._log_level)


def serve_wsgi(
    config: WorkerConfig,
    *,
    listen: str,
    workers: int,
    on_startup: Callable[[], None] | None = None,
    on_reload: Callable[[], WorkerConfig | None] | None = None,
    log_level: int | None = None,
) -> None:
    """Serve from ``workers`` processes until SIGTERM or SIGINT; then drain, end them and return.

    To be called in the main thread, since it takes over SIGTERM, SIGINT and SIGHUP; other signals keep
    their handlers, and other threads may run. ``listen`` is ``host:port`` or ``[ipv6]:port``; port 0 takes a
    free one. ``on_startup`` runs once the address is known to be free and before workers start. At SIGHUP
    ``on_reload`` says, in a thread, by which configuration workers go on, None by the one before.
    ``log_level`` is that of the root logger unless given. Raises :class:`ServeError` when the address
    cannot be listened on, or when workers die as fast as they are replaced.
    """
    host, port = claim_address(listen)
    # The main process has threads (the scheduler's); a fork would copy their locks in whatever state.
    multiprocessing.set_start_method("spawn", force=True)
    level = logging.getLogger().getEffectiveLevel() if log_level is None else log_level
    handover = Handover(config)

    def take_over() -> None:
        if on_reload is not None and (newer := on_reload()) is not None:
            handover.hand_over(newer)

    hangups = Hangups(take_over)
    server = _make_server(host, port, workers)
    server.main_loop_interrupt = _Interrupt()  # type: ignore[assignment]
    # By now granian has its handlers, of which one would replace the workers.
    server.on_startup(hangups.follow)
    if on_startup is not None:
        server.on_startup(on_startup)
    logger.info("listening on %s:%d with %d workers", f"[{host}]" if ":" in host else host, port, workers)
    try:
        # Called is what it is pickled to.
        server.serve(target_loader=_Loader(handover, level), wrap_loader=False)  # type: ignore[arg-type]
    except SystemExit as error:
        # Who tells the whole group to end, as systemd and terminals do, may reach the workers first.
        if not server.interrupt_signal:
            raise ServeError(listen, "workers end as soon as they start", "the log above says why") from error
    except RuntimeError as error:
        raise ServeError(listen, str(error).partition("\n")[0]) from error
    finally:
        handover.end()
        # Who called may end by now what reloads change.
        hangups.stop()


def _make_server(host: str, port: int, workers: int) -> MPServer:
    from granian.constants import HTTPModes, Interfaces, RuntimeModes
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    return MPServer(
        "feedsvc",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        websockets=False,
        backlog=_BACKLOG,
        backpressure=_BACKPRESSURE,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_READ_TIMEOUT_MS, max_buffer_size=_HEADER_BYTES),
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
        respawn_failed_workers=True,
        workers_kill_timeout=_DRAIN_S,
    )
