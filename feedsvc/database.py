"""One way to open a SQLite file, and one error for all that can go wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from feedsvc.errors import StoreError

S = TypeVar("S", str, bytes)
T = TypeVar("T")

# Bytes of a page of a database that is made anew. A record of a post takes a quarter of SQLite's own 4096, and a first
# build of 100,000 posts spent a fifth of its time in SQLite on pages that are filled up, split and written.
_PAGE_BYTES = 16 * 1024

# KiB of pages to hold, twice in a build. With SQLite's own 2 MB, a tree of 100,000 paths is read again and again.
_CACHE_KB = 32 * 1024


def create_indexes(indexes: Mapping[str, str]) -> str:
    """Return the statements that create indexes: by name what each is on."""
    return "".join(f"CREATE INDEX {name} ON {of};\n" for name, of in indexes.items())


def placeholders(values: Sized) -> str:
    """Return as many question marks as there are values, for an ``IN (…)``."""
    return ",".join("?" * len(values))


class DatabaseError(StoreError):
    """A database file is damaged, locked, unwritable or of another version.

    ``damaged`` tells a file that is no good from a disk that is.
    """

    def __init__(self, path: str, reason: str, hint: str = "", *, damaged: bool = False) -> None:
        self.damaged = damaged
        super().__init__(path, reason, hint)


class LayoutError(DatabaseError):
    """The file is of another version of feedsvc; sound, but not ours to read."""


class Database:
    """A connection in one explicit transaction, its errors turned into what ``explain`` makes of a DatabaseError.

    With ``reading`` it makes no file, and others may write meanwhile; it writes nothing, but to take back what a writer
    that was killed had begun.
    Rollback journals rather than WAL: a database that is one file can be deleted
    or copied by people who do not know SQLite.
    """

    def __init__(
        self,
        path: Path,
        *,
        schema: str,
        version: int,
        durable: bool,
        reading: bool = False,
        explain: Callable[[DatabaseError], StoreError] = lambda error: error,
    ) -> None:
        self.path, self._explain = path, explain
        self._connection: sqlite3.Connection | None = None
        try:
            name, uri = (f"{path.absolute().as_uri()}?mode=ro", True) if reading else (path, False)
            self._connection = sqlite3.connect(name, isolation_level=None, timeout=10, check_same_thread=False, uri=uri)
            if reading:
                _roll_back(path, self._connection)
            self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")
            self._connection.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
            self._prepare(schema, version, reading=reading)
            self._connection.execute("BEGIN" if reading else "BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._failure(error) from error
        except StoreError:
            self.close()
            raise

    def _prepare(self, schema: str, version: int, *, reading: bool) -> None:
        found = self.execute("PRAGMA user_version").fetchone()[0]
        if found not in (0, version):
            told = LayoutError(str(self.path), f"has layout {found}, this feedsvc reads {version}", damaged=True)
            raise self._explain(told)
        if found == 0 and not reading:
            self._make(schema, version)

    def _make(self, schema: str, version: int) -> None:
        try:
            self.connection.executescript(f"BEGIN IMMEDIATE;{schema};PRAGMA user_version={version};COMMIT")
        except sqlite3.OperationalError:
            # Somebody else may have made it while this one waited for its turn.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            if self.execute("PRAGMA user_version").fetchone()[0] != version:
                raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection; raises DatabaseError once closed."""
        if self._connection is None:
            raise DatabaseError(str(self.path), "is closed")
        return self._connection

    def _failure(self, error: sqlite3.Error) -> StoreError:
        self.close()
        hint = "free some space and build again" if "full" in str(error) else ""
        told = DatabaseError(str(self.path), f"SQLite says: {error}", hint, damaged=_is_damage(error))
        return self._explain(told)

    def execute(self, statement: str, values: Iterable[Any] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        try:
            return self.connection.execute(statement, tuple(values))
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def rows(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        """Run one query and fetch every row, so that damage shows here and not at the caller."""
        try:
            return self.connection.execute(statement, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def each(self, statement: str, values: Iterable[Any] = ()) -> Iterator[Any]:
        """Run one query and hand on row by row, for tables that need not fit into memory."""
        try:
            yield from self.connection.execute(statement, tuple(values))
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def row(self, statement: str, values: Iterable[Any] = ()) -> Any:  # noqa: ANN401 (a row is what the query says)
        """Run one query and fetch its first row, or None."""
        try:
            return self.connection.execute(statement, tuple(values)).fetchone()
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def parse(self, load: Callable[[S], T], record: S) -> T:
        """Read a record back; one that cannot be read is damage like any other."""
        try:
            return load(record)
        except (ValueError, LookupError, TypeError) as error:
            self.close()
            told = DatabaseError(str(self.path), f"a record cannot be read: {error}", damaged=True)
            raise self._explain(told) from error

    def write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""
        try:
            self.connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise self._failure(error) from error

    @contextmanager
    def without(self, indexes: Mapping[str, str]) -> Iterator[None]:
        """Do without the indexes, by name what each is on, for as long as many rows are added, and sort them once."""
        for name in indexes:
            self.execute(f"DROP INDEX {name}")
        yield
        for name, of in indexes.items():
            self.execute(f"CREATE INDEX {name} ON {of}")

    def commit(self) -> None:
        """Make everything since the last commit durable and begin again."""
        try:
            self.connection.execute("COMMIT")
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Forget what was not committed and close; closing twice is allowed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        self.close()
        return False


def _roll_back(path: Path, reader: sqlite3.Connection) -> None:
    """Take back what a killed writer began, as its journal says; who only reads is refused until somebody has."""
    try:
        reader.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        uri = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, isolation_level=None, timeout=10, uri=True)) as writer:
            writer.execute("PRAGMA user_version").fetchone()


def _is_damage(error: sqlite3.Error) -> bool:
    """Tell a file that is no good from a disk that is full or a lock that is held."""
    if type(error) is sqlite3.OperationalError:
        return any(sign in str(error) for sign in ("no such table", "no such column", "Could not decode"))
    return type(error) is sqlite3.DatabaseError
