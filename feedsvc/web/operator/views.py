"""The addresses of the operator: the page, signing in and out, the button that builds, and the feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Request, Response

from feedsvc.web.answers import READ_METHODS, decide_answer
from feedsvc.web.control import challenge
from feedsvc.web.operator.desk import Sources, look
from feedsvc.web.operator.door import FEED, Door, Refusal, Viewer
from feedsvc.web.operator.feed import MEDIA_TYPE, render_feed
from feedsvc.web.operator.telling import tell_ago, tell_duration, tell_run
from feedsvc.web.pages import PageFacts, content_security_policy, make_page, render_page
from feedsvc.web.responses import refuse_method, respond, respond_options

FORM_METHODS = ("POST", "OPTIONS")
FORM_TYPE = "application/x-www-form-urlencoded"

_LARGEST_FORM = 10_000
_LATEST = 253_402_300_799_000
"""The last millisecond of the year 9999 and of datetime."""

_HEADERS = (
    ("Cache-Control", "no-store"),
    ("Content-Type", "text/html; charset=utf-8"),
    content_security_policy(connect=True, form=True),
    # Not no-referrer: a browser would then send "Origin: null" with the forms (Fetch, 3.2).
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorViews:
    """The views as functions of a request; ``request_build`` asks for a build, None where nobody builds."""

    facts: PageFacts
    door: Door
    sources: Sources
    request_build: Callable[[], None] | None
    clock: Callable[[], datetime]

    def show(self, request: Request) -> Response:
        """Show the page to who may see it, and to others how to sign in."""
        if refusal := _check_method(request, READ_METHODS):
            return refusal
        viewer = self.door.admit(request)
        if isinstance(viewer, Refusal):
            return self._turn_away(request, viewer)
        desk = look(
            self.sources,
            self.clock(),
            asked=_read_instant(request.args.get("asked", "")),
            all_warnings=request.args.get("warnings") == "all",
        )
        words = self.facts.words
        page = render_page(
            self.facts,
            "operator.html",
            path="/-/",
            title=words("operator.title", site=self.facts.title),
            desk=desk,
            viewer=viewer,
            form_token=self.door.form_token(viewer),
            can_build=self.request_build is not None,
            feed=self._feed_address(),
            has_key=bool(self.door.token),
            ago=lambda instant: tell_ago(words, instant, desk.now),
            run_text=lambda run: tell_run(words, run),
            took=lambda seconds: tell_duration(words, seconds),
        )
        return _respond(200, page)

    def refuse(self, request: Request) -> Response | None:
        """Return the answer to who may not see what the operator sees, None for who may."""
        viewer = self.door.admit(request)
        return self._turn_away(request, viewer) if isinstance(viewer, Refusal) else None

    def sign_in(self, request: Request) -> Response:
        """Take the token from the form and answer with a session."""
        if refusal := _check_method(request, FORM_METHODS):
            return refusal
        if not self.door.token:
            return self._turn_away(request, Refusal())
        if not self.door.is_own_form(request):
            return self._turn_away(request, Refusal(), status=403)
        sent = _read_form(request).get("token", "")
        refused = self.door.try_token(request, lambda: self.door.is_token(sent))
        if refused:
            return self._turn_away(request, refused)
        return _go_back("./", ("Set-Cookie", self.door.open_session(request)))

    def sign_out(self, request: Request) -> Response:
        """End the session of who sends the form."""
        if refusal := _check_method(request, FORM_METHODS):
            return refusal
        viewer = self._who_sent(request)
        if isinstance(viewer, Refusal):
            return self._turn_away(request, viewer, status=403)
        return _go_back("./", ("Set-Cookie", self.door.end_session(request)))

    def or_build(self, start_build: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """Return the view that answers the page's form itself, and leaves programs with a token to ``start_build``."""
        return lambda request: self.build(request) if is_form(request) else start_build(request)

    def build(self, request: Request) -> Response:
        """Ask for a build by the form of the page, and go back there to see how it went."""
        viewer = self._who_sent(request)
        if isinstance(viewer, Refusal) or self.request_build is None:
            return self._turn_away(request, viewer if isinstance(viewer, Refusal) else Refusal(), status=403)
        asked = int(self.clock().timestamp() * 1000)
        self.request_build()
        return _go_back(f"./?asked={asked}")

    def show_feed(self, request: Request) -> Response:
        """Answer with the Atom feed, to who may see the page or has the key in the address."""
        if refusal := _check_method(request, READ_METHODS):
            return refusal
        viewer = self.door.admit_reader(request)
        if isinstance(viewer, Refusal):
            return self._turn_away(request, viewer)
        page = make_page(
            render_feed(self.facts, self.sources.runs()),
            content_type=MEDIA_TYPE,
            # A reader may keep it if it asks each time; nobody in between may.
            cache_control="private, no-cache",
            always=(("X-Robots-Tag", "noindex, nofollow"), ("Cross-Origin-Resource-Policy", "same-origin")),
        )
        answer = decide_answer(page.resource, request.headers.get)
        return respond(answer.status, answer.headers, page.bodies[answer.coding] if answer.coding else b"")

    def _feed_address(self) -> str:
        key = f"?key={self.door.seals.mark(FEED)}" if self.door.token else ""
        return f"{self.facts.server_url}/-/atom.xml{key}"

    def _who_sent(self, request: Request) -> Viewer | Refusal:
        """Say whose form this is: one of a page of ours, shown to who sends it, not long ago."""
        if not self.door.is_own_form(request):
            return Refusal()
        viewer = self.door.admit(request)
        if isinstance(viewer, Refusal) or self.door.is_form_of(viewer, _read_form(request).get("form", "")):
            return viewer
        return Refusal()

    def _turn_away(self, request: Request, refusal: Refusal, status: int = 401) -> Response:
        """Show how to sign in, and nothing else: 401, 429 after many wrong tokens, 403 where signing in is no use."""
        headers: tuple[tuple[str, str], ...] = ()
        if not self.door.token:
            status = 403
        elif refusal.wait:
            status, headers = 429, (("Retry-After", str(refusal.wait)),)
        elif status == 401:
            # RFC 9110, 11.6.1: a 401 has a challenge; browsers know no bearer tokens and show the form.
            headers = (("WWW-Authenticate", challenge(request.headers.get("Authorization"))),)
        page = render_page(
            self.facts,
            "operator-sign-in.html",
            path="/-/",
            title=self.facts.words("operator.sign_in_title"),
            has_token=bool(self.door.token),
            status=status,
            refusal=refusal,
        )
        return _respond(status, page, *headers)


