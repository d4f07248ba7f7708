"""How far a long build has come, shown on a terminal while it lasts; rich is imported only then."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from feedsvc.report import BuildReport, Progress, ignore_progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_PATIENCE_S = 1.0
_DONE = {"posts": "posts read", "feeds": "feeds written", "archives": "archives written"}


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Progress]:
    """Give what :func:`feedsvc.build.build` tells its progress to; shown on stderr, once it takes more than a second.

    Nothing is shown where stderr is no terminal that can be written over, nor if ``quiet``.
    """
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        yield ignore_progress
        return
    display = _Display()
    try:
        yield display.tell
    finally:
        display.close()


def show_first(build: Callable[..., BuildReport], *, quiet: bool) -> Callable[..., BuildReport]:
    """Return ``build`` with the progress of its first run shown: people look on when a service starts, not later."""
    runs = 0

    def run(*arguments: Any, **options: Any) -> BuildReport:  # noqa: ANN401 (those of build)
        nonlocal runs
        runs += 1
        with show_progress(quiet=quiet or runs > 1) as progress:
            return build(*arguments, **options, progress=progress)

    return run


class _Display:
    """A line for each kind of work, drawn by rich below what is logged meanwhile."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}

    def tell(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done."""
        if self._bars is None:
            if time.monotonic() - self._since < _PATIENCE_S:
                return
            self._bars = _draw()
        if what not in self._tasks:
            self._finish()
            self._tasks[what] = self._bars.add_task(_DONE.get(what, what), total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)

    def close(self) -> None:
        """Wipe it away; what is left is what the build says."""
        if self._bars is not None:
            self._bars.stop()
            _log_to(sys.stderr)

    def _finish(self) -> None:
        """Show the work before as done: it tells of each piece before that is."""
        if self._bars is not None:
            for task in self._bars.tasks:
                self._bars.update(task.id, completed=task.total)


def _draw() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, highlight=False)
    columns = (MofNCompleteColumn(), TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    bars = Bars(
        *columns,
        TextColumn("left"),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bars.start()
    # A signal that ends us would leave the terminal without one.
    console.show_cursor(show=True)
    _log_to(_Above(console))
    return bars


class _Above:
    """A stream that writes whole lines above what is drawn; rich's own would break long ones."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> None:
        self._console.out(text.removesuffix("\n"), highlight=False)

    def flush(self) -> None:
        """Do nothing: each line is written at once."""


def _log_to(stream: TextIO | _Above) -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
            handler.setStream(stream)
