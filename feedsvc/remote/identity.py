"""What a process of this machine is called in a lease, and the clock that it goes by."""

from __future__ import annotations

import os
import secrets
import socket
import time


def boot_clock() -> float:
    """Return the seconds since this machine started, its sleep included: a holder that slept must not believe on."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


def holder_name() -> str:
    """Return a name that no other process ever has, and that tells people where to look."""
    host = "".join(each for each in socket.gethostname() if each.isprintable())[:200]
    return f"{host or 'unnamed'}-{os.getpid()}-{secrets.token_hex(4)}"