def is_form(request: Request) -> bool:
    """Say whether a request is a form of a page, and not of a program that sends a token."""
    browser = "Origin" in request.headers or "Sec-Fetch-Site" in request.headers
    form = request.method == "POST" and request.mimetype == FORM_TYPE
    return form and browser and "Authorization" not in request.headers


def _read_form(request: Request) -> dict[str, str]:
    request.max_content_length = _LARGEST_FORM
    return request.form.to_dict()


def _read_instant(written: str) -> datetime | None:
    """Return an instant told as milliseconds since the epoch; None if it is none."""
    if not (written.isascii() and written.isdecimal()) or len(written) > 15 or int(written) > _LATEST:
        return None
    return datetime.fromtimestamp(int(written) / 1000, UTC)


def _check_method(request: Request, allowed: tuple[str, ...]) -> Response | None:
    if request.method == "OPTIONS":
        return respond_options(allowed)
    return None if request.method in allowed else refuse_method(allowed)


def _respond(status: int, page: str, *headers: tuple[str, str]) -> Response:
    body = page.encode("utf-8", "replace")
    return respond(status, (*_HEADERS, ("Content-Length", str(len(body))), *headers), body)


def _go_back(location: str, *headers: tuple[str, str]) -> Response:
    return respond(303, (("Location", location), ("Cache-Control", "no-store"), ("Content-Length", "0"), *headers))
