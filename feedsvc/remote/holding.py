"""One builder's part in a store that several builders share: whether it may build, and from what it goes on.

The order after a lease was taken is what makes a take-over safe: the head is written anew with our term first, so that
nothing of the former holder's can be committed any more, and the ledger is restored from that very head after it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from feedsvc.errors import LeaseHeldError, LeaseLostError, ObjectConflictError, ObjectStoreError
from feedsvc.objects.address import open_objects
from feedsvc.objects.store import Objects
from feedsvc.remote.head import Head, LedgerCopy, dump_head, parse_head
from feedsvc.remote.layout import HEAD
from feedsvc.remote.lease import Lease
from feedsvc.remote.ledgercopy import Cutter, send_pieces
from feedsvc.remote.ledgerrestore import take_over

_log = logging.getLogger(__name__)

LEDGER = "ledger.sqlite3"
# Somebody who writes the head between our reading and our writing had the lease before us, and has one build at most.
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The right to replace the head of ``objects``, as long as ``check`` raises nothing.

    ``head`` is in the store with the tag ``head_tag``, of our ``term``.
    """

    objects: Objects
    head: Head
    head_tag: str
    term: int
    check: Callable[[], None]


class Builder:
    """Contends for a store's lease from :meth:`start` to :meth:`stop`; builds ask it before they begin.

    ``url`` is the store's address, ``ttl`` the lease's time to live in seconds; :meth:`Lease.acquire` tells of
    ``wait``. ``on_change`` is called, by another thread, when the lease becomes ours or is ours no more.
    """

    def __init__(
        self, url: str, *, ttl: float, wait: float = 0.0, on_change: Callable[[], None] = lambda: None
    ) -> None:
        self._wait = wait
        self.objects = open_objects(url)
        self.lease = Lease(open_objects(url, patience=ttl / 3), ttl=ttl, on_change=on_change)
        self._cutter = Cutter()

    def start(self) -> None:
        """Contend for the lease from now on."""
        self.lease.start()

    def stop(self) -> None:
        """Give the lease back."""
        self.lease.release()

    @property
    def standby_of(self) -> str:
        """The builder that has the lease, if it is another one; else empty."""
        return "" if self.lease.believes() or self.lease.holder == self.lease.name else self.lease.holder

    def take_up(self, state: Path) -> Holding:
        """Go on from what the store holds: the lease ours, the head ours, its ledger in ``state``.

        To be called under the build lock before the ledger is opened. Raises :class:`LeaseHeldError` where another
        builder is to build, and :class:`ObjectStoreError` where the store cannot be reached or the lease not be kept:
        the local edition need not wait for it then.
        """
        try:
            return self._take_up(state)
        except ObjectStoreError as error:
            if other := self.standby_of:
                raise LeaseHeldError(self.objects.address, other, str(self.lease.trouble or "")) from error
            raise

    def _take_up(self, state: Path) -> Holding:
        term = self.lease.acquire(self._wait)
        check = partial(self.lease.check, term)
        head, tag = self._fence(term, check)
        if head.ledger:
            take_over(self.objects, head.ledger, state / LEDGER)
        check()
        return Holding(objects=self.objects, head=head, head_tag=tag, term=term, check=check)

    def copy_ledger(self, state: Path, holding: Holding, mark: str) -> LedgerCopy:
        """Send what is new of the ledger, which has this ``mark``, and return what a head says of it.

        To be called under the build lock with nothing of the ledger left to commit. Raises :class:`ObjectStoreError`.
        """
        path, known = state / LEDGER, holding.head.ledger
        if known and known.mark == mark:
            return known
        cut = self._cutter.cut(path, mark)
        holding.check()
        sent = send_pieces(self.objects, cut, known.pieces if known else ())
        _log.info("ledger: %d bytes of its copy sent", sent)
        return cut.copy

    def _fence(self, term: int, check: Callable[[], None]) -> tuple[Head, str]:
        """Write the head anew with our term, unless it has it: from then on no commit of a former holder succeeds."""
        for _ in range(_ATTEMPTS):
            check()
            stored = self.objects.get(HEAD)
            head = parse_head(stored.data, self.objects.place(HEAD)) if stored else Head(term=0)
            if stored and head.term == term:
                return head, stored.tag
            if head.term > term:
                hint = "delete the lease, and build again"
                raise LeaseLostError(self.objects.place(HEAD), f"was written in term {head.term}, ours is {term}", hint)
            ours = replace(head, term=term)
            try:
                return ours, self.objects.put(HEAD, dump_head(ours), expect=stored.tag if stored else False)
            except ObjectConflictError:
                _log.info("%s: written in between; reading it again", self.objects.place(HEAD))
        raise LeaseLostError(self.objects.place(HEAD), "is written by others again and again", "look who builds there")


@contextmanager
def hold(url: str, *, ttl: float, wait: float = 0.0) -> Iterator[Builder]:
    """Be a builder of the store at ``url`` for the length of the block."""
    builder = Builder(url, ttl=ttl, wait=wait)
    builder.start()
    try:
        yield builder
    finally:
        builder.stop()
