"""The lease of a store: read, taken and renewed in a thread; :mod:`feedsvc.remote.claim` decides."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from feedsvc.errors import (
    LeaseHeldError,
    LeaseLostError,
    NotModifiedError,
    ObjectConflictError,
    ObjectStoreError,
)
from feedsvc.objects.store import Objects
from feedsvc.remote.belief import Belief
from feedsvc.remote.claim import Claim, Decision, dump_note, parse_note
from feedsvc.remote.head import parse_head
from feedsvc.remote.identity import boot_clock, holder_name
from feedsvc.remote.layout import HEAD, LEASE

_log = logging.getLogger(__name__)

_AT_MOST = 3.0
# Whoever runs another build at once takes it up without a wait, so the end of a service need not hang on it.
_RELEASE_S = 5.0


class Lease:
    """Contends for the lease of one store, in a thread of its own from :meth:`start` to :meth:`release`.

    ``objects`` should be an impatient view of the store (a third of ``ttl``, no retries): an answer that comes later
    is of no use. ``on_change`` is called from the thread when the belief in oneself begins or ends, and when another
    holder is seen.
    """

    def __init__(
        self,
        objects: Objects,
        *,
        ttl: float,
        name: str = "",
        clock: Callable[[], float] = boot_clock,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._objects, self._clock, self._on_change = objects, clock, on_change
        self._claim = Claim(name=name or holder_name(), ttl=ttl)
        self._poll = min(ttl / 5, _AT_MOST)
        self._pause = ttl / 10
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._belief = Belief(objects.address)
        self._thread: threading.Thread | None = None
        self._moved = False
        self._trouble: ObjectStoreError | None = None

    @property
    def name(self) -> str:
        """What this builder is called in the lease."""
        return self._claim.name

    @property
    def term(self) -> int:
        """The term that is ours, or was last."""
        return self._claim.held

    @property
    def holder(self) -> str:
        """Who has the lease as far as is known; empty for nobody."""
        return self._claim.note.holder if self._claim.note else ""

    @property
    def trouble(self) -> ObjectStoreError | None:
        """Why the store was not reached last; None if it was."""
        return self._trouble

    def believes(self) -> bool:
        """Tell whether nobody else can have the lease now."""
        return self._claim.believes(self._clock())

    def check(self, term: int = 0) -> None:
        """Raise :class:`LeaseLostError` unless the lease is ours now, still in ``term`` if one is given."""
        claim = self._claim
        if claim.believes(self._clock()) and term in (0, claim.held):
            return
        other = self.holder
        raise LeaseLostError(
            self._objects.place(LEASE),
            f"{other} has the lease now" if other not in ("", self.name) else "the lease could not be renewed in time",
            "nothing more was published there; the next build that holds it publishes all there is",
        )

    def start(self) -> None:
        """Contend from now on."""
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()

    def acquire(self, wait: float) -> int:
        """Wait until the lease is ours and return its term.

        Waits ``wait`` seconds at most, or longer only until it is known whether its holder lives: that is until the
        holder renews it, or its time to live is over and it is ours. Raises :class:`LeaseHeldError`, and
        :class:`ObjectStoreError` where the store cannot be reached.
        """
        deadline = self._clock() + wait
        with self._changed:
            while not self.believes():
                late = self._clock() >= deadline
                if self._trouble and late:
                    raise self._trouble
                if self._moved and late:
                    raise LeaseHeldError(self._objects.address, self.holder or "another builder")
                self._changed.wait(max(0.05, min(self._poll, deadline - self._clock())))
            return self.term

    def release(self) -> None:
        """Give the lease back, if it is ours, so that others need not wait for its time to live to end."""
        self._stopping.set()
        if self._thread:
            self._thread.join(_RELEASE_S + self._claim.ttl)
            self._thread = None
        decision = self._claim.given_back()
        if decision and decision.note and decision.expect:
            self._set(self._claim.resigned())
            try:
                self._objects.put(LEASE, dump_note(decision.note), expect=decision.expect)
            except ObjectStoreError as error:
                _log.info("the lease was not given back, so others wait for its end: %s", error)
        self._tell()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                pause = self._step()
            except ObjectStoreError as error:
                self._fail(error)
                pause = self._pause
            self._tell()
            self._stopping.wait(self._until_belief_ends(pause))

    def _step(self) -> float:
        """Do what is to be done now, and return in how many seconds to look again."""
        decision = self._claim.decide(self._clock())
        if decision.kind == "lost":
            _log.warning("%s: %s has the lease now", self._objects.address, self.holder or "nobody")
            self._set(self._claim.resigned())
        elif decision.note is not None:
            self._write(decision)
        elif decision.kind == "read" or self._claim.proven is None:
            self._read()
        after = self._claim.decide(self._clock())
        if after.kind != "wait":
            return 0.0
        left = max(0.0, after.until - self._clock())
        return min(left, self._poll) if self._claim.proven is None else left

    def _read(self) -> None:
        claim = self._claim
        try:
            stored = self._objects.get(LEASE, unless=claim.tag or "")
        except NotModifiedError:
            self._saw(claim.seen(claim.tag or "", claim.note, self._clock()))
            return
        if stored is None:
            head = self._objects.get(HEAD)
            floor = parse_head(head.data, self._objects.place(HEAD)).term if head else 0
            self._saw(replace(claim, floor=floor).seen("", None, self._clock()))
            return
        self._saw(claim.seen(stored.tag, parse_note(stored.data, self._objects.place(LEASE)), self._clock()))

    def _write(self, decision: Decision) -> None:
        note = decision.note
        if note is None:
            return
        self._set(self._claim.began(note, self._clock()))
        try:
            tag = self._objects.put(LEASE, dump_note(note), expect=decision.expect)
        except ObjectConflictError:
            self._set(self._claim.failed())
            self._read()
        else:
            self._saw(self._claim.seen(tag, note, self._clock()))

    def _saw(self, claim: Claim) -> None:
        before = self._claim
        with self._changed:
            changed = before.tag is not None and claim.tag != before.tag
            self._moved = (
                claim.proven is None and claim.note is not None and claim.note.holder != "" and (self._moved or changed)
            )
            self._claim, self._trouble = claim, None
            self._changed.notify_all()

    def _set(self, claim: Claim) -> None:
        with self._changed:
            self._claim = claim
            self._changed.notify_all()

    def _fail(self, error: ObjectStoreError) -> None:
        if self._trouble is None:
            _log.warning("the lease cannot be seen to: %s", error)
        with self._changed:
            self._claim, self._trouble = self._claim.failed(), error
            self._changed.notify_all()

    def _until_belief_ends(self, pause: float) -> float:
        until = self._belief.until
        return pause if until is None else max(0.0, min(pause, until - self._clock()))

    def _tell(self) -> None:
        if self._belief.look(self._claim, self._clock()):
            self._on_change()
