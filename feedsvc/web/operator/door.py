"""Who may see the operator's page: who has the token, or who is at this machine."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from flask import Request
from werkzeug.http import dump_cookie

from feedsvc.web.control import has_token
from feedsvc.web.limits import Networks, find_client, group_client
from feedsvc.web.operator.origins import is_local, is_own_form
from feedsvc.web.operator.seals import FORM, SESSION, Seals
from feedsvc.web.operator.wrongtokens import WrongTokens

HOST_COOKIE, PLAIN_COOKIE = "__Host-feedsvc", "feedsvc"
"""What the session's cookie is called over https, where a browser then keeps it to this host, and without."""

FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who may see the page; forms that they get are good for them only. ``signed_in``: by a cookie."""

    kind: Literal["token", "session", "local"]
    name: str

    @property
    def signed_in(self) -> bool:
        """Whether there is a session that can be ended."""
        return self.kind == "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why somebody may not: ``wait`` is in how many seconds a token may be sent again, 0 for now."""

    wait: int = 0
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Decides who may come in. ``secret`` seals the forms of who is at this machine where there is no ``token``."""

    token: str
    secret: str
    server_url: str
    clock: Callable[[], datetime]
    trust_local: bool = True
    trusted_proxies: Networks = ()
    wrong_tokens: WrongTokens = field(default_factory=WrongTokens)

    @property
    def seals(self) -> Seals:
        """What seals sessions, forms and the address of the feed."""
        return Seals(self.token or self.secret)

    def admit(self, request: Request) -> Viewer | Refusal:
        """Say who a request comes from, by its token, else by its session, else by where it was made."""
        sent = request.headers.get("Authorization")
        if sent is not None and self.token:
            refusal = self.try_token(request, lambda: has_token(sent, self.token))
            return refusal or Viewer(kind="token", name="token")
        for name in (HOST_COOKIE, PLAIN_COOKIE):
            cookie = request.cookies.get(name, "")
            if self.token and self.seals.is_good("session", cookie, self.clock()):
                return Viewer(kind="session", name=cookie)
        return Viewer(kind="local", name="local") if self.trust_local and _is_local(request) else Refusal()

    def admit_reader(self, request: Request) -> Viewer | Refusal:
        """Say who asks for the feed: the key in its address will do, which opens nothing else."""
        key = request.args.get("key")
        if key is None or not self.token:
            return self.admit(request)
        refusal = self.try_token(request, lambda: self.seals.is_mark(FEED, key))
        return refusal or Viewer(kind="token", name=FEED)

    def is_token(self, sent: str) -> bool:
        """Say whether ``sent`` is the token; takes as long for a near miss as for a wild guess."""
        return hmac.compare_digest(sent.strip().encode("utf-8", "replace"), self.token.encode())

    def try_token(self, request: Request, is_right: Callable[[], bool]) -> Refusal | None:
        """Say what is against a token, or None; whoever sent many wrong ones waits, be this one right or wrong."""
        client = group_client(
            find_client(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), self.trusted_proxies)
        )
        if wait := self.wrong_tokens.wait(client):
            return Refusal(wait=wait, wrong=True)
        if is_right():
            return None
        self.wrong_tokens.note(client)
        return Refusal(wrong=True)

    def open_session(self, request: Request) -> str:
        """Return the Set-Cookie of a new session."""
        return self._cookie(request, self.seals.issue("session", self.clock() + SESSION), int(SESSION.total_seconds()))

    def end_session(self, request: Request) -> str:
        """Return the Set-Cookie that ends a session in the browser that holds it."""
        return self._cookie(request, "", 0)

    def _cookie(self, request: Request, value: str, max_age: int) -> str:
        secure = is_secure(request, self.server_url)
        return dump_cookie(
            HOST_COOKIE if secure else PLAIN_COOKIE,
            value,
            max_age=max_age,
            # A __Host- cookie has no other path (RFC 6265bis, 4.1.3.2).
            path="/" if secure else "/-/",
            secure=secure,
            httponly=True,
            samesite="Strict",
            sync_expires=False,
        )

    def form_token(self, viewer: Viewer) -> str:
        """Return what a form that is shown to ``viewer`` must bring back."""
        return self.seals.issue(f"form of {viewer.name}", self.clock() + FORM)

    def is_own_form(self, request: Request) -> bool:
        """Say whether a POST comes from a page of ours, as the browser tells it."""
        return is_own_form(request.headers.get, self.server_url)

    def is_form_of(self, viewer: Viewer, sent: str) -> bool:
        """Say whether ``sent`` is what a form was given for this viewer."""
        return self.seals.is_good(f"form of {viewer.name}", sent, self.clock())


def is_secure(request: Request, server_url: str) -> bool:
    """Say whether the browser speaks https with us, or with the proxy before us.

    If the client lies about it, it is its own cookie that it does not get.
    """
    url = urlsplit(server_url)
    told = request.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip().lower()
    here = url.scheme == "https" and request.headers.get("Host", "").lower() == url.netloc.lower()
    return request.scheme == "https" or told == "https" or here


def _is_local(request: Request) -> bool:
    return is_local(
        peer=request.remote_addr or "",
        host=request.headers.get("Host", ""),
        protocol=request.environ.get("SERVER_PROTOCOL", ""),
        header_names=request.headers.keys(),
    )
