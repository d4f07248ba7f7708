"""One request to one peer that the configuration names, over HTTP, and what became of it; the home of urllib3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from urllib3 import PoolManager

# Of one request; hubs and caches answer at once, and do their work afterwards.
_CONNECT_S, _READ_S = 3.0, 10.0
# Of what is read of an answer, and of what it says, for the log.
_MOST_BYTES, _WORDS = 4096, 200
_TOO_MANY, _TOO_EARLY, _TIMEOUT = 429, 425, 408


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent. ``headers`` may hold a secret, so they are in no representation of it.

    ``done`` are statuses beside 2xx that mean success, ``later`` those beside 5xx and a few others that pass.
    ``is_success`` may tell by the body that a 2xx is none.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = b""
    done: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()
    is_success: Callable[[bytes], bool] = lambda _: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request: ``told``, ``refused`` for good, or to be sent ``later``.

    ``words`` say why, in the peer's or the network's words; ``retry_after`` is what the peer asks for.
    """

    kind: Literal["told", "refused", "later"]
    words: str = ""
    retry_after: timedelta | None = None


def ask(request: Request, now: datetime) -> Outcome:
    """Send a request. Whatever happens is an outcome.

    No redirect is followed and no proxy used, so that nobody is asked but the peer.
    """
    from urllib3.exceptions import HTTPError

    try:
        response = _pool().request(
            request.method,
            request.url,
            headers={**_own_headers(), **request.headers},
            body=request.body or None,
            redirect=False,
            retries=False,
            preload_content=False,
        )
        try:
            said = response.read(_MOST_BYTES)
        finally:
            response.close()
    except HTTPError as error:
        return Outcome(kind="later", words=str(error)[:_WORDS])
    return _judge(request, response.status, said, parse_retry_after(response.headers.get("Retry-After"), now))


def _judge(request: Request, status: int, said: bytes, retry_after: timedelta | None) -> Outcome:
    words = f"{status} {_printable(said[:_WORDS])}".strip()
    if status in request.done or (200 <= status < 300 and request.is_success(said)):
        return Outcome(kind="told")
    if status in request.later or status in (_TIMEOUT, _TOO_EARLY, _TOO_MANY):
        return Outcome(kind="later", words=words, retry_after=retry_after)
    if 300 <= status < 400:
        return Outcome(kind="refused", words=f"{words} (redirects are not followed; name the address they lead to)")
    if 200 <= status < 500:
        return Outcome(kind="refused", words=words)
    return Outcome(kind="later", words=words, retry_after=retry_after)


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After (RFC 9110, 10.2.3): seconds or a date; None for what is neither, or lies in the past."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=int(text[:9]))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at - now if at > now else None


@cache
def _pool() -> PoolManager:
    from urllib3 import PoolManager, Timeout

    # Not from the environment: a proxy is an address that the configuration does not name.
    return PoolManager(num_pools=8, maxsize=4, timeout=Timeout(connect=_CONNECT_S, read=_READ_S))


@cache
def _own_headers() -> Mapping[str, str]:
    return {"User-Agent": f"feedsvc/{version('feedsvc')}"}


def _printable(said: bytes) -> str:
    text = said.decode("utf-8", "replace")
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
