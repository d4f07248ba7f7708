"""What may have changed since the last build that did not fail."""

from __future__ import annotations

import threading

# Looking at so many paths one by one costs more than listing the directory.
_MANY = 2000


class Changes:
    """Gathers what is noted until it is taken; at first everything may have changed. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paths: set[str] = set()
        self._everything = True

    def note(self, changed: frozenset[str] | None) -> None:
        """Add paths; None: everything may have changed."""
        with self._lock:
            self._paths |= changed or frozenset()
            if changed is None or len(self._paths) > _MANY:
                self._everything = True
                self._paths.clear()

    def are_waiting(self) -> bool:
        """Tell whether anything was noted since it was taken."""
        return self._everything or bool(self._paths)

    def take(self) -> frozenset[str] | None:
        """Return what was noted since the last time, and begin anew; None: everything may have changed."""
        with self._lock:
            taken = None if self._everything else frozenset(self._paths)
            self._paths.clear()
            self._everything = False
            return taken
