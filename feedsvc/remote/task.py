"""What one sending works with, and the objects that a CDN serves, which no earlier builder may overwrite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from feedsvc.errors import LeaseLostError, ObjectConflictError
from feedsvc.objects.store import Objects, Stored
from feedsvc.publish.manifest import make_etag
from feedsvc.remote.sent import Memory, Sent

_ATTEMPTS = 3


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


def put_served(task: Task, name: str, data: bytes, attributes: Mapping[str, str], *, new: bool) -> Sent:
    """Write what a CDN serves, unless it is there with these bytes and attributes; ``new``: it is likely not there.

    Raises :class:`LeaseLostError` where a builder of a later term was before us.
    """
    ours = {**attributes, "digest": make_etag(data)}
    stored = None if new else task.objects.look(name)
    for _ in range(_ATTEMPTS):
        if stored is not None and _is_settled(task, name, stored, ours):
            return Sent()
        try:
            task.objects.put(name, data, {**ours, "term": str(task.term)}, expect=stored.tag if stored else False)
        except ObjectConflictError:
            stored = task.objects.look(name)
        else:
            return Sent(objects=1, bytes=len(data))
    raise ObjectConflictError(task.objects.place(name), "is written by others again and again", "look who writes there")


def _is_settled(task: Task, name: str, stored: Stored, ours: Mapping[str, str]) -> bool:
    term = stored.attributes.get("term", "")
    if term.isascii() and term.isdigit() and int(term) > task.term:
        raise LeaseLostError(
            task.objects.place(name), f"was written in term {term}, ours is {task.term}", "another builder goes on"
        )
    return all(stored.attributes.get(key) == value for key, value in ours.items())
