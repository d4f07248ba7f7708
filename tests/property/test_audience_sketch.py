"""What a sketch of readers promises: the order and the number of times do not matter, and the estimate is near."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.audience.sketch import REGISTERS, Sketch, add_hash, estimate, merge_into, pack_sketch, unpack_sketch

hashes = st.lists(st.integers(0, 2**64 - 1), max_size=50)


def make(values: list[int]) -> Sketch:
    sketch: Sketch = {}
    for value in values:
        add_hash(sketch, value)
    return sketch


def merge(*sketches: Sketch) -> Sketch:
    merged: Sketch = {}
    for each in sketches:
        merge_into(merged, each)
    return merged


@given(hashes, hashes, hashes)
def test_merging_is_commutative_associative_and_idempotent(one: list[int], two: list[int], three: list[int]) -> None:
    a, b, c = make(one), make(two), make(three)
    assert merge(a, b) == merge(b, a) == make(one + two) == make([*two, *one, *two])
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, a) == a
    assert estimate(merge(a, b)) >= estimate(a)


@given(hashes)
def test_a_packed_sketch_comes_back_the_same_and_in_one_way(values: list[int]) -> None:
    sketch = make(values)
    assert unpack_sketch(pack_sketch(sketch)) == sketch
    assert pack_sketch(make(values[::-1])) == pack_sketch(sketch)
    assert len(pack_sketch(sketch)) <= 2 * len(values)


@pytest.mark.parametrize(
    ("readers", "off"), [(0, 0), (1, 0), (2, 0), (5, 1), (50, 2), (1000, 50), (20_000, 1200), (200_000, 12_000)]
)
def test_an_estimate_is_near(readers: int, off: int) -> None:
    # Four standard errors of 1.6 %, and one reader of a few who shares a register.
    dice = random.Random(20)  # noqa: S311 (no secret)
    for _ in range(5):
        assert abs(estimate(make([dice.getrandbits(64) for _ in range(readers)])) - readers) <= off


def test_a_sketch_that_is_full_is_8_kb_and_still_an_estimate() -> None:
    full = dict.fromkeys(range(REGISTERS), 15)
    assert len(pack_sketch(full)) == 8192
    assert estimate({**full, 0: 14}) > 100_000_000
    assert make([0]) == {0: 15}
    half = REGISTERS // 2
    assert estimate({**full, **dict.fromkeys(range(half), 13)}) == pytest.approx(43_000_000, rel=0.05)
