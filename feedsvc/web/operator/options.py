"""How the operator's page is set up in a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedsvc.model import Snapshot
from feedsvc.status import Run, Service
from feedsvc.web.limits import Networks
from feedsvc.web.operator.desk import Sources
from feedsvc.web.operator.door import Door
from feedsvc.web.operator.source import PostFiles
from feedsvc.web.operator.views import OperatorViews
from feedsvc.web.pages import PageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorOptions:
    """What the operator's page is handed besides what the application knows.

    ``secret`` is one for all workers; ``trust_local`` shows the page on this machine without a token;
    ``trusted_proxies`` tell who is behind them.
    """

    read_runs: Callable[[], Sequence[Run]]
    read_service: Callable[[], Service | None]
    posts: PostFiles
    secret: str
    trust_local: bool = True
    trusted_proxies: Networks = ()


def make_operator(
    options: OperatorOptions,
    *,
    facts: PageFacts,
    token: str,
    clock: Callable[[], datetime],
    snapshot_source: Callable[[], Snapshot | None],
    status_source: Callable[[], Mapping[str, object]] | None,
    request_build: Callable[[], None] | None,
) -> OperatorViews:
    """Make the views; the rest is what :func:`feedsvc.web.app.create_app` was given."""
    return OperatorViews(
        facts=facts,
        door=Door(
            token=token,
            secret=options.secret,
            server_url=facts.server_url,
            clock=clock,
            trust_local=options.trust_local,
            trusted_proxies=options.trusted_proxies,
        ),
        sources=Sources(
            snapshot=snapshot_source,
            status=status_source or dict,
            runs=options.read_runs,
            service=options.read_service,
            excerpt=options.posts.excerpt,
            saved_at=options.posts.saved_at,
        ),
        request_build=request_build,
        clock=clock,
    )
