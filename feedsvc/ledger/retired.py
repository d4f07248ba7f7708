"""The URL paths that were published once and are no more, as the ledger remembers them.

Nothing else can tell them from paths that never were: who polls one gets a 410 and may stop, not a 404 for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from feedsvc.database import Database

MOST = 5000
"""Paths to remember; beyond it those that went first are forgotten. Each worker holds them all, some 100 bytes each."""

# Beside the tables of a ledger's first layout, so that a ledger from before is read as it is.
TABLE = "CREATE TABLE IF NOT EXISTS retired (path TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID"


def retire_paths(
    database: Database, left: Iterable[str], published: Collection[str], now: int
) -> tuple[bool, frozenset[str]]:
    """Remember the paths of ``left`` that are not ``published``, and forget those that are again.

    ``now`` is microseconds since the epoch. Returns whether anything changed, and every path that is gone.
    Doing it again changes nothing: a build that was cut off behind it does it twice.
    """
    database.execute(TABLE)
    known = {path for (path,) in database.rows("SELECT path FROM retired")}
    back = sorted(known & frozenset(published))
    new = sorted(frozenset(left) - frozenset(published) - known)
    database.write("DELETE FROM retired WHERE path=?", ((path,) for path in back))
    database.write("INSERT INTO retired VALUES (?, ?)", ((path, now) for path in new))
    oldest = [row[0] for row in database.rows("SELECT path FROM retired ORDER BY since DESC, path")][MOST:]
    database.write("DELETE FROM retired WHERE path=?", ((path,) for path in oldest))
    return bool(back or new), frozenset(known.union(new).difference(back, oldest))
