"""Which entries a document held in its last editions, so that a client can be sent only what it lacks.

A file a document, in a folder of the state directory. It holds facts and no decisions: "the document with this etag
had these entries". A fact stays true whatever happens afterwards, so the files take no part in the commit of an
edition and are never synced: one that is gone, damaged or behind costs whole answers and nothing else, and the next
change of the document makes it good. A document that never changed has none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

VERSION = 2
HISTORY = "history"
"""The name of the folder in the state directory."""

# Of one document. An edition counts as old from when it was replaced: a client may have fetched it until then.
_EDITIONS = 64
_SECONDS = 31 * 24 * 3600
# What the file grows with: 20 kB for a feed of 50 entries, 200 kB at most.
_REFERENCES = 20_000
# The edition served may be the one before the newest here: when a build died, or while workers take the new one up.
_WITH_BOUNDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEdition:
    """What one edition of a document held.

    ``etags`` are those of all its codings, identity first; ``since`` is when it became the document, in seconds
    since the epoch; ``entries`` are pairs of id and digest (see :class:`feedsvc.publish.slices.Slice`) in the
    document's order; ``complete`` says that every entry of the feed was among them; ``bounds`` are start and end of
    each in the bytes, empty where that is no longer known. ``deleted`` are the ids of those that had left the feed
    not long before, other than by falling off its end, and ``said`` those of them that the document named.
    """

    etags: tuple[str, ...]
    since: int
    entries: tuple[tuple[str, str], ...]
    complete: bool
    bounds: tuple[int, ...] = ()
    deleted: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The editions of the document at ``path`` that are remembered, the newest last."""

    path: str
    editions: tuple[PastEdition, ...] = ()


def add_edition(history: History, edition: PastEdition) -> History:
    """Add the newest edition, and forget what is too old or too much; the one before it always stays."""
    others = (each for each in history.editions if each.etags[0] != edition.etags[0])
    kept = [edition]
    references = len(edition.entries)
    for past in reversed(tuple(others)):
        references += len(past.entries)
        old = edition.since - kept[-1].since > _SECONDS
        if len(kept) > 1 and (old or len(kept) == _EDITIONS or references > _REFERENCES):
            break
        kept.append(past if len(kept) < _WITH_BOUNDS else replace(past, bounds=()))
    return History(path=history.path, editions=tuple(reversed(kept)))


def history_file(directory: Path, path: str) -> Path:
    """Return where the history of the document at ``path`` is kept: a flat name, whatever the path holds."""
    return directory / history_name(path)


def history_name(path: str) -> str:
    """Return the name of that file."""
    return f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.json"


def read_history(directory: Path, path: str) -> History:
    """Read what is remembered; nothing where there is no file, or one that is not whole."""
    try:
        return parse_history(history_file(directory, path).read_bytes(), path)
    except OSError:
        return History(path=path)


def parse_history(data: bytes, path: str) -> History:
    """Read the bytes of such a file, likewise."""
    nothing = History(path=path)
    checksum, _, text = data.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != checksum:
        return nothing
    try:
        return _load(json.loads(text), path) or nothing
    except (ValueError, LookupError, TypeError, RecursionError):
        return nothing


def write_history(directory: Path, history: History) -> None:
    """Replace the file of one document at once; not durable. Raises OSError."""
    text = _dump(history)
    file = history_file(directory, history.path)
    temporary = file.with_suffix(".tmp")  # one build at a time writes here, under its lock
    directory.mkdir(parents=True, exist_ok=True)
    temporary.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
    temporary.replace(file)


def _dump(history: History) -> bytes:
    # Editions share most of their entries, so each entry is written once.
    entries = sorted({entry for edition in history.editions for entry in edition.entries})
    numbers = {entry: number for number, entry in enumerate(entries)}
    deleted = sorted({id_ for edition in history.editions for id_ in edition.deleted})
    places = {id_: place for place, id_ in enumerate(deleted)}
    editions = [
        {
            "etags": each.etags,
            "since": each.since,
            "complete": each.complete,
            "entries": [numbers[entry] for entry in each.entries],
            "bounds": each.bounds,
            "deleted": [places[id_] for id_ in each.deleted],
            "said": [places[id_] for id_ in each.said],
        }
        for each in history.editions
    ]
    document = {"version": VERSION, "path": history.path, "entries": entries, "deleted": deleted, "editions": editions}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _load(document: dict[str, Any], path: str) -> History | None:
    """Read what :func:`_dump` wrote, whole as the checksum says; None for another version or document."""
    if document["version"] != VERSION or document["path"] != path:
        return None
    entries = [(id_, digest) for id_, digest in document["entries"]]
    return History(
        path=path,
        editions=tuple(
            PastEdition(
                etags=tuple(each["etags"]),
                since=each["since"],
                complete=each["complete"],
                entries=tuple(entries[number] for number in each["entries"]),
                bounds=tuple(each["bounds"]),
                deleted=tuple(document["deleted"][place] for place in each["deleted"]),
                said=tuple(document["deleted"][place] for place in each["said"]),
            )
            for each in document["editions"]
        ),
    )
