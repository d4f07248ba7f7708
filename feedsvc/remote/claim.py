"""Who may build, decided from what was read of the lease, one's own clock and one's own name. Pure.

No clock is compared with another machine's. A holder writes the lease anew every third of its time to live, and
believes in itself until two thirds of it have passed since it *began* the last write that succeeded. Whoever else
reads the lease may take it over once it has seen the very same one for the whole time to live. What was seen had been
written before, so the holder's belief has ended by then, even where the two clocks differ by a quarter in their rate.

A write whose answer is lost is neither done nor undone. Each attempt therefore has a number of its own, by which the
lease says, when it is read, which of them came through, and since when it is proof.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from feedsvc.errors import ObjectStoreError

_RENEW, _BELIEVE = 1 / 3, 2 / 3
LONGEST_TTL = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseNote:
    """What the lease says; ``holder`` is empty where it was given back, ``ttl`` in seconds of the holder's clock.

    ``term`` grows with each holder, ``renewals`` with each attempt to write.
    """

    holder: str
    term: int
    ttl: float
    renewals: int


def dump_note(note: LeaseNote) -> bytes:
    """Serialise as JSON."""
    told = {"holder": note.holder, "term": note.term, "ttl": note.ttl, "renewals": note.renewals}
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def parse_note(data: bytes, address: str) -> LeaseNote:
    """Read what :func:`dump_note` wrote; ``address`` is named in messages. Raises :class:`ObjectStoreError`."""
    try:
        told = json.loads(data)
        note = LeaseNote(
            holder=str(told["holder"]),
            term=int(told["term"]),
            ttl=float(told["ttl"]),
            renewals=int(told["renewals"]),
        )
        if not (0 < note.ttl <= LONGEST_TTL and note.term > 0 and note.holder.isprintable() and len(note.holder) < 300):
            raise ValueError("a value is out of range")  # noqa: TRY301 (told like the others)
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise ObjectStoreError(address, f"is no lease ({error!r})", "if no builder runs, delete it") from error
    return note


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do. ``note`` is to be written where the lease has the tag ``expect``, or where there is none (False).

    Of a ``wait``, ``until`` is when there is something to do if nothing new is read, by one's own clock.
    """

    kind: Literal["read", "wait", "create", "take over", "renew", "lost"]
    note: LeaseNote | None = None
    expect: str | Literal[False] = False
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the builder ``name`` knows. Every instant is of its own clock, ``ttl`` what it promises as a holder.

    ``floor`` is the term of the head, below which no term may begin even if the lease was deleted. ``tag`` is the
    lease's, first seen at ``since``: None before it was read, empty where there is none. ``attempts`` are the writes
    whose outcome may not be known, by term and number, with when each began; ``proven`` is when the newest began that
    is known to have come through, if the lease as last seen is ours; ``held`` is the term that was ours last.
    ``unsure`` says that the last request failed, so that the lease is to be read before anything else.
    """

    name: str
    ttl: float
    floor: int = 0
    tag: str | None = None
    note: LeaseNote | None = None
    since: float = 0.0
    attempts: Mapping[tuple[int, int], float] = field(default_factory=lambda: MappingProxyType({}))
    proven: float | None = None
    held: int = 0
    unsure: bool = False

    @property
    def believed_until(self) -> float | None:
        """When the belief in oneself ends or ended; None where the lease is not ours."""
        return None if self.proven is None else self.proven + self.ttl * _BELIEVE

    def believes(self, now: float) -> bool:
        """Tell whether nobody else can have the lease at ``now``."""
        until = self.believed_until
        return until is not None and now < until

    def began(self, note: LeaseNote, now: float) -> Claim:
        """Take note of a write that begins now."""
        return replace(self, attempts=MappingProxyType({**self.attempts, (note.term, note.renewals): now}))

    def seen(self, tag: str, note: LeaseNote | None, now: float) -> Claim:
        """Take note of the lease as it was read, or written, when the answer came; ``tag`` is empty for none."""
        number = (note.term, note.renewals) if note else (0, 0)
        proven = self.attempts.get(number) if note and note.holder == self.name else None
        if tag == self.tag and self.proven is not None:
            proven = self.proven
        return replace(
            self,
            tag=tag,
            note=note,
            since=self.since if tag == self.tag else now,
            attempts=MappingProxyType({each: begun for each, begun in self.attempts.items() if each > number}),
            proven=proven,
            held=note.term if note and proven is not None else self.held,
            unsure=False,
        )

    def failed(self) -> Claim:
        """Take note of a request that was refused or not answered: nobody knows whether it was done."""
        return replace(self, unsure=True)

    def resigned(self) -> Claim:
        """Contend anew, after the lease was lost."""
        return replace(self, held=0, proven=None)

    def decide(self, now: float) -> Decision:
        """Say what to do at ``now``."""
        if self.tag is None or self.unsure:
            return Decision(kind="read")
        if self.proven is not None and self.note is not None:
            return self._keep(self.note, self.proven, now)
        if self.held:
            return Decision(kind="lost")
        if self.note is None:
            return self._create(now)
        until = self.since + self.note.ttl
        if self.note.holder and now < until:
            return Decision(kind="wait", until=until)
        return Decision(kind="take over", note=self._next(max(self.note.term, self.floor) + 1), expect=self.tag)

    def given_back(self) -> Decision | None:
        """Return what gives the lease back, if it is ours as far as is known."""
        if self.proven is None or self.note is None or not self.tag:
            return None
        return Decision(kind="renew", note=replace(self._next(self.note.term), holder=""), expect=self.tag)

    def _keep(self, note: LeaseNote, proven: float, now: float) -> Decision:
        due = proven + self.ttl * _RENEW
        if now < due:
            return Decision(kind="wait", until=due)
        return Decision(kind="renew", note=self._next(note.term), expect=self.tag or False)

    def _create(self, now: float) -> Decision:
        """Make the first lease. One that was deleted may still be believed in by its holder, so that is waited for."""
        until = self.since + self.ttl
        if self.floor and now < until:
            return Decision(kind="wait", until=until)
        return Decision(kind="create", note=self._next(self.floor + 1))

    def _next(self, term: int) -> LeaseNote:
        """Return a note of ours with a number that no attempt had: what is written is then never the same twice."""
        known = [number for each, number in self.attempts if each == term]
        if self.note and self.note.term == term:
            known.append(self.note.renewals)
        return LeaseNote(holder=self.name, term=term, ttl=self.ttl, renewals=max(known, default=0) + 1)
