"""Python's collector of garbage, kept from looking through what is none.

It looks at all objects again whenever a quarter more have come. For the tuples of a scan of 100,000 files, which are
no garbage and hold no cycles, that took 0.4 seconds of a first build, and 0.05 of one with nothing changed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Make many objects without cycles; the collector passes over all that are there then, until it is told.

    What nobody holds any more is freed as always: its references are counted.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@contextmanager
def collected_again() -> Iterator[None]:
    """Have the collector look at everything again afterwards, in a process that goes on."""
    try:
        yield
    finally:
        gc.unfreeze()
