"""Responses as they go out: exactly the headers that were decided, and short refusals that say why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.datastructures import Headers as HeaderFields

from feedsvc.web.answers import CORS, Headers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

NO_STORE = ("Cache-Control", "no-store")
RETRY_AFTER = ("Retry-After", "5")
"""Seconds; short, since some aggregators hold it against every feed of the host."""


Body = bytes | Iterable[bytes]


class ExactResponse(Response):
    """A response with the headers it is given and no others.

    Werkzeug's own takes Last-Modified off a 304 and adds a Content-Type where none is due. It must be
    a class of Flask's: any other Flask turns into its own.
    """

    default_mimetype = None
    automatically_set_content_length = False

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> HeaderFields:  # noqa: ARG002 -- Werkzeug's signature
        """Return the headers as they are."""
        return self.headers


def respond(status: int, headers: Headers, body: Body = b"") -> Response:
    """Make a response of what was decided, its body whole or in pieces."""
    return ExactResponse(body, status=status, headers=list(headers))


def respond_text(status: int, text: str, *headers: tuple[str, str]) -> Response:
    """Make a short answer in plain text; not to be stored unless ``headers`` say otherwise."""
    body = f"{text}\n".encode()
    names = {name for name, _ in headers}
    storing = () if "Cache-Control" in names else (NO_STORE,)
    return respond(status, (*_describe("text/plain; charset=utf-8", body), *storing, *CORS, *headers), body)


def respond_json(status: int, body: bytes, *headers: tuple[str, str]) -> Response:
    """Make an answer for machines that is never stored; not readable across origins."""
    return respond(status, (*_describe("application/json", body), NO_STORE, *headers), body)


def refuse_method(allowed: tuple[str, ...]) -> Response:
    """Answer 405 with the methods that are allowed (RFC 9110, 15.5.6)."""
    listed = ", ".join(allowed)
    return respond_text(405, f"Method not allowed; use {listed}.", ("Allow", listed))


def respond_options(allowed: tuple[str, ...], *, preflight: bool = False) -> Response:
    """Answer OPTIONS (RFC 9110, 9.3.7); ``preflight``: a browser asks whether another site may read here (Fetch)."""
    listed = ", ".join(allowed)
    granted = (
        CORS[0],
        ("Access-Control-Allow-Methods", listed),
        ("Access-Control-Allow-Headers", "A-IM, If-None-Match, If-Modified-Since"),
        ("Access-Control-Max-Age", "86400"),
    )
    return respond(204, (("Allow", listed), NO_STORE, *(granted if preflight else ())))


def _describe(content_type: str, body: bytes) -> Headers:
    return (
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
    )
