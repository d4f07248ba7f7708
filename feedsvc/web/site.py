"""What each address answers, without routes: feeds, pages, health, and the two addresses of the operator."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Request, Response

from feedsvc.errors import BodyUnavailableError, StaleSnapshotError
from feedsvc.model import Snapshot
from feedsvc.remote.note import ReplicaNote, describe_absence, describe_note, describe_readiness
from feedsvc.web.answers import READ_METHODS, Resource, decide_answer, describe_feed
from feedsvc.web.archives import Archives
from feedsvc.web.control import challenge, has_token, withhold
from feedsvc.web.delta import IM_USED
from feedsvc.web.deltas import Deltas
from feedsvc.web.feedpages import FeedPages
from feedsvc.web.freshness import Freshness
from feedsvc.web.hubs import NO_HUBS, HubLinks
from feedsvc.web.metrics import render_metrics
from feedsvc.web.moves import find_move, is_gone
from feedsvc.web.navigation import is_navigation
from feedsvc.web.negotiation import PRECONDITION_FAILED
from feedsvc.web.pages import IndexPages, Page, read_wish
from feedsvc.web.pages.assets import find_asset
from feedsvc.web.responses import (
    NO_STORE,
    RETRY_AFTER,
    Body,
    refuse_method,
    respond,
    respond_json,
    respond_options,
    respond_text,
)
from feedsvc.web.tallies import Tallies

logger = logging.getLogger(__name__)

BUILD_METHODS = ("POST", "OPTIONS")
_NOT_FOUND = (404, "There is nothing at this address; the index at / lists every feed.")
_GONE = (410, "The feed that was here is no longer published; the index at / lists every feed there is.")
_NO_TOKEN = (401, "Send the token of server.token as a bearer token.")
_COMING = (503, "This page is being written; please try again in a moment.")
_NOT_YET = (503, "Nothing is published yet; please try again in a moment.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The views as functions of a request; every field is what :func:`feedsvc.web.app.create_app` was given."""

    snapshot_source: Callable[[], Snapshot | None]
    pages: IndexPages
    clock: Callable[[], datetime]
    freshness: Freshness
    token: str
    request_build: Callable[[], None] | None
    status_source: Callable[[], Mapping[str, object]] | None
    archives: Archives
    feed_pages: FeedPages
    stylesheet: Page
    browser_page: bool = True
    deltas: Deltas | None = None
    tallies: Tallies | None = None
    hubs: HubLinks = NO_HUBS
    read_replica: Callable[[], ReplicaNote] | None = None

    def show_index(self, request: Request) -> Response:
        """Answer with the index of all feeds, or those that ``?q=`` means; 503 before there are any."""
        snapshot = self.snapshot_source()
        if snapshot is None:
            return respond_text(*_NOT_YET, RETRY_AFTER)
        asked = read_wish(request.args.get("q", ""), request.args.get("page", ""))
        return self._show_page(request, self.pages.get(snapshot, asked))

    def show_asset(self, request: Request) -> Response:
        """Answer with the style sheet or the script of the pages."""
        return self._show_page(request, find_asset(request.path, max_age=self.freshness.max_age))

    def show_stylesheet(self, request: Request) -> Response:
        """Answer with the style sheet that Atom and RSS name."""
        return self._show_page(request, self.stylesheet)

    def show_document(self, request: Request) -> Response:
        """Answer with the feed at the request's path.

        When a newer edition replaces the body between the look at the manifest and the reading,
        the newer one answers, so that validators and body are always of one edition.
        """
        for _ in range(3):
            snapshot = self.snapshot_source()
            if snapshot is None:
                return respond_text(*_NOT_YET, RETRY_AFTER)
            try:
                return self._show_published(request, snapshot)
            except StaleSnapshotError as error:
                logger.info("reading again: %s", error)
            except BodyUnavailableError as error:
                if self.snapshot_source() is snapshot:
                    raise
                logger.info("reading again, since there is a newer edition: %s", error)
        return respond_text(503, "The feed is being replaced; please try again in a moment.", RETRY_AFTER)

    def show_health(self, request: Request) -> Response:
        """Say that the process answers."""
        return self._check_method(request) or respond_text(200, "ok")

    def show_readiness(self, request: Request) -> Response:
        """Say whether there is an edition to serve; a replica says which, and how old it is."""
        if refusal := self._check_method(request):
            return refusal
        snapshot = self.snapshot_source()
        told = describe_note(self.read_replica(), self.clock()) if self.read_replica else None
        if snapshot is None:
            return respond_text(503, describe_absence(told) if told else _NOT_YET[1], RETRY_AFTER)
        return respond_text(200, describe_readiness(snapshot.id, told) if told else "ready")

    def start_build(self, request: Request) -> Response:
        """Ask for a build now: 202 with the right token, and the build is someone else's work."""
        if self.request_build is None:
            return respond_text(*_NOT_FOUND)
        if refusal := self._check_method(request, BUILD_METHODS):
            return refusal
        if not self.token:
            return respond_text(403, "Builds cannot be asked for over HTTP: set server.token in the configuration.")
        sent = request.headers.get("Authorization")
        if not has_token(sent, self.token):
            return respond_text(*_NO_TOKEN, ("WWW-Authenticate", challenge(sent)))
        self.request_build()
        return respond_json(202, b'{"status": "accepted"}\n')

    def show_status(self, request: Request) -> Response:
        """Tell what is published and how the last build went; what names files only to who has the token."""
        if refusal := self._check_method(request):
            return refusal
        snapshot = self.snapshot_source()
        status: object = dict(self.status_source()) if self.status_source else {}
        if not has_token(request.headers.get("Authorization"), self.token):
            status = withhold(status)
        facts: dict[str, object] = {
            "snapshot": snapshot.id if snapshot else None,
            "documents": len(snapshot.representations) if snapshot else 0,
        }
        if self.read_replica:
            facts["replica"] = describe_note(self.read_replica(), self.clock())
        told = {**(status if isinstance(status, dict) else {}), **facts}
        return respond_json(200, json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n")

    def show_metrics(self, request: Request) -> Response:
        """Tell Prometheus what all workers answered; to who has the token, if there is one."""
        if self.tallies is None:
            return respond_text(*_NOT_FOUND)
        if refusal := self._check_method(request):
            return refusal
        sent = request.headers.get("Authorization")
        if self.token and not has_token(sent, self.token):
            return respond_text(*_NO_TOKEN, ("WWW-Authenticate", challenge(sent)))
        status = self.status_source() if self.status_source else {}
        replica = self.read_replica() if self.read_replica else None
        counts, snapshot = self.tallies.read_all(), self.snapshot_source()
        content_type, page = render_metrics(counts, status, snapshot, self.clock(), replica)
        headers = (("Content-Type", content_type), ("Content-Length", str(len(page))), NO_STORE)
        return respond(200, headers, page)

    def _show_published(self, request: Request, snapshot: Snapshot) -> Response:
        path = request.path
        representation = snapshot.representations.get(path)
        if representation is None:
            return (
                self._show_archived(request, snapshot)
                or self._show_feed_page(request, snapshot)
                or self._show_absent(request, snapshot)
            )
        if self.browser_page and is_navigation(request.headers.get, representation.media_type):
            page = self.feed_pages.find_in_place(snapshot, representation)
            if page is not None:
                return self._show(request, page[1], page[0].bodies.__getitem__)
        now = self.clock()
        cache_control = self.freshness.cache_control(now, snapshot.next_change)
        links = self.hubs.of(representation)
        resource = describe_feed(representation, cache_control=cache_control, now=now, links=links)
        read = partial(snapshot.read_body, path)
        if self.deltas and "A-IM" in request.headers and request.method in ("GET", "HEAD"):
            delta = self.deltas.find(representation, resource, request.headers.get, read)
            if delta is not None:
                return respond(IM_USED, *delta)
        return self._show(request, resource, read)

    def _show_archived(self, request: Request, snapshot: Snapshot) -> Response | None:
        page = self.archives.find(snapshot, request.path)
        if page is not None:
            return self._show(request, self.archives.describe(page, self.clock()), page.read)
        return respond_text(*_COMING, RETRY_AFTER) if self.archives.is_coming(snapshot, request.path) else None

    def _show_feed_page(self, request: Request, snapshot: Snapshot) -> Response | None:
        cache_control = self.freshness.cache_control(self.clock(), snapshot.next_change)
        page = self.feed_pages.find(snapshot, request.path, cache_control)
        return self._show(request, page[1], page[0].bodies.__getitem__) if page else None

    def _show_absent(self, request: Request, snapshot: Snapshot) -> Response:
        move = (
            find_move(snapshot, request.path)
            or self.archives.find_move(snapshot, request.path)
            or self.feed_pages.find_move(snapshot, request.path)
        )
        gone = move is None and (is_gone(snapshot, request.path) or self.feed_pages.is_gone(snapshot, request.path))
        if not (move or gone):
            return respond_text(*_NOT_FOUND, ("Cache-Control", "public, max-age=60"))
        # A browser's preflight follows no redirect, so it is answered here like that of a feed.
        if refusal := self._check_method(request):
            return refusal
        if move:
            return respond_text(
                301, "Moved.", ("Location", move.location), ("Cache-Control", f"max-age={move.max_age}")
            )
        # No longer than a feed: it may come back with its next post.
        return respond_text(*_GONE, ("Cache-Control", self.freshness.cache_control(self.clock(), snapshot.next_change)))

    def _show_page(self, request: Request, page: Page) -> Response:
        return self._show(request, page.resource, page.bodies.__getitem__)

    def _show(self, request: Request, resource: Resource, read: Callable[[str], Body]) -> Response:
        if refusal := self._check_method(request):
            return refusal
        answer = decide_answer(resource, request.headers.get)
        if answer.status == PRECONDITION_FAILED:
            return respond_text(answer.status, "The feed is not as the request requires.")
        if answer.coding is None:
            return respond(answer.status, answer.headers)
        # HEAD reads too: what it promises is then what GET would have sent.
        return respond(answer.status, answer.headers, read(answer.coding))

    def _check_method(self, request: Request, allowed: tuple[str, ...] = READ_METHODS) -> Response | None:
        if request.method == "OPTIONS":
            asks = "Origin" in request.headers and "Access-Control-Request-Method" in request.headers
            return respond_options(allowed, preflight=asks and allowed == READ_METHODS)
        return None if request.method in allowed else refuse_method(allowed)
