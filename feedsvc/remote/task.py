"""What one sending works with: from where to where, under which lease, and what is said of the objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from feedsvc.objects.store import Objects
from feedsvc.remote.sent import Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is said of objects, and how long those stay that are needed no more.

    ``cache_control`` is of feeds, ``archive_cache_control`` of pages of archives. ``extras`` are the Content-Types, by
    name, of files of the tree that are no documents of feeds. ``document_of`` returns the path of the feed document
    of whose archive a URL path is a page, or an empty string.
    """

    cache_control: str
    archive_cache_control: str
    grace: timedelta
    extras: Mapping[str, str] = field(default_factory=dict)
    document_of: Callable[[str], str] = lambda _: ""

    @property
    def rules(self) -> str:
        """What all objects have to be looked at for when it changes."""
        return f"{self.cache_control} | {self.archive_cache_control}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """From where to where: ``directory`` is the published tree, ``state`` the state directory.

    ``term`` is that of our lease, and ``check`` raises :class:`LeaseLostError` when it is ours no more.
    """

    objects: Objects
    directory: Path
    state: Path
    term: int
    check: Callable[[], None]
    now: datetime
    terms: Terms

    @property
    def memory(self) -> Memory:
        """What is remembered of the store."""
        return Memory(self.state)
