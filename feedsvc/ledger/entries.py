"""The entries, as the ledger remembers them: ids given, the paths they live at, go-live times, what was withdrawn.

A row is never deleted, so an id is never given twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from feedsvc.database import Database, placeholders
from feedsvc.ledger.kept import KeptPosts
from feedsvc.ledger.renames import Known, find_candidates, match_renames
from feedsvc.ledger.suffixes import suffixes
from feedsvc.model import Finding, Post
from feedsvc.records import PostRecord, from_microseconds, record_post, to_microseconds

SCHEMA = """
CREATE TABLE entries (
    id TEXT PRIMARY KEY, path TEXT UNIQUE, digest TEXT NOT NULL, body_digest TEXT NOT NULL,
    live_at INTEGER NOT NULL, withdrawn_at INTEGER) WITHOUT ROWID;
"""
INDEXES = {"entries_digest": "entries (digest)", "entries_body": "entries (body_digest)"}


class Admission(NamedTuple):
    """A post let in: its id for ever, when it went live, and what to tell its author.

    ``instant`` is when, in microseconds since the epoch. A tuple, since there is one for each post.
    """

    id: str
    instant: int
    finding: Finding | None = None

    @property
    def live_at(self) -> datetime:
        """When the post went live."""
        return from_microseconds(self.instant)


class Entries:
    """The table of entries. ``changed``: it is not as it was read."""

    def __init__(self, database: Database, kept: KeptPosts) -> None:
        self._database, self._kept = database, kept
        self.changed = False
        # An empty ledger has published nothing: each post counts as live since its own date.
        self._first_build = not database.row("SELECT 1 FROM entries LIMIT 1")
        self._all_new = False

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Let many posts in, each once: the first time nothing is looked up by path, or by what the indexes are for."""
        self._all_new = self._first_build
        try:
            with self._database.without(INDEXES if self._first_build else {}):
                yield
        finally:
            self._all_new = False

    def live_paths(self) -> frozenset[str]:
        """Return the paths of all posts that are in feeds."""
        rows = self._database.rows("SELECT path FROM entries WHERE withdrawn_at IS NULL AND path IS NOT NULL")
        return frozenset(row[0] for row in rows)

    def live_id(self, path: str) -> str | None:
        """Return the id of the post at this path if it is in feeds."""
        row = self._row(path)
        return row[0] if row and row[2] is None else None

    def count_live(self, paths: Iterable[str]) -> int:
        """Return how many of the paths are of posts in feeds."""
        live = "SELECT 1 FROM entries WHERE path=? AND withdrawn_at IS NULL"
        return sum(self._database.row(live, (path,)) is not None for path in paths)

    def count_live_up_to(self, most: int) -> int:
        """Return how many posts are in feeds, or ``most`` where there are more: it costs no more than that."""
        live = "SELECT 1 FROM entries WHERE withdrawn_at IS NULL AND path IS NOT NULL LIMIT ?"
        return int(self._database.row(f"SELECT count(*) FROM ({live})", (most,))[0])  # noqa: S608 (constants)

    def may_be_renamed(self, records: Iterable[Known]) -> frozenset[str]:
        """Return the paths of those that are new, and share bytes or text with a known post."""
        return frozenset() if self._first_build else find_candidates(self._database, list(records))

    def match_renames(
        self, records: Iterable[Known], is_there: Callable[[str], bool], vanished: frozenset[str]
    ) -> Mapping[str, str]:
        """Find the posts that are known files under a new name: new path -> old path; see ``renames``."""
        return {} if self._first_build else match_renames(self._database, records, is_there, vanished)

    def rename(self, old: str, new: str) -> None:
        """Let the entry known at ``old`` live on at ``new``."""
        self.changed = True
        self._kept.release(old)
        self._database.execute("UPDATE entries SET path=NULL WHERE path=?", (new,))
        self._database.execute("UPDATE entries SET path=? WHERE path=?", (new, old))

    def admit(self, post: Post, now: datetime, window: timedelta = timedelta(0)) -> Admission:
        """Let one live post in, as :meth:`admit_all` does."""
        return self.admit_all([record_post(post)], now, lambda _: window)[0]

    def admit_all(
        self, records: Sequence[PostRecord], now: datetime, window_of: Callable[[PostRecord], timedelta]
    ) -> list[Admission]:
        """Let live posts in, in this order: a known path keeps its id, a new one gets the id it proposes.

        A withdrawn post that returns keeps its go-live time, unless its date says that it was meant to go live anew,
        or it was taken away within its window of going live: then not every reader can have seen it.
        """
        known = {} if self._all_new else self._rows([record.path for record in records])
        taken = self._taken([record.proposed_id for record in records if record.path not in known])
        at = to_microseconds(now)
        admissions, updates, inserts = [], [], []
        for record in records:
            row = known.get(record.path)
            if row is None:
                id_, instant = self._new_id(record, taken), self._go_live(record, at)
                taken.add(id_)
                inserts.append((id_, record.path, record.digest, record.body_digest, instant))
            else:
                id_, instant, withdrawn_at, digest = row
                if withdrawn_at is not None:
                    stood = timedelta(microseconds=withdrawn_at - instant)
                    instant = at if record.published > instant or stood < window_of(record) else instant
                if withdrawn_at is not None or digest != record.digest:
                    updates.append((record.digest, record.body_digest, instant, id_))
            finding = None if id_ == record.proposed_id else _double_id(record, id_)
            admissions.append(Admission(id_, instant, finding))
        self.changed = self.changed or bool(inserts or updates)
        self._database.write("INSERT INTO entries VALUES (?, ?, ?, ?, ?, NULL)", inserts)
        update = "UPDATE entries SET digest=?, body_digest=?, live_at=?, withdrawn_at=NULL WHERE id=?"
        self._database.write(update, updates)
        return admissions

    def _go_live(self, record: PostRecord, now: int) -> int:
        # Not later than now: a date in the far future would leave every other post out of the window.
        return min(record.published, now) if self._first_build else now

    def _taken(self, ids: Sequence[str]) -> set[str]:
        rows = self._database.rows(f"SELECT id FROM entries WHERE id IN ({placeholders(ids)})", ids)  # noqa: S608
        return {row[0] for row in rows}

    def _new_id(self, record: PostRecord, taken: Collection[str]) -> str:
        if record.proposed_id not in taken:
            return record.proposed_id
        candidates = (record.proposed_id + suffix for suffix in suffixes("#", record.path, 4) if suffix)
        return next(id_ for id_ in candidates if id_ not in taken and not self._taken([id_]))

    def _rows(self, paths: Sequence[str]) -> dict[str, tuple[str, int, int | None, str]]:
        rows = self._database.rows(
            f"SELECT path, id, live_at, withdrawn_at, digest FROM entries WHERE path IN ({placeholders(paths)})",  # noqa: S608
            paths,
        )
        return {row[0]: row[1:] for row in rows}

    def _row(self, path: str) -> tuple[str, int, int | None, str] | None:
        return self._rows([path]).get(path)

    def withdraw(self, paths: Sequence[str], now: datetime) -> None:
        """Note that these posts left the feeds, and drop their last good versions."""
        for path in paths:
            self._kept.release(path)
            row = self._row(path)
            if row and row[2] is None:
                self.changed = True
                self._database.execute("UPDATE entries SET withdrawn_at=? WHERE path=?", (to_microseconds(now), path))


def _double_id(post: PostRecord, id_: str) -> Finding | None:
    if not id_.startswith(post.proposed_id + "#"):
        return None
    return Finding(
        path=post.path,
        reason=f"the id {post.proposed_id} already belongs to another post, so this one is published as {id_}",
        hint="give it a permalink or an id of its own",
    )
