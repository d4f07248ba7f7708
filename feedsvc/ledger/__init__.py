"""What cannot be derived again: ids given, go-live times, last good versions, slugs taken, what left which feed.

The one file to back up. It is one transaction over the tables of this package: ``entries``, ``kept``, ``termnames``,
``deleted``, ``retired`` and ``filedates``.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from feedsvc.database import Database, DatabaseError, LayoutError, create_indexes
from feedsvc.errors import LedgerError, StoreError
from feedsvc.ledger import entries, kept, termnames
from feedsvc.ledger.deleted import DeletedEntries
from feedsvc.ledger.filedates import FileDates
from feedsvc.ledger.retired import TABLE as RETIRED
from feedsvc.ledger.retired import retire_paths
from feedsvc.records import to_microseconds

_META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;\n"
_SCHEMA = _META + entries.SCHEMA + kept.SCHEMA + termnames.SCHEMA + create_indexes(entries.INDEXES)

# Of the rows that say which ledgers this one was made of: how their names begin, and how many are kept.
_BEFORE, _MOST_BEFORE = "before:", 200


class Ledger:
    """The ledger in one transaction; nothing is kept unless :meth:`commit` is reached."""

    def __init__(self, database: Database) -> None:
        """Work on the tables of ``database``, which is open to what moves whole tables."""
        self.database = database
        self._changed = False
        database.execute(RETIRED)
        self.kept = kept.KeptPosts(database)
        self.entries = entries.Entries(database, self.kept)
        self.terms = termnames.TermNames(database)
        self.deleted = DeletedEntries(database)
        self.file_dates = FileDates(database)
        if not self.database.row("SELECT 1 FROM meta WHERE name='uuid'"):
            self._put_meta("uuid", secrets.token_hex(8))
            self._put_meta("generation", "0")

    def _put_meta(self, name: str, value: str) -> None:
        self.database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _meta(self, name: str) -> str:
        return str(self.database.row("SELECT value FROM meta WHERE name=?", (name,))[0])

    def is_new(self) -> bool:
        """Tell whether no build was ever committed to this ledger."""
        return self.database.row("SELECT 1 FROM meta WHERE name='site'") is None

    def site_id(self, proposed: str) -> str:
        """Return what the ids of the feeds themselves begin with: the site's first address, for ever."""
        if self.is_new():
            self._changed = True
            self._put_meta("site", proposed)
        return self._meta("site")

    @property
    def site(self) -> str | None:
        """What the ids of the feeds themselves begin with; None before the first build."""
        return None if self.is_new() else self._meta("site")

    def touch(self) -> None:
        """Say that a table was changed by other hands: the next build reads every post again."""
        self._changed = True

    def mark(self) -> str:
        """Name this ledger at this generation; an index that saw another one is out of date."""
        return f"{self._meta('uuid')}:{self._meta('generation')}"

    def includes(self, mark: str) -> bool:
        """Tell whether this ledger is the one with that mark, or was made of it by later builds."""
        uuid, _, generation = mark.partition(":")
        row = self.database.row("SELECT value FROM meta WHERE name=?", (f"{_BEFORE}{uuid}",))
        known = self._meta("generation") if uuid == self._meta("uuid") else row[0] if row else ""
        return known.isdecimal() and generation.isdecimal() and int(known) >= int(generation)

    def branch(self) -> None:
        """Name it anew, for a machine that goes on from another one's: what both add from here must differ by mark.

        It remembers the latest of those it was made of, for :meth:`includes`.
        """
        self._put_meta(f"{_BEFORE}{self._meta('uuid')}", self._meta("generation"))
        self._put_meta("uuid", secrets.token_hex(8))
        self.database.execute(
            "DELETE FROM meta WHERE name LIKE ? AND name NOT IN (SELECT name FROM meta WHERE name LIKE ? "
            "ORDER BY CAST(value AS INTEGER) DESC LIMIT ?)",
            (f"{_BEFORE}%", f"{_BEFORE}%", _MOST_BEFORE),
        )

    def commit(self) -> None:
        """Make what was decided durable, as a new generation if anything changed."""
        tables = (self.entries, self.kept, self.terms, self.deleted, self.file_dates)
        if self._changed or any(table.changed for table in tables):
            self._put_meta("generation", str(int(self._meta("generation")) + 1))
            self._changed = False
            for table in tables:
                table.changed = False
        self.database.commit()

    def retire(self, left: Iterable[str], published: Collection[str], now: datetime) -> frozenset[str]:
        """Note the URL paths that were published and are ``left`` now; return all that are gone."""
        changed, gone = retire_paths(self.database, left, published, to_microseconds(now))
        self._changed = self._changed or changed
        return gone

    def close(self) -> None:
        """Forget what was not committed."""
        self.database.close()


def open_ledger(path: Path) -> Ledger:
    """Open or create the ledger.

    Raises LedgerError where the file is no ledger any more: going on without it
    would give every entry a new id.
    """
    return Ledger(Database(path, schema=_SCHEMA, version=1, durable=True, explain=_explain))


def _explain(error: DatabaseError) -> StoreError:
    if isinstance(error, LayoutError):
        hint = "use the feedsvc that wrote it, or a later one; the ledger itself is sound"
        return LedgerError(error.path, error.reason, hint)
    if not error.damaged:
        return error
    hint = "restore it from your backup; only if there is none, move it away and build again: ids are then made anew"
    return LedgerError(error.path, f"the ledger is damaged ({error.reason})", hint)
