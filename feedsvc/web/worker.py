"""A worker process: makes its own application from plain values, and ends when its main process does."""

from __future__ import annotations

import logging
import multiprocessing
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.publish.archive import read_page
from feedsvc.publish.history import read_history
from feedsvc.publish.moved import read_moved
from feedsvc.publish.snapshot import DEFAULT_MEMORY, SnapshotFollower
from feedsvc.status import BUILDS_FILE, SERVICE_FILE, read_runs, read_service, read_status
from feedsvc.words import Words, load_words

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask

    from feedsvc.audience.salt import Salt
    from feedsvc.web.audience import AudienceCounter
    from feedsvc.web.operator.options import OperatorOptions
    from feedsvc.web.tallies import Tallies

logger = logging.getLogger(__name__)


# How often to look for a new edition. While one is being staged it is looked for more often, but not for long: where a
# build died it stays so.
_LOOK_S, _LOOK_SOON_S = 0.04, 0.004
_SOON_S = 5.0
# Requests look themselves when the thread that does it is this late; 30,000 documents take it 1.3 s.
_PATIENCE_S = 10.0


@cache
def make_secret() -> str:
    """Return 256 random bits in hex, the same ones as long as this process runs: a reload keeps what they sealed."""
    return secrets.token_hex(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceConfig:
    """How a worker counts who reads, and where it looks what all of them counted.

    ``spool`` is the folder it writes to, ``store`` the file that is made of that; ``today`` is in the site's time zone.
    Without a ``salt``, nothing is counted.
    """

    store: Path
    spool: Path
    today: Callable[[], date]
    salt: Salt | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig:
    """What a worker needs, as values that survive pickling.

    ``public`` is the published tree, ``status`` the file that says how the last build went; ``max_age``,
    ``archive_max_age`` and the two ``stale`` times are in seconds, ``memory`` is the bytes of bodies to hold;
    ``control_pid`` is the process that builds on SIGUSR1. An empty ``token`` lets nobody ask for a build; without
    ``history``, the folder that builds keep it in, there are no deltas. ``unconditional_per_minute`` of 0 limits
    nobody; ``trusted_proxies`` are IP networks. ``metrics`` is the directory of the workers' counts, None for none.
    ``timezone`` is an IANA name; ``words`` are what pages say. With ``browser_page``, browsers get a page for a feed;
    ``frame_hosts`` are those whose frames it shows.
    Without ``posts``, their directory, there is no operator's page; ``encodings`` are those of posts, ``trust_local``
    shows it on this machine without the token, and ``secret`` is what the workers share.
    """

    public: Path
    status: Path
    control_pid: int
    title: str
    description: str
    language: str
    server_url: str
    max_age: int
    token: str = ""
    memory: int = DEFAULT_MEMORY
    stale_while_revalidate: int = 0
    stale_if_error: int = 0
    unconditional_per_minute: int = 0
    trusted_proxies: tuple[str, ...] = ()
    history: Path | None = None
    metrics: Path | None = None
    moved: Path | None = None
    archive_max_age: int = 0
    site_url: str = ""
    timezone: str = "UTC"
    readers: tuple[str, ...] = ()
    browser_page: bool = True
    frame_hosts: tuple[str, ...] = ()
    audience: AudienceConfig | None = None
    words: Words = field(default_factory=lambda: load_words("en"))
    posts: Path | None = None
    encodings: tuple[str, ...] = ()
    trust_local: bool = True
    secret: str = field(default_factory=make_secret, repr=False)


def load_app(config: WorkerConfig, source: SnapshotFollower | None = None) -> Flask:
    """Make the application of one worker, with the fast path before it.

    It starts no thread but, with ``metrics`` and with an audience that is counted, those that write counts down.

    What the fast path counted is in ``app.extensions["feedsvc.served"]``.
    """
    from feedsvc.web.app import PageFacts, create_app
    from feedsvc.web.fastpath import FastPath
    from feedsvc.web.freshness import Freshness
    from feedsvc.web.metrics import FastPathCounts
    from feedsvc.web.tallies import Tallies

    source = source or SnapshotFollower(config.public, memory=config.memory)
    tallies = Tallies(config.metrics) if config.metrics else None
    audience = _make_counter(config, source)
    app = create_app(
        source,
        site=PageFacts(
            title=config.title,
            description=config.description,
            language=config.language,
            server_url=config.server_url,
            site_url=config.site_url,
            timezone=config.timezone,
            words=config.words,
        ),
        max_age=config.max_age,
        stale_while_revalidate=config.stale_while_revalidate,
        stale_if_error=config.stale_if_error,
        token=config.token,
        request_build=lambda: os.kill(config.control_pid, signal.SIGUSR1),
        status_source=lambda: read_status(config.status),
        find_history=partial(read_history, config.history) if config.history else None,
        tallies=tallies,
        read_page=partial(read_page, config.public),
        read_moved=partial(read_moved, config.moved) if config.moved else lambda _: {},
        archive_max_age=config.archive_max_age,
        readers=config.readers,
        browser_page=config.browser_page,
        frame_hosts=config.frame_hosts,
        operator=_operator_options(config),
        audience=audience,
        audience_store=config.audience.store if config.audience else None,
        today=config.audience.today if config.audience else None,
    )
    freshness = Freshness(
        max_age=config.max_age,
        stale_while_revalidate=config.stale_while_revalidate,
        stale_if_error=config.stale_if_error,
    )
    fast_path = FastPath(
        app.wsgi_app,
        source,
        freshness=freshness,
        memory=config.memory,
        browser_page=config.browser_page,
        note=audience.note if audience else None,
    )
    app.wsgi_app = fast_path  # type: ignore[method-assign]
    app.extensions["feedsvc.served"] = fast_path.served
    if tallies is not None:
        tallies.watch(FastPathCounts(fast_path.served, source))
        tallies.start()
    if audience is not None:
        audience.watch(fast_path.served)
        audience.start()
        app.extensions["feedsvc.audience"] = audience
    if config.unconditional_per_minute:
        _limit(app, config, source, tallies)
    return app


def _operator_options(config: WorkerConfig) -> OperatorOptions | None:
    from feedsvc.web.limits import parse_networks
    from feedsvc.web.operator.options import OperatorOptions
    from feedsvc.web.operator.source import PostFiles

    if config.posts is None:
        return None
    return OperatorOptions(
        read_runs=partial(read_runs, config.status.with_name(BUILDS_FILE)),
        read_service=partial(read_service, config.status.with_name(SERVICE_FILE), config.control_pid),
        posts=PostFiles(directory=config.posts, encodings=config.encodings),
        secret=config.secret,
        trust_local=config.trust_local,
        trusted_proxies=parse_networks(config.trusted_proxies),
    )


def _make_counter(config: WorkerConfig, source: SnapshotFollower) -> AudienceCounter | None:
    from feedsvc.web.audience import AudienceCounter
    from feedsvc.web.limits import parse_networks

    audience = config.audience
    if audience is None or audience.salt is None:
        return None
    trusted = parse_networks(config.trusted_proxies)
    return AudienceCounter(audience.spool, audience.salt, audience.today, source, trusted)


def _limit(app: Flask, config: WorkerConfig, snapshots: SnapshotFollower, tallies: Tallies | None) -> None:
    from feedsvc.web.limits import UnconditionalLimit, limit_unconditional, parse_networks

    app.wsgi_app = limit_unconditional(  # type: ignore[assignment, method-assign] # as Flask's documentation does it
        app.wsgi_app,
        UnconditionalLimit(config.unconditional_per_minute),
        parse_networks(config.trusted_proxies),
        snapshots,
        lambda: tallies.count(("", "", 429, ""), 0, 0) if tallies else None,
    )


def start_worker(config: WorkerConfig, log_level: int) -> Flask:
    """Set up a process that the server has just spawned, and return its application."""
    # Ctrl-C reaches every process of the terminal; ours are ended in order by the main one, with SIGTERM.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    logging.basicConfig(stream=sys.stderr, level=log_level, format="%(asctime)s %(levelname)s %(message)s", force=True)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    source = SnapshotFollower(config.public, interval=_PATIENCE_S, memory=config.memory)
    source.refresh()
    threading.Thread(target=_keep_up, args=(source,), name="keep-up", daemon=True).start()
    app = load_app(config, source)
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
