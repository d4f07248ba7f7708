"""One announcement to one hub, over HTTP; the home of urllib3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from urllib3 import PoolManager

# Of one request; a hub answers at once, and does its work afterwards.
_CONNECT_S, _READ_S = 3.0, 10.0
# Of what a hub says, for the log.
_WORDS = 200
_TOO_MANY, _TOO_EARLY, _TIMEOUT = 429, 425, 408


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an announcement: ``told``, ``refused`` for good, or to be sent ``later``.

    ``words`` say why, in the hub's or the network's words; ``retry_after`` is what the hub asks for.
    """

    kind: Literal["told", "refused", "later"]
    words: str = ""
    retry_after: timedelta | None = None


def announce(hub: str, topic: str, now: datetime) -> Outcome:
    """Tell a hub that a topic changed: a POST of ``hub.mode=publish`` with the topic's URL.

    WebSub leaves this step to hubs and publishers; ``hub.url`` and ``hub.topic`` are the names that hubs know. No
    redirect is followed and no proxy used, so that nobody is asked but the hub. Whatever happens is an outcome.
    """
    from urllib3.exceptions import HTTPError

    fields = {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}
    try:
        response = _pool().request(
            "POST", hub, fields=fields, encode_multipart=False, redirect=False, retries=False, preload_content=False
        )
        try:
            said = response.read(_WORDS)
        finally:
            response.close()
    except HTTPError as error:
        return Outcome(kind="later", words=str(error)[:_WORDS])
    words = f"{response.status} {_printable(said)}".strip()
    if 200 <= response.status < 300:
        return Outcome(kind="told")
    if 400 <= response.status < 500 and response.status not in (_TIMEOUT, _TOO_EARLY, _TOO_MANY):
        return Outcome(kind="refused", words=words)
    if 300 <= response.status < 400:
        return Outcome(kind="refused", words=f"{words} (redirects are not followed; name the hub's own address)")
    return Outcome(kind="later", words=words, retry_after=parse_retry_after(response.headers.get("Retry-After"), now))


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
    return PoolManager(
        num_pools=8,
        maxsize=4,
        timeout=Timeout(connect=_CONNECT_S, read=_READ_S),
        headers={"User-Agent": f"feedsvc/{version('feedsvc')}"},
    )


def _printable(said: bytes) -> str:
    text = said.decode("utf-8", "replace")
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
