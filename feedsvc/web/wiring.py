"""The application of one worker, wired to the directories of its configuration, with the fast path before it."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

from feedsvc.publish.snapshot import SnapshotFollower
from feedsvc.status import BUILDS_FILE, SERVICE_FILE, read_runs, read_service, read_status
from feedsvc.web.reading import Reading, open_reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from feedsvc.model import Representation
    from feedsvc.web.audience import AudienceCounter
    from feedsvc.web.operator.options import OperatorOptions
    from feedsvc.web.tallies import Tallies
    from feedsvc.web.workerconfig import WorkerConfig


def load_app(config: WorkerConfig, reading: Reading | None = None) -> Flask:
    """Make the application of one worker, with the fast path before it.

    It starts no thread but, with ``metrics`` and with an audience that is counted, those that write counts down.

    What the fast path counted is in ``app.extensions["feedsvc.served"]``; who is done with the application calls each
    of ``app.extensions["feedsvc.ends"]``, which end those threads and write down the last counts.
    """
    from feedsvc.web.app import PageFacts, create_app
    from feedsvc.web.delta import IM_USED
    from feedsvc.web.fastpath import FastPath
    from feedsvc.web.freshness import Freshness
    from feedsvc.web.hubs import HubLinks
    from feedsvc.web.metrics import FastPathCounts, count_delta_of
    from feedsvc.web.tallies import Tallies

    reading = reading or open_reading(config)
    source = reading.source
    tallies = Tallies(config.metrics) if config.metrics else None
    audience = _make_counter(config, source)
    hubs = HubLinks(hubs=config.hubs, server_url=config.server_url)
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
        request_build=None if config.replica else lambda: os.kill(config.control_pid, signal.SIGUSR1),
        status_source=None if config.replica else lambda: read_status(config.status),
        find_history=reading.find_history,
        tallies=tallies,
        read_page=reading.read_page,
        read_moved=reading.read_moved,
        read_replica=reading.read_replica,
        archive_max_age=config.archive_max_age,
        readers=config.readers,
        browser_page=config.browser_page,
        frame_hosts=config.frame_hosts,
        operator=_operator_options(config),
        audience=audience,
        audience_store=config.audience.store if config.audience else None,
        today=config.audience.today if config.audience else None,
        hubs=hubs,
    )
    freshness = Freshness(
        max_age=config.max_age,
        stale_while_revalidate=config.stale_while_revalidate,
        stale_if_error=config.stale_if_error,
    )

    def count_delta(document: Representation, coding: str, sent: int, spared: int) -> None:
        if tallies is not None:
            count_delta_of(tallies, document, coding, sent, spared)
        if audience is not None:
            audience.count(document.path, IM_USED, sent, spared)

    fast_path = FastPath(
        app.wsgi_app,
        source,
        freshness=freshness,
        memory=config.memory,
        browser_page=config.browser_page,
        note=audience.note if audience else None,
        hubs=hubs,
        deltas=app.extensions["feedsvc.deltas"],
        count_delta=count_delta,
    )
    app.wsgi_app = fast_path  # type: ignore[method-assign]
    app.extensions["feedsvc.served"] = fast_path.served
    ends: list[Callable[[], None]] = []
    app.extensions["feedsvc.ends"] = ends
    if tallies is not None:
        tallies.watch(FastPathCounts(fast_path.served, source))
        tallies.start()
        ends.append(tallies.end)
    if audience is not None:
        audience.watch(fast_path.served)
        audience.start()
        ends.append(audience.end)
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
