"""A ledger goes out as a file and comes back: whole into an empty one, or into one that knows more already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedsvc.errors import LedgerError
from feedsvc.ledger.file import LedgerFile, Record, write_lines
from feedsvc.ledger.lines import KINDS, Kind

if TYPE_CHECKING:
    from feedsvc.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What came in, by kind of record; ``known`` were there already, and stayed as they were.

    ``pathless`` are ids whose file another entry has here: they are remembered, so that nobody is given them again.
    """

    added: Mapping[str, int]
    known: int
    pathless: tuple[str, ...]


def export_ledger(ledger: Ledger) -> Iterator[str]:
    """Write all that cannot be derived again, line by line; the same ledger gives the same lines."""
    return write_lines(ledger.site, lambda kind: ledger.database.each(_select(kind)))


def _select(kind: Kind) -> str:
    return f"SELECT {', '.join(kind.columns)} FROM {kind.table} ORDER BY {', '.join(kind.key)}"  # noqa: S608 (ours)


def import_ledger(ledger: Ledger, file: LedgerFile, *, merge: bool) -> Import:
    """Take in a file that :func:`export_ledger` wrote; the caller commits.

    What the ledger says stays as it is; with ``merge`` the file adds what is missing, without it the ledger has to be
    empty, and the file must not say one thing twice. Raises LedgerError for a ledger that is not empty, and
    LedgerFileError for what the file has wrong.
    """
    if not merge and not _is_empty(ledger):
        reason = "the ledger is not empty, and nothing was imported"
        hint = "move it away to start from the file, or add what it lacks with --merge"
        raise LedgerError(str(ledger.database.path), reason, hint)
    if file.site is not None:
        ledger.site_id(file.site)
    added: Counter[str] = Counter()
    known, pathless = 0, []
    with ledger.entries.filling():
        for record in file.records():
            if _take(ledger, record, merge=merge):
                added[record.kind.name] += 1
            elif not merge:
                key = " ".join(record.row[: len(record.kind.key)])
                raise file.error(record.line, f"{record.kind.name} {key!r} is there twice", "take out one of the two")
            elif _take_without_path(ledger, record):
                pathless.append(str(record.row[0]))
            else:
                known += 1
    ledger.touch()
    return Import(added=added, known=known, pathless=tuple(pathless))


def _is_empty(ledger: Ledger) -> bool:
    tables = (kind.table for kind in KINDS)
    return ledger.is_new() and not any(ledger.database.row(f"SELECT 1 FROM {table} LIMIT 1") for table in tables)  # noqa: S608 (ours)


def _take(ledger: Ledger, record: Record, *, merge: bool) -> bool:
    """Add one record; False where the ledger has something in its place."""
    if record.kind.name == "term":
        kind, key, slug, label = record.row
        if ledger.terms.get(kind, key) is not None:
            return False
        # Another term may have the slug here: then this one gets a suffix, as in a build.
        return bool(ledger.terms.give(kind, key, proposed=slug, label=label))
    if merge and record.kind.name == "kept" and _is_of_another(ledger, record.row):
        return False
    return _insert(ledger, record.kind, record.row)


def _insert(ledger: Ledger, kind: Kind, row: Sequence[Any]) -> bool:
    statement = f"INSERT OR IGNORE INTO {kind.table} ({', '.join(kind.columns)})"
    marks = ",".join("?" * len(row))
    return ledger.database.execute(f"{statement} VALUES ({marks})", row).rowcount > 0


def _is_of_another(ledger: Ledger, row: Sequence[Any]) -> bool:
    """Tell whether the entry at a kept post's path is not the one that the post was kept for: other bytes."""
    path, post = row
    entry = ledger.database.row("SELECT digest FROM entries WHERE path=?", (path,))
    return entry is not None and f'"digest":"{entry[0]}"' not in post


def _take_without_path(ledger: Ledger, record: Record) -> bool:
    """Remember the id of an entry whose path belongs to another one here."""
    if record.kind.name != "entry":
        return False
    row = dict(zip(record.kind.columns, record.row, strict=True)) | {"path": None}
    return _insert(ledger, record.kind, tuple(row.values()))
