"""What cannot be derived again: ids given, go-live times, last good versions, slugs taken, what left which feed.

The one file to back up. A row is never deleted, so an id is never given twice.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from feedsvc.database import Database, DatabaseError, LayoutError, create_indexes, placeholders
from feedsvc.deleted import DeletedEntries
from feedsvc.errors import LedgerError, StoreError
from feedsvc.filedates import FileDates
from feedsvc.model import Finding, Post
from feedsvc.records import dump_post, from_microseconds, load_post, to_microseconds
from feedsvc.renames import Known, find_candidates, match_renames
from feedsvc.retired import retire_paths

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    id TEXT PRIMARY KEY, path TEXT UNIQUE, digest TEXT NOT NULL, body_digest TEXT NOT NULL,
    live_at INTEGER NOT NULL, withdrawn_at INTEGER) WITHOUT ROWID;
CREATE TABLE kept (path TEXT PRIMARY KEY, post TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE terms (
    kind TEXT, key TEXT, slug TEXT NOT NULL, label TEXT NOT NULL,
    PRIMARY KEY (kind, key), UNIQUE (kind, slug)) WITHOUT ROWID;
"""
_INDEXES = {"entries_digest": "entries (digest)", "entries_body": "entries (body_digest)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """A post let in: its id for ever, when it went live, and what to tell its author."""

    id: str
    live_at: datetime
    finding: Finding | None = None


class Ledger:
    """The ledger in one transaction; nothing is kept unless :meth:`commit` is reached."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed = False
        self.deleted = DeletedEntries(database)
        self.file_dates = FileDates(database)
        if not self._database.row("SELECT 1 FROM meta WHERE name='uuid'"):
            self._put_meta("uuid", secrets.token_hex(8))
            self._put_meta("generation", "0")
        # An empty ledger has published nothing: each post counts as live since its own date.
        self._first_build = not self._database.row("SELECT 1 FROM entries LIMIT 1")

    def _put_meta(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _meta(self, name: str) -> str:
        return str(self._database.row("SELECT value FROM meta WHERE name=?", (name,))[0])

    def is_new(self) -> bool:
        """Tell whether no build was ever committed to this ledger."""
        return self._database.row("SELECT 1 FROM meta WHERE name='site'") is None

    def site_id(self, proposed: str) -> str:
        """Return what the ids of the feeds themselves begin with: the site's first address, for ever."""
        if self.is_new():
            self._changed = True
            self._put_meta("site", proposed)
        return self._meta("site")

    def mark(self) -> str:
        """Name this ledger at this generation; an index that saw another one is out of date."""
        return f"{self._meta('uuid')}:{self._meta('generation')}"

    def commit(self) -> None:
        """Make what was decided durable, as a new generation if anything changed."""
        if self._changed or self.deleted.changed or self.file_dates.changed:
            self._put_meta("generation", str(int(self._meta("generation")) + 1))
            self._changed = self.deleted.changed = self.file_dates.changed = False
        self._database.commit()

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Let many posts in: the first time nothing is looked up by what the indexes are for."""
        with self._database.without(_INDEXES if self._first_build else {}):
            yield

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

    def may_be_renamed(self, records: Sequence[Known]) -> frozenset[str]:
        """Return the paths of those that are new, and share bytes or text with a known post."""
        return frozenset() if self._first_build else find_candidates(self._database, records)

    def match_renames(
        self, records: Iterable[Known], is_there: Callable[[str], bool], vanished: frozenset[str]
    ) -> Mapping[str, str]:
        """Find the posts that are known files under a new name: new path -> old path; see :mod:`feedsvc.renames`."""
        return {} if self._first_build else match_renames(self._database, records, is_there, vanished)

    def rename(self, old: str, new: str) -> None:
        """Let the entry known at ``old`` live on at ``new``."""
        self._changed = True
        self.release(old)
        self._database.execute("UPDATE entries SET path=NULL WHERE path=?", (new,))
        self._database.execute("UPDATE entries SET path=? WHERE path=?", (new, old))

    def admit(self, record: Known, now: datetime, window: timedelta = timedelta(0)) -> Admission:
        """Let one live post in, as :meth:`admit_all` does."""
        return self.admit_all([record], now, window)[0]

    def admit_all(self, records: Sequence[Known], now: datetime, window: timedelta = timedelta(0)) -> list[Admission]:
        """Let live posts in, in this order: a known path keeps its id, a new one gets the id it proposes.

        A withdrawn post that returns keeps its go-live time, unless its date says that it was meant to go live anew,
        or it was taken away within ``window`` of going live: then not every reader can have seen it.
        """
        known = self._rows([record.path for record in records])
        taken = self._taken([record.proposed_id for record in records if record.path not in known])
        admissions, updates, inserts = [], [], []
        for record in records:
            row = known.get(record.path)
            if row is None:
                id_, instant = self._new_id(record, taken), self._go_live(record, now)
                taken.add(id_)
                inserts.append((id_, record.path, record.digest, record.body_digest, to_microseconds(instant)))
            else:
                id_, live_at, withdrawn_at, digest = row
                instant = from_microseconds(live_at)
                if withdrawn_at is not None:
                    stood = from_microseconds(withdrawn_at) - instant
                    instant = now if record.published > instant or stood < window else instant
                if withdrawn_at is not None or digest != record.digest:
                    updates.append((record.digest, record.body_digest, to_microseconds(instant), id_))
            admissions.append(Admission(id=id_, live_at=instant, finding=_double_id(record, id_)))
        self._changed = self._changed or bool(inserts or updates)
        self._database.write("INSERT INTO entries VALUES (?, ?, ?, ?, ?, NULL)", inserts)
        update = "UPDATE entries SET digest=?, body_digest=?, live_at=?, withdrawn_at=NULL WHERE id=?"
        self._database.write(update, updates)
        return admissions

    def _go_live(self, record: Known, now: datetime) -> datetime:
        # Not later than now: a date in the far future would leave every other post out of the window.
        return min(record.published, now) if self._first_build else now

    def _taken(self, ids: Sequence[str]) -> set[str]:
        rows = self._database.rows(f"SELECT id FROM entries WHERE id IN ({placeholders(ids)})", ids)  # noqa: S608
        return {row[0] for row in rows}

    def _new_id(self, record: Known, taken: Collection[str]) -> str:
        if record.proposed_id not in taken:
            return record.proposed_id
        candidates = (record.proposed_id + suffix for suffix in _suffixes("#", record.path, 4) if suffix)
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
            self.release(path)
            row = self._row(path)
            if row and row[2] is None:
                self._changed = True
                self._database.execute("UPDATE entries SET withdrawn_at=? WHERE path=?", (to_microseconds(now), path))

    def keep(self, post: Post) -> None:
        """Keep the last good version of a post whose file is rejected now."""
        record = dump_post(post)
        if not self._database.row("SELECT 1 FROM kept WHERE path=? AND post=?", (post.path, record)):
            self._changed = True
            self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (post.path, record))

    def kept(self, path: str) -> Post | None:
        """Return the last good version kept for a rejected file, if there is one."""
        row = self._database.row("SELECT post FROM kept WHERE path=?", (path,))
        return self._database.parse(load_post, row[0]) if row else None

    def release(self, *paths: str) -> None:
        """Drop the kept versions, where there are any: the files are good again, or gone."""
        query = f"SELECT path FROM kept WHERE path IN ({placeholders(paths)})"  # noqa: S608 (question marks)
        for (path,) in self._database.rows(query, paths):
            self._changed = True
            self._database.execute("DELETE FROM kept WHERE path=?", (path,))

    def term_name(self, kind: str, key: str) -> tuple[str, str] | None:
        """Return the slug and the label that a term was given; None if it has none yet."""
        row = self._database.row("SELECT slug, label FROM terms WHERE kind=? AND key=?", (kind, key))
        return (row[0], row[1]) if row else None

    def name_term(self, kind: str, key: str, proposed: str, label: str) -> tuple[str, str]:
        """Give a term its label, and the slug that is its own for ever; return both.

        Who comes second to a slug gets a suffix.
        """
        known = self.term_name(kind, key)
        slug = known[0] if known else self._free_slug(kind, key, proposed)
        self._changed = True
        self._database.execute("INSERT OR REPLACE INTO terms VALUES (?, ?, ?, ?)", (kind, key, slug, label))
        return slug, label

    def _free_slug(self, kind: str, key: str, proposed: str) -> str:
        taken = "SELECT 1 FROM terms WHERE kind=? AND slug=?"
        candidates = (proposed + suffix for suffix in _suffixes("-", key, 3))
        return next(slug for slug in candidates if not self._database.row(taken, (kind, slug)))

    def retire(self, left: Iterable[str], published: Collection[str], now: datetime) -> frozenset[str]:
        """Note the URL paths that were published and are ``left`` now; return all that are gone."""
        changed, gone = retire_paths(self._database, left, published, to_microseconds(now))
        self._changed = self._changed or changed
        return gone

    def close(self) -> None:
        """Forget what was not committed."""
        self._database.close()


def _suffixes(mark: str, name: str, size: int) -> Iterator[str]:
    """Return no suffix first, then ones that hang on the name and, should they be taken too, on a count."""
    yield ""
    for count in itertools.count():
        yield mark + blake2b(f"{name}\n{count}".encode(), digest_size=size).hexdigest()


def _double_id(post: Known, id_: str) -> Finding | None:
    if not id_.startswith(post.proposed_id + "#"):
        return None
    return Finding(
        path=post.path,
        reason=f"the id {post.proposed_id} already belongs to another post, so this one is published as {id_}",
        hint="give it a permalink or an id of its own",
    )


def open_ledger(path: Path) -> Ledger:
    """Open or create the ledger.

    Raises LedgerError where the file is no ledger any more: going on without it
    would give every entry a new id.
    """
    return Ledger(Database(path, schema=_SCHEMA + create_indexes(_INDEXES), version=1, durable=True, explain=_explain))


def _explain(error: DatabaseError) -> StoreError:
    if isinstance(error, LayoutError):
        hint = "use the feedsvc that wrote it, or a later one; the ledger itself is sound"
        return LedgerError(error.path, error.reason, hint)
    if not error.damaged:
        return error
    hint = "restore it from your backup; only if there is none, move it away and build again: ids are then made anew"
    return LedgerError(error.path, f"the ledger is damaged ({error.reason})", hint)
