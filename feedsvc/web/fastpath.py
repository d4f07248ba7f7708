"""The fast path: a WSGI layer before Flask that answers GET and HEAD of published paths from one look-up.

What is answered is decided by the same pure functions as in the Flask view, once, and remembered for every request
with the same path and the same headers that matter. Whatever is unusual goes on to Flask.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from werkzeug.http import HTTP_STATUS_CODES

from feedsvc.errors import BodyUnavailableError, StaleSnapshotError
from feedsvc.model import Representation, Snapshot
from feedsvc.web.answers import decide_answer, describe_feed
from feedsvc.web.freshness import Freshness
from feedsvc.web.hubs import NO_HUBS, HubLinks
from feedsvc.web.memo import Key, Memo, Remembered
from feedsvc.web.negotiation import choose_variant
from feedsvc.web.served import Served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

# An answer with its key takes 2 kB at most, and there are twice as many: at most a quarter on top of the bodies.
_MEMORY_PER_ANSWER = 16384


class FastPath:
    """A WSGI application before ``app``, with the same ``source`` and the same ``freshness`` as that one.

    ``memory`` is how many bytes of bodies ``source`` may hold; answers are remembered in proportion to it. Bodies
    are not held here. With ``browser_page``, who may be a person in a browser goes on to Flask. ``served`` counts
    what was answered here, and ``note`` is told of each; ``clock`` is in seconds since the epoch. ``hubs`` are those
    that feeds name.
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
    ) -> None:
        self.served = Served()
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
            # Something is new, and a delta may do (RFC 3229). Most readers that ask for one get the 304 above.
            return None
        return answer, snapshot.read_body(answer.path, answer.coding)

    def _decide(self, representation: Representation, key: Key, next_change: datetime | None) -> Remembered:
        _, accept_encoding, if_none_match, if_modified_since = key
        sent = {
            "Accept-Encoding": accept_encoding,
            "If-None-Match": if_none_match,
            "If-Modified-Since": if_modified_since,
        }
        now = datetime.fromtimestamp(self._clock(), UTC)
        cache_control = self._freshness.cache_control(now, next_change)
        links = self._hubs.of(representation)
        resource = describe_feed(representation, cache_control=cache_control, now=now, links=links)
        answer = decide_answer(resource, sent.get)
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
