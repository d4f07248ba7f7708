"""The home of watchfiles: says which paths changed in a list of directories.

Its backend is called directly, and for each directory by itself: asked to watch a tree, it follows links out of it,
be it to ``/``, and asked to pass over directories that may not be read, it says nothing when inotify's limits are met.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from feedsvc.errors import WatchError

_LIMITS = Path("/proc/sys/fs/inotify")
# A stream of changes without a pause is told of in pieces of this many milliseconds.
_PIECE_MS = 5000


class LostError(Exception):
    """Changes were missed, or may have been; look at everything and watch anew."""


class Notifier:
    """Watches ``directories`` (absolute, each without those below it) until it is closed.

    Raises LostError when one of them is not there, and WatchError when the system does not let us watch.
    """

    def __init__(self, directories: Sequence[str], stop: threading.Event) -> None:
        self._stop = stop
        try:
            self._backend = RustNotify(list(directories), False, False, 0, False, False)  # noqa: FBT003 (its own way)
        except (FileNotFoundError, PermissionError) as error:
            raise LostError(str(error)) from error
        except (OSError, WatchfilesRustInternalError) as error:
            raise _explain(directories, error) from error

    def wait(self, quiet_ms: int, timeout_ms: int) -> frozenset[str]:
        """Wait for changes, and then until there were no new ones for ``quiet_ms``; return the paths, absolute.

        Returns none when there were none for ``timeout_ms``, or when we are to stop. Raises LostError.
        """
        try:
            changes = self._backend.watch(_PIECE_MS, quiet_ms, timeout_ms, self._stop)
        except WatchfilesRustInternalError as error:  # a name that is not UTF-8, among others
            raise LostError(str(error)) from error
        return frozenset() if isinstance(changes, str) else frozenset(path for _, path in changes)

    def close(self) -> None:
        """Watch no more."""
        self._backend.close()


def queue_length() -> int:
    """Return how many events the kernel keeps for us before it drops them; it does not tell us when it does."""
    return _limit("max_queued_events", 16384)


def _limit(name: str, otherwise: int = 0) -> int:
    try:
        return int((_LIMITS / name).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return otherwise


def _explain(directories: Sequence[str], error: Exception) -> WatchError:
    told = str(error)
    if "watch limit" in told:
        now = _limit("max_user_watches")
        return WatchError(
            directories[0],
            f"inotify may watch no more directories (fs.inotify.max_user_watches is {now} for all of this user's "
            f"programs; there are {len(directories)} here)",
            f"run as root: sysctl fs.inotify.max_user_watches={max(2 * now, 4 * len(directories))}, then send SIGHUP",
        )
    if "os error 24" in told:
        now = _limit("max_user_instances")
        return WatchError(
            directories[0],
            f"this user's programs may use no more inotify instances (fs.inotify.max_user_instances is {now}), "
            "or feedsvc no more open files",
            f"run as root: sysctl fs.inotify.max_user_instances={max(2 * now, 256)}, then send SIGHUP",
        )
    return WatchError(directories[0], f"the system does not let feedsvc ({told})", "mend that, then send SIGHUP")
