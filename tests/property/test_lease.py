"""The lease under a network that delays and drops, builders that stand still, and clocks that run apart."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.remote.claim import Claim, Decision, LeaseNote

_TTL = 15.0
_POLL = _TTL / 5
_TIMEOUT = _TTL / 3
_END = 60 * _TTL


class World:
    """Events in the order of their true time, and a store that knows nothing but tags."""

    def __init__(self, seed: int, drop: float, slowness: float) -> None:
        self.now = 0.0
        self.random = random.Random(seed)  # noqa: S311 (no secret)
        self.drop, self.slowness = drop, slowness
        self.tag, self.note = "", None  # type: tuple[str, LeaseNote | None]
        self.history: list[LeaseNote] = []
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def at(self, when: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._events, (when, next(self._number), do))

    def send(self, do: Callable[[], None]) -> None:
        """Let it happen after a while, or never; once in a while much later than anybody waits for."""
        if self.random.random() >= self.drop:
            self.at(self.now + self.random.expovariate(1 / self.slowness), do)

    def run(self) -> None:
        while self._events and self.now < _END:
            self.now, _, do = heapq.heappop(self._events)
            do()

    def put(self, note: LeaseNote, expect: object) -> bool:
        if (self.tag or False) != expect:
            return False
        self.tag, self.note = f"{len(self.history)}", note
        self.history.append(note)
        return True


@dataclass
class Builder:
    """One builder: its clock began somewhere and runs at a rate of its own."""

    world: World
    claim: Claim
    rate: float
    start: float
    pauses: list[tuple[float, float]]
    beliefs: list[tuple[float, float, int]] = field(default_factory=list)
    asked: int = 0

    def clock(self) -> float:
        return self.start + self.world.now * self.rate

    def awake(self, do: Callable[[], None]) -> None:
        """Do it, or when the builder runs again."""
        for begin, end in self.pauses:
            if begin <= self.world.now < end:
                self.world.at(end, lambda: self.awake(do))
                return
        do()

    def step(self) -> None:
        decision = self.claim.decide(self.clock())
        self.asked += 1
        asked = self.asked
        if decision.kind == "lost":
            self.claim = self.claim.resigned()
        if decision.note is not None:
            self.claim = self.claim.began(decision.note, self.clock())
            # It may stand still between this and the sending.
            self.awake(lambda: self.world.send(lambda: self._arrive(decision, asked)))
        elif decision.kind == "read" or self.claim.proven is None:
            self.world.send(lambda: self._arrive(decision, asked))
        self.world.at(self.world.now + _TIMEOUT / self.rate, lambda: self.awake(lambda: self._time_out(asked)))

    def _arrive(self, decision: Decision, asked: int) -> None:
        world = self.world
        if decision.note is not None and not world.put(decision.note, decision.expect):
            world.send(lambda: self.awake(lambda: self._answered(asked, None)))
            return
        seen = world.tag, world.note
        world.send(lambda: self.awake(lambda: self._answered(asked, seen)))

    def _answered(self, asked: int, seen: tuple[str, LeaseNote | None] | None) -> None:
        if asked != self.asked:
            return
        if seen is None:
            self.claim = self.claim.failed()
            self._soon(0.1)
            return
        self.claim = self.claim.seen(*seen, self.clock())
        self._note_belief()
        self._soon(_POLL if self.claim.proven is None else 0.0)

    def _note_belief(self) -> None:
        until = self.claim.believed_until
        if until is not None and self.clock() < until:
            self.beliefs.append((self.world.now, (until - self.start) / self.rate, self.claim.held))

    def _soon(self, pause: float) -> None:
        self.asked += 1
        asked = self.asked
        decision = self.claim.decide(self.clock())
        until = decision.until if decision.kind == "wait" else 0.0
        pause = min(pause, max(0.0, until - self.clock())) if until and self.claim.proven is None else pause
        if until and self.claim.proven is not None:
            pause = max(0.0, until - self.clock())
        self.world.at(self.world.now + pause / self.rate, lambda: self.awake(lambda: self._again(asked)))

    def _again(self, asked: int) -> None:
        if asked == self.asked:
            self.step()

    def _time_out(self, asked: int) -> None:
        if asked == self.asked:
            self.claim = self.claim.failed()
            self.step()


_pauses = st.lists(
    st.tuples(st.floats(0, _END), st.floats(0.1, 3 * _TTL)).map(lambda pause: (pause[0], pause[0] + pause[1])),
    max_size=6,
)
Description = tuple[float, float, list[tuple[float, float]]]
"""A builder: the rate of its clock, where the clock began, and from when to when it stands still."""

_builders = st.lists(st.tuples(st.floats(0.95, 1.05), st.floats(0, 1e6), _pauses), min_size=2, max_size=4)


def _play(seed: int, drop: float, slowness: float, builders: list[Description]) -> tuple[World, list[Builder]]:
    world = World(seed, drop, slowness)
    made = [
        Builder(world, Claim(name=f"b{number}", ttl=_TTL), rate, start, pauses)
        for number, (rate, start, pauses) in enumerate(builders)
    ]
    for builder in made:
        world.at(world.random.random(), lambda builder=builder: builder.awake(builder.step))  # type: ignore[misc]
    world.run()
    return world, made


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 0.6), st.sampled_from([0.01, 0.5, 3.0, 12.0]), _builders)
def test_no_two_builders_believe_in_themselves_at_once_and_the_term_only_grows(
    seed: int, drop: float, slowness: float, builders: list[Description]
) -> None:
    world, made = _play(seed, drop, slowness, builders)
    beliefs = sorted((begin, end, builder.claim.name, term) for builder in made for begin, end, term in builder.beliefs)
    for number, (begin, end, name, _) in enumerate(beliefs):
        for other_begin, _, other, _ in beliefs[number + 1 :]:
            if other_begin >= end:
                break
            assert other == name, (begin, end, other_begin)
    numbers = [(note.term, note.renewals) for note in world.history]
    assert all(before < after for before, after in pairwise(numbers))
    terms: dict[int, str] = {}
    for note in world.history:
        assert terms.setdefault(note.term, note.holder) == note.holder


def test_a_calm_network_has_one_holder_for_ever_and_a_dead_one_is_followed_within_a_ttl_and_a_bit() -> None:
    world, (first, second) = _play(1, 0.0, 0.01, [(1.0, 0.0, [(300.0, 1e9)]), (1.02, 50.0, [(0.0, 5.0)])])
    assert {term for _, _, term in first.beliefs} == {1}
    assert {term for _, _, term in second.beliefs} == {2}
    taken = second.beliefs[0][0]
    assert 300.0 + _TTL * 2 / 3 < taken + _TTL < 300.0 + 2 * _TTL + _POLL
    assert world.note is not None
    assert world.note.holder == "b1"
