"""The fast path: a WSGI layer before Flask that answers GET and HEAD of published paths from one look-up.

What is answered is decided by the same pure functions as in the Flask view, once, and remembered for every request
with the same path and the same headers that matter. Whatever is unusual goes on to Flask.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.http import HTTP_STATUS_CODES

from feedsvc.errors import BodyUnavailableError, StaleSnapshotError
from feedsvc.model import Representation, Snapshot
from feedsvc.web.answers import Resource, decide_answer, describe_feed
from feedsvc.web.delta import IM_USED, GetHeader
from feedsvc.web.deltas import Deltas
from feedsvc.web.freshness import Freshness
from feedsvc.web.hubs import NO_HUBS, HubLinks
from feedsvc.web.memo import Key, Memo, Remembered
from feedsvc.web.negotiation import choose_variant
from feedsvc.web.served import Served, Tally

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

CountDelta = Callable[[Representation, str, int, int], None]
"""Takes the document, the coding, and the bytes of body that were sent and that were spared."""

# An answer with its key takes 2 kB at most, and there are twice as many: at most a quarter on top of the bodies.
_MEMORY_PER_ANSWER = 16384


class FastPath:
    """A WSGI application before ``app``, with the same ``source`` and the same ``freshness`` as that one.

    ``memory`` is how many bytes of bodies ``source`` may hold; answers are remembered in proportion to it. Bodies
    are not held here. With ``browser_page``, who may be a person in a browser goes on to Flask. ``served`` counts
    what was answered here, and ``note`` is told of each; ``clock`` is in seconds since the epoch. ``hubs`` are those
    that feeds name. With ``deltas`` those are answered here too (RFC 3229), else by Flask; they are not in ``served``,
    so ``count_delta`` is told of each.
    """

    def __init__(
        self,
        app: WSGIApplication,
        source: Callable[[], Snapshot | None],
        *,
        freshness: Freshness,
        memory: int,
        browser_page: bool = True,
        clock: Callable[[], float] = time.time,
        note: Callable[[str, WSGIEnvironment], None] | None = None,
        hubs: HubLinks = NO_HUBS,
        deltas: Deltas | None = None,
        count_delta: CountDelta = lambda *_: None,
    ) -> None:
        self.served = Served()
        self._deltas = deltas
        self._count_delta = count_delta
        self._app = app
        self._source = source
        self._freshness = freshness
        self._clock = clock
        self._browser_page = browser_page
        self._note = note
        self._hubs = hubs
        self._limit = max(memory // _MEMORY_PER_ANSWER, 16)
        self._memo = Memo(None, self._limit)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is remembered, decide and remember, or let Flask answer."""
        method = environ["REQUEST_METHOD"]
        if (
            (method == "GET" or method == "HEAD")
            # Without a host, HTTP/1.1 gets a 400 and HTTP/1.0 does not; the other two are rare.
            and environ.get("HTTP_HOST")
            and (environ.get("HTTP_SEC_FETCH_DEST") != "document" or not self._browser_page)
            and "HTTP_IF_MATCH" not in environ
            and "HTTP_IF_UNMODIFIED_SINCE" not in environ
        ):
            try:
                found = self._look_up(environ)
            except StaleSnapshotError as error:
                # Flask asks for the newest edition again.
                logger.info("reading again: %s", error)
            except BodyUnavailableError:
                pass  # Flask, told the same at once, says so
            except Exception:
                # Flask comes to the same end and says so in a short answer, or knows better.
                logger.exception("the fast path failed")
            else:
                if found is not None:
                    answer, body = found
                    answer.tally.add(answer.size if method == "GET" else 0)
                    if self._note is not None:
                        self._note(answer.path, environ)
                    # A copy: PEP 3333 lets a server change the list.
                    start_response(answer.status, answer.headers.copy())
                    return [body] if method == "GET" else []
        return self._app(environ, start_response)

    def _look_up(self, environ: WSGIEnvironment) -> tuple[Remembered, bytes] | None:
        """Return an answer and its body; None where Flask is to answer. Raises :class:`StaleSnapshotError`."""
        snapshot = self._source()
        memo = self._memo
        if snapshot is not memo.snapshot:
            # Threads that come at once may each make one; the last stays.
            memo = self._memo = Memo(snapshot, self._limit)
        if snapshot is None:
            return None
        get = environ.get
        key = (
            get("PATH_INFO"),
            get("HTTP_ACCEPT_ENCODING"),
            get("HTTP_IF_NONE_MATCH"),
            get("HTTP_IF_MODIFIED_SINCE"),
        )
        answer = memo.young.get(key) or memo.recall(key)
        if answer is None or (answer.expires is not None and self._clock() >= answer.expires):
            representation = memo.find_published(key[0])
            if representation is None:
                return None
            answer = self._decide(representation, key, snapshot.next_change)
            memo.remember(key, answer)
        if answer.coding is None:
            return answer, b""
        if "HTTP_A_IM" in environ:
            # Something is new, and a delta may do. Most readers that ask for one get the 304 above.
            return self._find_news(environ, snapshot, answer, answer.coding)
        return answer, snapshot.read_body(answer.path, answer.coding)

    def _find_news(
        self, environ: WSGIEnvironment, snapshot: Snapshot, whole: Remembered, coding: str
    ) -> tuple[Remembered, bytes] | None:
        """Return a delta, else the whole, which is the right answer to a request for a delta, too."""
        if self._deltas is None:
            return None
        path = whole.path
        representation, get = snapshot.representations[path], get_header_of(environ)
        resource = self._describe(representation, datetime.fromtimestamp(self._clock(), UTC), snapshot.next_change)
        found = self._deltas.find(representation, resource, get, partial(snapshot.read_body, path))
        if found is None:
            return whole, snapshot.read_body(path, coding)
        headers, body = found
        sent, spared = (len(body), whole.size - len(body)) if environ["REQUEST_METHOD"] == "GET" else (0, 0)
        self._count_delta(representation, coding, sent, spared)
        answer = Remembered(
            status=f"{IM_USED} {HTTP_STATUS_CODES[IM_USED].upper()}",
            headers=list(headers),
            path=path,
            coding=coding,
            size=len(body),
            tally=Tally(),  # counted above
            expires=None,
        )
        return answer, body

    def _describe(self, representation: Representation, now: datetime, next_change: datetime | None) -> Resource:
        cache_control = self._freshness.cache_control(now, next_change)
        return describe_feed(representation, cache_control=cache_control, now=now, links=self._hubs.of(representation))

    def _decide(self, representation: Representation, key: Key, next_change: datetime | None) -> Remembered:
        _, accept_encoding, if_none_match, if_modified_since = key
        sent = {
            "Accept-Encoding": accept_encoding,
            "If-None-Match": if_none_match,
            "If-Modified-Since": if_modified_since,
        }
        now = datetime.fromtimestamp(self._clock(), UTC)
        answer = decide_answer(self._describe(representation, now, next_change), sent.get)
        variant = choose_variant(representation.variants, accept_encoding)
        # What lies ahead of the clock, be it the last change by another clock or the next one, changes the answer.
        ahead = representation.last_modified if representation.last_modified > now else None
        ends = [each for each in (ahead, self._freshness.holds_until(now, next_change)) if each is not None]
        return Remembered(
            status=f"{answer.status} {HTTP_STATUS_CODES[answer.status].upper()}",
            headers=list(answer.headers),
            path=representation.path,
            coding=answer.coding,
            size=variant.size,
            tally=self.served.tally(representation.path, answer.status, variant.coding),
            expires=min(ends).timestamp() if ends else None,
        )


def get_header_of(environ: WSGIEnvironment) -> GetHeader:
    """Return what looks a request header up by its name."""
    return lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}")
