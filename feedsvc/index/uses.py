"""Which other files of the site each post draws on, and how those looked when it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from feedsvc.database import Database
from feedsvc.model import Use

SCHEMA = """
CREATE TABLE used (kind TEXT, name TEXT, look TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE uses (path TEXT, kind TEXT, name TEXT, PRIMARY KEY (path, kind, name)) WITHOUT ROWID;
CREATE INDEX uses_name ON uses (kind, name);
"""


class Uses:
    """The tables of files that posts draw on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._has_some: bool | None = None

    def record(self, uses: Iterable[tuple[str, tuple[Use, ...]]]) -> None:
        """Remember, by path, what posts drew on.

        The look that was seen first stays until :meth:`outdated` is asked: who saw another one is no reason for the
        posts that saw the first not to be read again.
        """
        if self._has_some is None:
            self._has_some = self._database.row("SELECT 1 FROM uses LIMIT 1") is not None
        for path, drawn in uses:
            if not (drawn or self._has_some):
                continue  # of a site whose posts draw on nothing, which costs nothing
            self._has_some = True
            self.drop(path)
            self._database.write("INSERT OR IGNORE INTO used VALUES (?, ?, ?)", drawn)
            self._database.write("INSERT INTO uses VALUES (?, ?, ?)", ((path, use.kind, use.name) for use in drawn))

    def outdated(self, look: Callable[[str, str], str], *, media: bool = True) -> list[str]:
        """Return the paths of the posts that draw on something which ``look(kind, name)`` tells to have changed.

        What it tells is remembered from now on. Without ``media`` only what is few is looked at: files and trees,
        not the images that each post may have of its own.
        """
        where = "" if media else " WHERE kind NOT IN ('head', 'beside head')"
        known = self._database.rows(f"SELECT kind, name, look FROM used{where} ORDER BY kind, name")  # noqa: S608 (constants)
        changed = [Use(kind, name, now) for kind, name, then in known if (now := look(kind, name)) != then]
        paths: set[str] = set()
        for use in changed:
            rows = self._database.rows("SELECT path FROM uses WHERE kind=? AND name=?", (use.kind, use.name))
            paths.update(row[0] for row in rows)
            if rows:
                self._database.execute("UPDATE used SET look=? WHERE kind=? AND name=?", (use.look, *use[:2]))
            else:
                self._database.execute("DELETE FROM used WHERE kind=? AND name=?", use[:2])
        return sorted(paths)

    def drop(self, path: str) -> None:
        """Forget what a post drew on."""
        self._database.execute("DELETE FROM uses WHERE path=?", (path,))

    def forget(self) -> None:
        """Forget all of it: every post is read again."""
        for table in ("uses", "used"):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the line above)
