"""The Flask application: which address is answered by what. It is handed what it serves and starts nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from feedsvc.errors import BodyUnavailableError
from feedsvc.feeds.stylesheet import PATH as STYLESHEET
from feedsvc.feeds.stylesheet import render_stylesheet
from feedsvc.model import Representation, Snapshot
from feedsvc.publish.archive import StoredPage
from feedsvc.publish.history import History
from feedsvc.remote.note import ReplicaNote
from feedsvc.web.archives import Archives
from feedsvc.web.audience import AudienceCounter
from feedsvc.web.audienceviews import AudienceViews, refuse_strangers
from feedsvc.web.deltas import Deltas
from feedsvc.web.feedpages import FeedPages
from feedsvc.web.freshness import Freshness
from feedsvc.web.hubs import NO_HUBS, HubLinks
from feedsvc.web.metrics import count_response
from feedsvc.web.operator.options import OperatorOptions, make_operator
from feedsvc.web.pages import IndexPages, PageFacts, make_page
from feedsvc.web.responses import RETRY_AFTER, respond_text
from feedsvc.web.site import Site
from feedsvc.web.tallies import Tallies

__all__ = ["PageFacts", "create_app"]

logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the present in UTC: the default clock."""
    return datetime.now(UTC)


def create_app(
    snapshot_source: Callable[[], Snapshot | None],
    *,
    site: PageFacts,
    max_age: int,
    stale_while_revalidate: int = 0,
    stale_if_error: int = 0,
    token: str = "",
    request_build: Callable[[], None] | None = None,
    status_source: Callable[[], Mapping[str, object]] | None = None,
    find_history: Callable[[str], History] | None = None,
    clock: Callable[[], datetime] = utc_now,
    tallies: Tallies | None = None,
    read_page: Callable[[str, Representation], StoredPage | None] = lambda *_: None,
    read_moved: Callable[[str], Mapping[str, str]] = lambda _: {},
    read_replica: Callable[[], ReplicaNote] | None = None,
    archive_max_age: int = 0,
    readers: tuple[str, ...] = (),
    browser_page: bool = True,
    frame_hosts: Sequence[str] = (),
    operator: OperatorOptions | None = None,
    audience: AudienceCounter | None = None,
    audience_store: Path | None = None,
    today: Callable[[], date] | None = None,
    hubs: HubLinks = NO_HUBS,
) -> Flask:
    """Make the application; it starts no thread and no scheduler.

    ``snapshot_source`` returns the newest edition, or None before the first; ``max_age`` and the two times
    for which a stale feed will do (RFC 5861) are in seconds, 0 for not at all;
    ``request_build`` asks whoever builds to do so and returns at once (None: ``/-/build`` is not there);
    ``status_source`` says how the last build went, and may hold ``rejected`` and ``warnings`` at any depth;
    ``find_history`` returns what is remembered of the document at a path (None: no deltas are made);
    ``tallies`` count every answer (None: nothing is counted, and ``/metrics`` is not there);
    ``read_page`` returns the archive page at a path, of the feed document given (None: it is not there), which
    is fresh for ``archive_max_age`` seconds; ``read_moved`` returns old name -> name of pages of the feed document
    at a path; ``read_replica`` tells how the store is followed that all is read from (None: there is none);
    ``readers`` are those that pages offer to open a feed in, as in ``[web] readers``.
    With ``browser_page``, a browser that navigates to a feed gets its page; ``frame_hosts`` are those whose frames
    pages show.
    ``operator`` sets up the operator's page (None: it is not there).
    ``audience`` counts who reads (None: nobody does), and ``audience_store`` is the file that says so, to the day
    ``today`` (None: the page of it is not there). ``hubs`` are those that feeds name.
    """
    feed_pages = FeedPages(site, frame_hosts=frame_hosts, readers=readers)
    views = Site(
        snapshot_source=snapshot_source,
        pages=IndexPages(site, max_age=max_age, readers=readers, pages_of=feed_pages.paths),
        clock=clock,
        freshness=Freshness(
            max_age=max_age, stale_while_revalidate=stale_while_revalidate, stale_if_error=stale_if_error
        ),
        token=token,
        request_build=request_build,
        status_source=status_source,
        feed_pages=feed_pages,
        browser_page=browser_page,
        stylesheet=make_page(
            render_stylesheet(site.words),
            content_type="text/css; charset=utf-8",
            cache_control=f"public, max-age={max_age}",
        ),
        deltas=Deltas(find_history) if find_history else None,
        tallies=tallies,
        hubs=hubs,
        read_replica=read_replica,
        archives=Archives(
            read_page=read_page,
            read_moved=read_moved,
            freshness=Freshness(max_age=archive_max_age, stale_if_error=stale_if_error),
        ),
    )
    desk = operator and make_operator(
        operator,
        facts=site,
        token=token,
        clock=clock,
        snapshot_source=snapshot_source,
        status_source=status_source,
        request_build=request_build,
    )
    app = Flask(__name__, static_folder=None, template_folder=None)
    # Shared with the fast path, so that what one has read of a history the other knows.
    app.extensions["feedsvc.deltas"] = views.deltas
    # A slash more or less makes another address: a redirect of Werkzeug's would repeat whatever Host was sent.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    _route(app, "/", views.show_index)
    for asset in ("/-/style.css", "/-/style.<mark>.css", "/-/script.js", "/-/script.<mark>.js"):
        _route(app, asset, views.show_asset)
    _route(app, STYLESHEET, views.show_stylesheet)
    _route(app, "/healthz", views.show_health)
    _route(app, "/readyz", views.show_readiness)
    _route(app, "/-/build", desk.or_build(views.start_build) if desk else views.start_build)
    _route(app, "/-/status", views.show_status)
    if desk:
        _route(app, "/-/", desk.show)
        _route(app, "/-/sign-in", desk.sign_in)
        _route(app, "/-/sign-out", desk.sign_out)
        _route(app, "/-/atom.xml", desk.show_feed)
    if audience_store is not None and today is not None:
        told = AudienceViews(
            facts=site,
            store=audience_store,
            today=today,
            snapshot_source=snapshot_source,
            refuse=desk.refuse if desk else refuse_strangers(token),
            counting=audience is not None,
        )
        _route(app, "/-/audience", told.show)
        _route(app, "/-/audience.csv", told.show_csv)
        _route(app, "/-/audience.json", told.show_json)
    _route(app, "/metrics", views.show_metrics)
    _route(app, "/<path:path>", views.show_document)
    app.before_request(_refuse_without_host)
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(BodyUnavailableError, _put_off)
    app.register_error_handler(Exception, _confess)
    if tallies is not None:
        app.after_request(partial(_count, tallies, snapshot_source))
    if audience is not None:
        app.after_request(partial(_count_audience, audience))
    return app


