"""Whether somebody is still writing a file: half of a post is not a post."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import stat

_F_SETSIG = 10  # Linux, as leases are; the module fcntl does not name it


def is_being_written(path: str) -> bool:
    """Tell whether some process has the file open for writing; False where that cannot be known.

    The kernel grants a read lease (fcntl(2), F_SETLEASE) only on a file that nobody has open for writing. It is given
    back at once; who opens the file in between waits for those microseconds. Only the file's owner, or root, may ask.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return not _lend(descriptor)
    finally:
        os.close(descriptor)


def _lend(descriptor: int) -> bool:
    try:
        # Whom we keep waiting is announced by a signal: by default by one that would end us.
        fcntl.fcntl(descriptor, _F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    with contextlib.suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return True
