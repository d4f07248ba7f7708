"""The ids given, for people to look at, and what they may mend of them.

No id is ever forgotten: who holds an entry by it would take the next one of that id for the same. What an entry was
called before stays in the ledger without a path, and its feeds tell that it is gone.
"""

from __future__ import annotations

import difflib
import itertools
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feedsvc.errors import MendError
from feedsvc.model import SITE
from feedsvc.posts.ids import is_absolute_iri
from feedsvc.records import from_microseconds, to_microseconds

if TYPE_CHECKING:
    from feedsvc.index.posts import FeedKey
    from feedsvc.ledger import Ledger

# Paths to compare with one that is not known; comparing takes some 50 µs each.
_CANDIDATES = 5000
_ENTRY = "SELECT id, path, live_at, withdrawn_at FROM entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenId:
    """An id and whose it is; ``path`` is empty where no file has it any more, ``withdrawn_at`` None while live."""

    id: str
    path: str
    live_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What was changed: the post at ``path`` is ``id`` from the next build on. ``gone`` is what its feeds call gone.

    ``feeds`` are those that showed it; ``gone`` is empty where nobody was shown the post by another id. Where it had
    the id before, nothing was ``changed``.
    """

    path: str
    id: str
    gone: str = ""
    feeds: frozenset[FeedKey] = frozenset()
    changed: bool = True


def list_ids(ledger: Ledger, path: str = "", id_: str = "") -> Iterator[GivenId]:
    """Return the ids given whose path and whose id hold these texts, by path; those without a path come last."""
    path = unicodedata.normalize("NFC", path)
    rows = itertools.chain(
        ledger.database.each(f"{_ENTRY} WHERE path IS NOT NULL ORDER BY path"),
        ledger.database.each(f"{_ENTRY} WHERE path IS NULL ORDER BY id"),
    )
    for row in rows:
        if id_ in row[0] and path in unicodedata.normalize("NFC", row[1] or ""):
            yield _given(row)


def _given(row: Any) -> GivenId:  # noqa: ANN401 (a row is what the query says)
    return GivenId(
        id=row[0],
        path=row[1] or "",
        live_at=from_microseconds(row[2]),
        withdrawn_at=None if row[3] is None else from_microseconds(row[3]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mender:
    """Changes ids in a ledger that the caller commits; nothing is changed where it raises MendError.

    ``feeds_of`` tells the feeds that a post is in, ``is_there`` whether there is a file at a path.
    """

    ledger: Ledger
    feeds_of: Callable[[str], frozenset[FeedKey]]
    is_there: Callable[[str], bool]
    now: datetime

    def knows(self, path: str) -> bool:
        """Tell whether an entry has, or had, this path."""
        return self._one("path=?", path) is not None

    def set_id(self, path: str, id_: str) -> Mend:
        """Give the post at ``path`` another id: a new one, or one that a post had which is withdrawn."""
        entry = self._entry(path)
        if not is_absolute_iri(id_):
            raise MendError(id_, "this is no absolute IRI, so it can be no id", "write it like tag:example.org,2024:1")
        other = self._one("id=?", id_)
        if other is not None and other.path not in ("", path) and other.withdrawn_at is None:
            raise MendError(id_, f"this is the id of {other.path}", "no two posts can share one")
        return self._continue(entry, id_, other)

    def move(self, old: str, new: str) -> Mend:
        """Let the post at ``new`` continue the entry that ``old`` was: as if the rename had been seen."""
        entry = self._entry(old)
        if self.is_there(old):
            raise MendError(old, "this file is still there, and keeps its id", "remove or rename the file first")
        there = self._one("path=?", new)
        if there is not None:
            return self._continue(there, entry.id, entry)
        if not self.is_there(new):
            raise self._unknown(new)
        self.ledger.entries.rename(old, new)
        return Mend(path=new, id=entry.id)

    def _continue(self, entry: GivenId, id_: str, other: GivenId | None) -> Mend:
        """Let the post of ``entry`` go on as ``id_``, which ``other`` has if anybody ever had it."""
        if entry.id == id_:
            return Mend(path=entry.path, id=id_, changed=False)
        execute = self.ledger.database.execute
        state = execute("SELECT digest, body_digest, withdrawn_at FROM entries WHERE id=?", (entry.id,)).fetchone()
        feeds = self.feeds_of(entry.path) | {SITE} if entry.withdrawn_at is None else frozenset[tuple[str, str]]()
        self.ledger.deleted.note(entry.id, sorted(feeds), self.now)
        execute(
            "UPDATE entries SET path=NULL, withdrawn_at=coalesce(withdrawn_at, ?) WHERE id=?",
            (to_microseconds(self.now), entry.id),
        )
        if other is None:
            added = (
                "INSERT INTO entries (id, path, digest, body_digest, withdrawn_at, live_at) VALUES (?, ?, ?, ?, ?, ?)"
            )
            execute(added, (id_, entry.path, *state, to_microseconds(entry.live_at)))
        else:
            self.ledger.kept.release(*filter(None, [other.path]))
            update = "UPDATE entries SET path=?, digest=?, body_digest=?, withdrawn_at=? WHERE id=?"
            execute(update, (entry.path, *state, id_))
        self.ledger.touch()
        return Mend(path=entry.path, id=id_, gone=entry.id if feeds else "", feeds=feeds)

    def _entry(self, path: str) -> GivenId:
        entry = self._one("path=?", path)
        if entry is None:
            raise self._unknown(path)
        return entry

    def _one(self, where: str, value: str) -> GivenId | None:
        row = self.ledger.database.row(f"{_ENTRY} WHERE {where}", (value,))
        return _given(row) if row else None

    def _unknown(self, path: str) -> MendError:
        near = self._nearest(path)
        hint = f"the nearest known one is {near}" if near else "`feedsvc ids` lists those that are known"
        return MendError(path, "no post is known by this path", hint)

    def _nearest(self, path: str) -> str:
        """Return the known path that looks most like ``path``, of those that begin or end as it does."""
        rows = self.ledger.database.each("SELECT path FROM entries WHERE path IS NOT NULL ORDER BY path")
        alike = (known for (known,) in rows if known[:7] == path[:7] or known[-9:] == path[-9:])
        found = difflib.get_close_matches(path, list(itertools.islice(alike, _CANDIDATES)), n=1)
        return found[0] if found else ""
