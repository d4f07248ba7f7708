"""The addresses that tell who reads: a page, and the same for programs; for who may see what the operator sees."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Request, Response

from feedsvc.audience.figures import Figures, read_figures, read_rows
from feedsvc.audience.increments import name_feed
from feedsvc.audience.tables import dump_csv, dump_json
from feedsvc.errors import StoreError
from feedsvc.model import Snapshot
from feedsvc.web.answers import READ_METHODS
from feedsvc.web.control import challenge, has_token
from feedsvc.web.pages import PageFacts, content_security_policy
from feedsvc.web.pages.audience import Look, render_audience
from feedsvc.web.responses import NO_STORE, refuse_method, respond, respond_options, respond_text

logger = logging.getLogger(__name__)

MOST_DAYS = 3700
_DEFAULT_DAYS = 30
_UNREADABLE = (503, "The numbers cannot be read just now; the log says why.")
_PRIVATE = (
    NO_STORE,
    content_security_policy(),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)

Refuse = Callable[[Request], Response | None]
"""Says to whom an address is not shown: None to who may see it."""


def refuse_strangers(token: str) -> Refuse:
    """Return what lets in who has the token alone, where there is no operator's page to sign in at."""

    def refuse(request: Request) -> Response | None:
        sent = request.headers.get("Authorization")
        if has_token(sent, token):
            return None
        asked = ("WWW-Authenticate", challenge(sent))
        return respond_text(401, "Send the token of server.token as a bearer token.", asked)

    return refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceViews:
    """The views as functions of a request; ``store`` is read anew for each. ``counting``: something comes in."""

    facts: PageFacts
    store: Path
    today: Callable[[], date]
    snapshot_source: Callable[[], Snapshot | None]
    refuse: Refuse
    counting: bool

    def show(self, request: Request) -> Response:
        """Answer with the page."""
        if refusal := self._check(request):
            return refusal
        look = _read_look(request)
        page = render_audience(self.facts, self._read(look), look, self._titles(), counting=self.counting)
        return _answer("text/html; charset=utf-8", page)

    def show_json(self, request: Request) -> Response:
        """Answer with the figures as one JSON object."""
        if refusal := self._check(request):
            return refusal
        figures = self._read(_read_look(request))
        if figures is None:
            return respond_text(*_UNREADABLE)
        return _answer("application/json", dump_json(figures, self._titles()))

    def show_csv(self, request: Request) -> Response:
        """Answer with a line for each feed and day."""
        if refusal := self._check(request):
            return refusal
        try:
            rows = read_rows(self.store, today=self.today(), days=_read_look(request).days)
        except StoreError as error:
            logger.warning("the audience cannot be told: %s", error)
            return respond_text(*_UNREADABLE)
        named = ("Content-Disposition", 'attachment; filename="audience.csv"')
        return _answer("text/csv; charset=utf-8; header=present", dump_csv(rows), named)

    def _check(self, request: Request) -> Response | None:
        if request.method == "OPTIONS":
            return respond_options(READ_METHODS)
        return self.refuse(request) if request.method in READ_METHODS else refuse_method(READ_METHODS)

    def _read(self, look: Look) -> Figures | None:
        try:
            return read_figures(self.store, today=self.today(), days=look.days, feed=look.feed)
        except StoreError as error:
            logger.warning("the audience cannot be told: %s", error)
            return None

    def _titles(self) -> dict[str, str]:
        snapshot = self.snapshot_source()
        known = snapshot.representations.values() if snapshot is not None else ()
        return {name_feed(each.feed): each.title for each in known}


def _read_look(request: Request) -> Look:
    """Read what is asked for; what makes no sense is as if it was not said."""
    days = request.args.get("days", "")
    asked = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else _DEFAULT_DAYS
    return Look(
        days=min(max(asked, 1), MOST_DAYS),
        feed=request.args.get("feed", ""),
        sort=request.args.get("sort", "polls"),
        all_feeds=request.args.get("all") == "1",
    )


def _answer(content_type: str, text: str, *headers: tuple[str, str]) -> Response:
    body = text.encode("utf-8", "replace")
    described = (("Content-Type", content_type), ("Content-Length", str(len(body))))
    return respond(200, (*described, *_PRIVATE, *headers), body)
