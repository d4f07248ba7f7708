"""The home of granian: worker processes that share one port, watched and replaced until SIGTERM."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedsvc.errors import ServeError
from feedsvc.web.listen import claim_address
from feedsvc.web.worker import start_worker
from feedsvc.web.workerconfig import WorkerConfig

if TYPE_CHECKING:
    from flask import Flask
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
# Between the start of a new worker and the end of the old one when SIGHUP replaces them: a worker is up in
# 0.4 s. (granian's own 3.5 s would be waited once for each worker; a worker that died is replaced at once.)
_OVERLAP_S = 1.0

# granian's messages join ours on stderr; its own format would write to stdout.
_LOGGING = {
    "handlers": {},
    "formatters": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"handlers": []}},
}


@dataclass(slots=True, kw_only=True)
class _Loader:
    """Starts a worker by the configuration of the moment; pickled anew for each."""

    config: WorkerConfig
    log_level: int

    def take(self, config: WorkerConfig | None) -> None:
        if config is not None:
            self.config = config

    def __call__(self) -> Flask:
        return start_worker(self.config, self.log_level)


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
    free one. ``on_startup`` runs once the address is known to be free and before workers start. SIGHUP replaces the
    workers one by one; ``on_reload`` says by which configuration then, None by the one before.
    ``log_level`` is that of the root logger unless given. Raises :class:`ServeError` when the address
    cannot be listened on, or when workers die as fast as they are replaced.
    """
    host, port = claim_address(listen)
    # The main process has threads (the scheduler's); a fork would copy their locks in whatever state.
    multiprocessing.set_start_method("spawn", force=True)
    level = logging.getLogger().getEffectiveLevel() if log_level is None else log_level
    loader = _Loader(config=config, log_level=level)
    server = _make_server(host, port, workers)
    if on_reload is not None:
        server.on_reload(lambda: loader.take(on_reload()))
    if on_startup is not None:
        server.on_startup(on_startup)
    logger.info("listening on %s:%d with %d workers", f"[{host}]" if ":" in host else host, port, workers)
    try:
        server.serve(target_loader=loader, wrap_loader=False)
    except SystemExit as error:
        raise ServeError(listen, "workers end as soon as they start", "the log above says why") from error
    except RuntimeError as error:
        raise ServeError(listen, str(error).partition("\n")[0]) from error


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
        respawn_interval=_OVERLAP_S,
        workers_kill_timeout=_DRAIN_S,
    )
