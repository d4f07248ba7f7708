"""What the options before the command say, handed to the command."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from feedsvc.config import Settings

EXIT_REJECTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The options of the group."""

    config_file: Path | None
    quiet: bool

    def settings(self) -> Settings:
        """Read the configuration; raises ConfigError."""
        from feedsvc.config import load_settings

        settings = load_settings(self.config_file, os.environ, Path.cwd())
        if not gc.isenabled():
            # What is here by now is never looked through for garbage.
            gc.freeze()
            gc.enable()
        return settings

    def replica_settings(self, source: str) -> Settings | None:
        """Read the configuration of a replica of ``source`` or what it names itself; None where there is no replica."""
        from feedsvc.config import load_replica_settings

        return load_replica_settings(self.config_file, os.environ, Path.cwd(), source)


def posts_prefix(settings: Settings) -> str:
    """Return what leads from here to the posts directory, with ``/``; nothing if we are there."""
    directory = os.path.relpath(settings.posts.dir)
    return "" if directory == "." else f"{directory}/"


def now() -> datetime:
    """Return the present, aware and in UTC: the one clock of the command line."""
    return datetime.now(UTC)
