"""index: what each file said when it was last read. A cache: delete it and the output is the same."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from feedsvc.database import Database, DatabaseError, create_indexes
from feedsvc.index import archives, archivework, expiring, files, listing, posts, terms, uses
from feedsvc.records import Finished

_log = logging.getLogger(__name__)

WORTH_SORTING = 1000
"""Files that come in at once, from which on it is cheaper to sort them at the end."""

# Those to do without while many posts come in; the others have a row for few of them, and cost those rows only.
_INDEXES = posts.INDEXES | files.INDEXES | uses.INDEXES
_SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
{files.SCHEMA}{listing.SCHEMA}{posts.SCHEMA}{terms.SCHEMA}{archives.SCHEMA}{archivework.SCHEMA}{uses.SCHEMA}{expiring.SCHEMA}
{create_indexes(_INDEXES)}"""


class Index:
    """The index in one transaction; nothing is kept unless :meth:`commit` is reached."""

    def __init__(self, database: Database, kinds: frozenset[str] | None = None) -> None:
        self._database = database
        self.files = files.Files(database)
        self.archives = archives.Archives(database)
        self.archive_work = archivework.ArchiveWork(database)
        self.posts = posts.Posts(database, kinds, self.archive_work.note)
        self.terms = terms.Terms(database, self.archive_work.note_term)
        self.uses = uses.Uses(database)
        self.expiring = expiring.Expiring(database)

    def meta(self, name: str) -> str:
        """Return a remembered value, or an empty string."""
        row = self._database.row("SELECT value FROM meta WHERE name=?", (name,))
        return str(row[0]) if row else ""

    def put_meta(self, name: str, value: str) -> None:
        """Remember a value."""
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def next_change(self) -> datetime | None:
        """Return when the next waiting post goes live, or the next live one leaves, whichever is first."""
        due = (self.posts.next_due(), self.expiring.next_due())
        return min((each for each in due if each is not None), default=None)

    def forget(self) -> None:
        """Have everything read again: what is known was read by other rules.

        The posts stay for now, as the last good versions of those that the new rules refuse.
        """
        for table in ("meta", "terms", "shortened"):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the line above)
        self.files.forget()
        self.posts.forget()
        self.archives.forget()
        self.archive_work.forget()
        self.uses.forget()

    @contextmanager
    def filling(self, files: int) -> Iterator[None]:
        """Take in this many files: the first time it is cheaper to sort them once than to find each its place."""
        anew = files >= WORTH_SORTING and not self._database.row("SELECT 1 FROM posts LIMIT 1")
        with self._database.without(_INDEXES if anew else {}), self.posts.all_new() if anew else nullcontext():
            yield

    def finish(self, finished: Sequence[Finished]) -> None:
        """Keep the whole of recorded posts, and what there is to tell of them and to watch for them."""
        self.posts.keep(finished)
        for each in finished:
            if each.warnings:
                self.files.tell(each.path, each.warnings)
        self.uses.record((each.path, each.uses) for each in finished if each.uses)

    def commit(self) -> None:
        """Keep what was recorded."""
        self._database.commit()

    def close(self) -> None:
        """Forget what was not committed."""
        self._database.close()


def open_index(path: Path, kinds: frozenset[str] | None = None) -> Index:
    """Open the index, or begin a new one where there is none or it is damaged.

    ``kinds`` are those of the terms to look posts up by; None: all. Raises DatabaseError where the directory cannot
    be written.
    """
    try:
        return _open(path, kinds)
    except DatabaseError as error:
        if not error.damaged:
            raise
        _log.warning("%s; it is only a cache, so it is made anew", error)
        delete_index(path)
        return _open(path, kinds)


def delete_index(path: Path) -> None:
    """Delete the index and what SQLite may have left beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _open(path: Path, kinds: frozenset[str] | None) -> Index:
    return Index(Database(path, schema=_SCHEMA, version=10, durable=False), kinds)
