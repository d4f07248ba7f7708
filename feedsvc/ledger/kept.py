"""The last good versions of posts whose files are rejected now, as the ledger keeps them."""

from __future__ import annotations

from feedsvc.database import Database, placeholders
from feedsvc.model import Post
from feedsvc.records import dump_post, load_post

SCHEMA = "CREATE TABLE kept (path TEXT PRIMARY KEY, post TEXT NOT NULL) WITHOUT ROWID;\n"


class KeptPosts:
    """The table of last good versions. ``changed``: it is not as it was read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_empty = not database.row("SELECT 1 FROM kept LIMIT 1")
        self.changed = False

    def keep(self, post: Post) -> None:
        """Keep the last good version of a post whose file is rejected now."""
        record = dump_post(post)
        if not self._database.row("SELECT 1 FROM kept WHERE path=? AND post=?", (post.path, record)):
            self.changed, self._is_empty = True, False
            self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (post.path, record))

    def get(self, path: str) -> Post | None:
        """Return the last good version kept for a rejected file, if there is one."""
        row = self._database.row("SELECT post FROM kept WHERE path=?", (path,))
        return self._database.parse(load_post, row[0]) if row else None

    def release(self, *paths: str) -> None:
        """Drop the kept versions, where there are any: the files are good again, or gone."""
        # As nearly always: not to be asked for each post.
        if self._is_empty:
            return
        query = f"SELECT path FROM kept WHERE path IN ({placeholders(paths)})"  # noqa: S608 (question marks)
        for (path,) in self._database.rows(query, paths):
            self.changed = True
            self._database.execute("DELETE FROM kept WHERE path=?", (path,))
