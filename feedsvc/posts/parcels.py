"""How files to read, and what became of them, go from one process to another: as flat tuples of what pickle knows.

A named tuple is pickled as a call of its class, a datetime as another. Of 100,000 posts that took 3 seconds of
both processes together; so it takes one. What the other side knows already is not sent at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from feedsvc.model import SourceFile, Use
from feedsvc.posts.files import Reading, Unread
from feedsvc.records import PostRecord

In = TypeVar("In")
Out = TypeVar("Out")


def _as_it_is(batch: Any) -> Any:  # noqa: ANN401 (whatever pickle takes)
    return batch


def _done_as_it_is(_: Any, done: Any) -> Any:  # noqa: ANN401 (whatever pickle takes)
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcels(Generic[In, Out]):
    """How a batch of work is sent to a worker, and what became of it is sent back; as pickle does unless said.

    ``unpack_done`` is given the batch, too: what is known of it need not come back.
    """

    pack_work: Callable[[Sequence[In]], Any] = _as_it_is
    unpack_work: Callable[[Any], Sequence[In]] = _as_it_is
    pack_done: Callable[[Sequence[Out]], Any] = _as_it_is
    unpack_done: Callable[[Sequence[In], Any], Sequence[Out]] = _done_as_it_is


def pack_unread(batch: Sequence[Unread]) -> list[tuple[str, str]]:
    """Pack what a reader asks of files: not how they look, which is only passed on."""
    return [(file.path, known) for file, known in batch]


def unpack_unread(packed: Sequence[tuple[str, str]]) -> list[Unread]:
    """Return the files with no looks."""
    return [Unread(SourceFile(path, 0, 0, 0, 0), known) for path, known in packed]


def pack_readings(readings: Sequence[Reading]) -> list[tuple[Any, ...]]:
    """Pack readings without their files; the outcomes that are no records go as they are."""
    return [
        (digest, tuple(outcome) if isinstance(outcome, PostRecord) else outcome, tuple(map(tuple, uses)))
        for _, digest, outcome, uses in readings
    ]


def unpack_readings(batch: Sequence[Unread], packed: Sequence[tuple[Any, ...]]) -> list[Reading]:
    """Return what became of the files of ``batch``."""
    return [
        Reading(
            file,
            digest,
            PostRecord._make(outcome) if type(outcome) is tuple else outcome,
            tuple(map(Use._make, uses)) if uses else (),
        )
        for (file, _), (digest, outcome, uses) in zip(batch, packed, strict=True)
    ]
