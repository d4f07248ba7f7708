from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from feedsvc.database import Database, DatabaseError

SCHEMA = "CREATE TABLE words (word TEXT PRIMARY KEY) WITHOUT ROWID;"


def open_database(path: Path, *, version: int = 1, durable: bool = False) -> Database:
    return Database(path, schema=SCHEMA, version=version, durable=durable)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.sqlite3"


def test_what_is_committed_is_there_for_the_next_one(path: Path) -> None:
    with open_database(path) as database:
        database.write("INSERT INTO words VALUES (?)", [("가",), ["나"]])
        database.commit()
    with open_database(path) as database:
        assert database.rows("SELECT word FROM words ORDER BY word") == [("가",), ("나",)]
        assert database.row("SELECT word FROM words WHERE word=?", ["나"]) == ("나",)
        assert database.row("SELECT word FROM words WHERE word=?", ["다"]) is None


def test_what_is_not_committed_is_forgotten(path: Path) -> None:
    with open_database(path) as database:
        database.execute("INSERT INTO words VALUES ('kept')")
        database.commit()
        database.execute("INSERT INTO words VALUES ('lost')")
    with open_database(path) as database:
        assert database.rows("SELECT word FROM words") == [("kept",)]


def test_a_commit_begins_the_next_transaction(path: Path) -> None:
    with open_database(path) as database:
        database.commit()
        assert database.connection.in_transaction


def test_it_is_one_file_once_closed(path: Path) -> None:
    with open_database(path) as database:
        database.execute("INSERT INTO words VALUES ('one')")
        database.commit()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_only_a_durable_one_waits_for_the_disk_at_each_commit(path: Path, durable: bool, level: int) -> None:
    with open_database(path, durable=durable) as database:
        assert database.row("PRAGMA synchronous") == (level,)


def test_another_layout_is_told_apart_and_counts_as_damage(path: Path) -> None:
    open_database(path, version=2).close()
    with pytest.raises(DatabaseError, match=r"words\.sqlite3: has layout 2, this feedsvc reads 1") as caught:
        open_database(path, version=1)
    assert caught.value.damaged
    with open_database(path, version=2) as database:
        assert database.rows("SELECT * FROM words") == []


@pytest.mark.parametrize(
    "content", [b"not a database at all", b"SQLite format 3\0" + b"\xff" * 5000], ids=["text", "header"]
)
def test_a_file_that_is_no_database_is_damaged_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DatabaseError) as caught:
        open_database(path)
    assert caught.value.damaged
    assert str(caught.value).startswith(f"{path}: SQLite says: ")
    assert path.read_bytes() == content


def test_a_damaged_page_shows_at_the_query(path: Path) -> None:
    with open_database(path) as database:
        database.write("INSERT INTO words VALUES (?)", [(f"{number:0100}",) for number in range(500)])
        database.commit()
    data = bytearray(path.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    assert len(data) > 2 * page
    data[page:] = b"\xff" * (len(data) - page)
    path.write_bytes(data)
    with open_database(path) as database, pytest.raises(DatabaseError) as caught:
        database.rows("SELECT word FROM words")
    assert caught.value.damaged


def test_a_directory_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="unable to open database file") as caught:
        open_database(tmp_path / "missing" / "words.sqlite3")
    assert not caught.value.damaged


def test_a_file_that_may_not_be_written_is_no_damage(path: Path) -> None:
    with open_database(path) as database:
        database.execute("PRAGMA query_only=1")
        with pytest.raises(DatabaseError, match="attempt to write a readonly database") as caught:
            database.execute("INSERT INTO words VALUES ('x')")
    assert not caught.value.damaged


Use = Callable[[Database], object]


@pytest.mark.parametrize(
    "use",
    [
        lambda database: database.execute("nonsense"),
        lambda database: database.row("nonsense"),
        lambda database: database.rows("nonsense"),
        lambda database: database.write("nonsense", [()]),
    ],
    ids=["execute", "row", "rows", "write"],
)
def test_an_error_closes_the_database_and_undoes_what_was_not_committed(path: Path, use: Use) -> None:
    database = open_database(path)
    database.execute("INSERT INTO words VALUES ('lost')")
    with pytest.raises(DatabaseError, match=r"SQLite says: .*nonsense"):
        use(database)
    with pytest.raises(DatabaseError, match="is closed"):
        database.rows("SELECT word FROM words")
    with open_database(path) as again:
        assert again.rows("SELECT word FROM words") == []


def test_a_commit_that_fails_is_told_and_closes_the_database(path: Path) -> None:
    database = open_database(path)
    database.execute("COMMIT")
    with pytest.raises(DatabaseError, match="no transaction is active") as caught:
        database.commit()
    assert not caught.value.damaged
    with pytest.raises(DatabaseError, match="is closed"):
        database.commit()


def test_a_full_disk_is_no_damage(path: Path) -> None:
    database = open_database(path)
    database.execute("PRAGMA max_page_count=4")
    with pytest.raises(DatabaseError, match="database or disk is full") as caught:
        database.write("INSERT INTO words VALUES (?)", [(f"{number:0500}",) for number in range(100)])
    assert not caught.value.damaged
    assert caught.value.hint == "free some space and build again"


def test_a_mistake_of_ours_is_no_damage(path: Path) -> None:
    database = open_database(path)
    with pytest.raises(DatabaseError, match="UNIQUE constraint failed") as caught:
        database.write("INSERT INTO words VALUES (?)", [("twice",), ("twice",)])
    assert not caught.value.damaged


def test_a_schema_that_fails_leaves_no_half_of_it(path: Path) -> None:
    with pytest.raises(DatabaseError):
        Database(path, schema=f"{SCHEMA}nonsense;", version=1, durable=False)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_closing_twice_is_allowed(path: Path) -> None:
    database = open_database(path)
    database.close()
    database.close()


def test_an_exception_passes_through_the_block(path: Path) -> None:
    with pytest.raises(KeyError), open_database(path):
        raise KeyError


def test_who_only_reads_takes_back_what_a_killed_writer_had_begun(tmp_path: Path) -> None:
    path, left = tmp_path / "a.sqlite3", tmp_path / "left.sqlite3"
    with open_database(path) as database:
        database.execute("INSERT INTO words VALUES ('whole')")
        database.commit()
        # More than the cache holds, so that some of it is in the file already.
        database.execute("PRAGMA cache_size=4")
        database.write("INSERT INTO words VALUES (?)", [(f"half {'x' * 999}{number}",) for number in range(999)])
        # What is on the disk now is what a kill would leave.
        for suffix in ("", "-journal"):
            shutil.copy(f"{path}{suffix}", f"{left}{suffix}")
    assert left.with_name(f"{left.name}-journal").stat().st_size > 0
    with Database(left, schema=SCHEMA, version=1, durable=False, reading=True) as database:
        assert database.rows("SELECT * FROM words") == [("whole",)]