def _route(app: Flask, pattern: str, view: Callable[..., Response]) -> None:
    # Without methods: an address that is not there answers 404 to all of them, and one that is names its own.
    app.url_map.add(Rule(pattern, endpoint=pattern))
    app.view_functions[pattern] = lambda **_: view(request)


def _count(tallies: Tallies, snapshot_source: Callable[[], Snapshot | None], response: Response) -> Response:
    count_response(tallies, snapshot_source(), request.method, request.path, response)
    return response


def _count_audience(audience: AudienceCounter, response: Response) -> Response:
    audience.count_response(request.method, request.path, response, request.environ)
    return response


def _refuse_without_host() -> Response | None:
    """Refuse what RFC 9112, 3.2 says to refuse; granian lets it through with an empty host."""
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1" and not request.environ.get("HTTP_HOST"):
        return respond_text(400, "An HTTP/1.1 request must have a Host header.")
    return None


def _explain(error: HTTPException) -> Response:
    status = error.code or 500
    return respond_text(status, f"{error.name}.")


def _put_off(error: BodyUnavailableError) -> Response:
    logger.info("%s %s must wait: %s", request.method, request.path, error)
    return respond_text(503, "This is not here yet, and where it is cannot be asked now; try again.", RETRY_AFTER)


def _confess(error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return respond_text(500, "Something went wrong here; it was logged.")
