"""One build at a time, over all processes: flock on a file in the state directory."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedsvc.errors import LockHeldError, StoreError

_RETRY_SECONDS = 0.05


@contextmanager
def build_lock(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the build lock for the length of the block; the kernel drops it if we die.

    Waits at most ``wait`` seconds. Raises LockHeldError, or StoreError where the
    lock file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        hint = "feedsvc must be able to write to the state directory ([state] dir)"
        raise StoreError(str(path), f"the lock file cannot be opened: {error.strerror}", hint) from error
    try:
        _acquire(descriptor, path, deadline=time.monotonic() + wait)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, *, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise LockHeldError(str(path)) from error
            time.sleep(_RETRY_SECONDS)
        except OSError as error:
            hint = "put the state directory ([state] dir) on a disk of this machine"
            raise StoreError(str(path), f"the file system keeps no locks: {error.strerror}", hint) from error
        else:
            return
