from __future__ import annotations

import gc
import weakref

import pytest

from feedsvc.collector import collected_again, uncollected


class Knot:
    """An object that only the collector frees."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_made_uncollected_is_passed_over_until_the_end_and_what_comes_after_is_not() -> None:
    with collected_again():
        with uncollected():
            assert not gc.isenabled()
            before = weakref.ref(Knot())
        assert gc.isenabled()
        after = weakref.ref(Knot())
        gc.collect()
        assert (before() is not None, after()) == (True, None)
    gc.collect()
    assert (before(), gc.get_freeze_count()) == (None, 0)


def test_a_failure_leaves_the_collector_as_it_was() -> None:
    with pytest.raises(OSError, match="away"), collected_again(), uncollected():
        raise OSError("away")
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)
    gc.disable()
    try:
        with collected_again(), uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
