"""The thread that watches the posts directory, and goes on when it is replaced, unmounted or made anew."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from feedsvc.errors import WatchError
from feedsvc.posts.places import Places
from feedsvc.watch.mounts import find_silent

if TYPE_CHECKING:
    from feedsvc.watch.tree import Tree

_log = logging.getLogger(__name__)

_MOUNTS = Path("/proc/self/mountinfo")
_LOOK_AGAIN_S = 0.5

Tell = Callable[[frozenset[str] | None], None]
"""Told the paths, relative to the posts directory, of what changed; None: everything may have."""


class Watcher:
    """Watches ``directory`` for posts, which are where ``patterns`` and ``exclude`` say, until :meth:`stop`.

    ``tell`` is called in the watcher's thread, and soon returns. Where watching is not possible that is
    logged once, and ``tell`` is not called.
    """

    def __init__(
        self,
        directory: Path,
        patterns: Sequence[str],
        tell: Tell,
        mounts: Path = _MOUNTS,
        *,
        exclude: Sequence[str] = (),
    ) -> None:
        self._directory, self._tell, self._mounts = directory, tell, mounts
        self._places = Places(patterns, exclude)
        self._stop, self._ready = threading.Event(), threading.Event()
        self._watching = False
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more; when this returns, nothing more is told."""
        self._stop.set()
        self._thread.join()

    def is_watching(self) -> bool:
        """Say whether changes are told at the moment; as for a directory that is not there, they may be later."""
        return self._watching

    def trouble(self) -> str:
        """Say why changes are not told any more; empty unless watching ended by itself."""
        return self._trouble

    def wait_ready(self) -> bool:
        """Wait until every change from now on will be told; return False if none will be."""
        self._ready.wait()
        return self._watching

    def _run(self) -> None:
        try:
            self._watch_each()
        except WatchError as error:
            self._trouble = str(error)
            what = "it is not watched, so what changes is found at the times of [schedule] only"
            _log.warning("%s: %s: %s; %s", error.path, what, error.reason, error.hint)
        except Exception as error:  # noqa: BLE001 (logged whole; the schedule goes on)
            self._trouble = f"a bug in feedsvc: {type(error).__name__}: {error}; please report it"
            _log.exception("watching ended by a bug in feedsvc; what changes is found at the times of [schedule] only")
        finally:
            self._watching = False
            self._ready.set()

    def _watch_each(self) -> None:
        """Watch one directory of that name after another."""
        # Imported here: only who watches needs watchfiles.
        from feedsvc.watch.notifier import LostError
        from feedsvc.watch.tree import Tree

        while not self._stop.is_set():
            try:
                self._refuse_silent()
                with closing(Tree(self._directory, self._places, self._stop)) as tree:
                    self._watch(tree)
            except LostError as error:
                _log.debug("watching anew: %s", error)
            if not self._ready.is_set():
                # There is no such directory now, which the build tells better; everything is told when there is.
                self._ready.set()
            self._watching = False
            self._stop.wait(_LOOK_AGAIN_S)

    def _watch(self, tree: Tree) -> None:
        again, self._watching = self._ready.is_set(), True
        self._ready.set()
        _log.info("watching %s", self._directory)
        if again:
            self._tell_all(tree)
        while not self._stop.is_set():
            changed = tree.wait()
            if changed is None or changed:
                self._tell(changed)

    def _tell_all(self, tree: Tree) -> None:
        try:
            tree.settle()
        finally:
            self._tell(None)

    def _refuse_silent(self) -> None:
        try:
            mounts = self._mounts.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return  # no Linux
        silent = find_silent(mounts, os.path.realpath(self._directory))
        if silent:
            reason = f"the file system mounted at {silent[0]} ({silent[1]}) does not tell what other machines change"
            raise WatchError(str(self._directory), reason, "set [schedule] watch = false to hear no more of it")


def describe_watching(watchers: Sequence[Watcher]) -> tuple[Literal["on", "off", "waiting", "failed"], str]:
    """Say how changes are seen, and why not at once where that failed: by all watchers, or else that it is not so."""
    if not watchers:
        return "off", ""
    for watcher in watchers:
        if trouble := watcher.trouble():
            return "failed", trouble
    return ("on" if all(watcher.is_watching() for watcher in watchers) else "waiting"), ""
