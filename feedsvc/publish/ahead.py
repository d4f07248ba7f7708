"""Documents are encoded in threads while the next ones are rendered: the libraries let go of the interpreter."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from feedsvc.model import FeedDocument
from feedsvc.publish.encodings import SUFFIXES, encode, keep_smaller

Encoded = tuple[tuple[str, bytes], ...]
"""As :func:`feedsvc.publish.encodings.encode_variants` returns."""

# Rendering takes about as long as encoding, so one core more is all that is used.
_THREADS = 2
# So many documents, of 2 MB each unless said otherwise, are in memory at a time.
_AHEAD = 4


def encode_ahead(
    documents: Iterable[FeedDocument], is_published: Callable[[FeedDocument], bool]
) -> Iterator[tuple[FeedDocument, Encoded]]:
    """Give each document, in order, with its encoded bodies; with none if ``is_published`` says it is there already.

    At most ``_AHEAD`` more documents are taken than were given. What ``documents`` raises passes through.
    """
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="encode") as pool:
        pending: deque[tuple[FeedDocument, list[tuple[str, Future[bytes]]]]] = deque()
        for document in documents:
            codings = () if is_published(document) else SUFFIXES
            pending.append((document, [(coding, pool.submit(encode, coding, document.body)) for coding in codings]))
            if len(pending) > _AHEAD:
                yield _wait(*pending.popleft())
        while pending:
            yield _wait(*pending.popleft())


def _wait(document: FeedDocument, encoding: list[tuple[str, Future[bytes]]]) -> tuple[FeedDocument, Encoded]:
    return document, keep_smaller(document.body, ((coding, future.result()) for coding, future in encoding))
