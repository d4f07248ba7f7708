"""Which other files of the site each post draws on, and how those looked when it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from feedsvc.database import Database
from feedsvc.model import Use

SCHEMA = """
CREATE TABLE used (kind TEXT, name TEXT, look TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
CREATE TABLE uses (path TEXT, kind TEXT, name TEXT, PRIMARY KEY (path, kind, name)) WITHOUT ROWID;
"""
INDEXES = {"uses_name": "uses (kind, name)"}


class Uses:
    """The tables of files that posts draw on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # A first build has nothing to forget, and a site whose posts draw on nothing pays nothing.
        self._had_some: bool | None = None

    def record(self, uses: Iterable[tuple[str, tuple[Use, ...]]]) -> None:
        """Remember, by path, what posts drew on.

        The look that was seen first stays until :meth:`outdated` is asked: who saw another one is no reason for the
        posts that saw the first not to be read again.
        """
        if self._had_some is None:
            self._had_some = self._database.row("SELECT 1 FROM uses LIMIT 1") is not None
        drawn = [(path, used) for path, used in uses if used or self._had_some]
        if self._had_some:
            self._database.write("DELETE FROM uses WHERE path=?", ((path,) for path, _ in drawn))
        rows = [(path, use.kind, use.name) for path, used in drawn for use in used]
        self._database.write("INSERT OR IGNORE INTO uses VALUES (?, ?, ?)", rows)
        # Many posts may draw on one file, so each is asked for once; reversed, since the last one would stay.
        looks = {use[:2]: use.look for _, used in reversed(drawn) for use in reversed(used)}
        self._database.write(
            "INSERT OR IGNORE INTO used VALUES (?, ?, ?)", [(*key, look) for key, look in looks.items()]
        )

    def outdated(self, look: Callable[[str, str], str], *, media: bool = True) -> list[str]:
        """Return the paths of the posts that draw on something which ``look(kind, name)`` tells to have changed.

        What it tells is remembered from now on; it is asked at the beginning of a build. Without ``media`` only what is
        few is looked at: files and trees, not the images that each post may have of its own.
        """
        self._had_some = None
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
