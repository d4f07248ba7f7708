"""What is to be done about the archives: where posts changed since they were planned, and which files are to go.

Work follows change: while nothing is planned nothing is noted either, for then every page is cut anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from feedsvc.database import Database
from feedsvc.model import SITE

SCHEMA = """
CREATE TABLE archive_dirty (
    kind TEXT, key TEXT, published INTEGER, name_key TEXT, PRIMARY KEY (kind, key, published, name_key)) WITHOUT ROWID;
CREATE TABLE archive_gone (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE archive_moved (
    number INTEGER PRIMARY KEY, kind TEXT, key TEXT, name TEXT, last INTEGER, last_name TEXT, told INTEGER NOT NULL);
CREATE INDEX archive_moved_feed ON archive_moved (kind, key, name);
"""

MOST_MOVED = 64
"""Names of pages that are remembered for each feed after their pages moved on."""

FeedKey = tuple[str, str]
Position = tuple[int, str]


class ArchiveWork:
    """The tables of changes that no page shows yet, and of pages that are in the tree and in no plan."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._planned: bool | None = None

    def note(self, paths: Iterable[str]) -> None:
        """Take note that posts come, go or change, while they are recorded: wherever they are live, pages change."""
        if self._is_planned():
            for path in paths:
                self._note(path)

    def _note(self, path: str) -> None:
        self._database.execute(
            "INSERT OR IGNORE INTO archive_dirty SELECT ?, ?, published, name_key FROM posts"
            " WHERE path=? AND live_at IS NOT NULL",
            (*SITE, path),
        )
        self._database.execute(
            "INSERT OR IGNORE INTO archive_dirty SELECT kind, key, published, name_key FROM post_terms WHERE path=?",
            (path,),
        )

    def note_term(self, kind: str, key: str) -> None:
        """Take note that a term's label changes: wherever an entry shows it, pages change."""
        if not self._is_planned():
            return
        carriers = self._database.rows("SELECT path FROM post_terms WHERE kind=? AND key=?", (kind, key))
        self.note(path for (path,) in carriers)

    def _is_planned(self) -> bool:
        if self._planned is None:
            self._planned = self._database.row("SELECT 1 FROM archive_feeds LIMIT 1") is not None
        return self._planned

    def forget(self) -> None:
        """Forget it all, as everything is planned anew."""
        self._database.execute("DELETE FROM archive_dirty")
        self._database.execute("DELETE FROM archive_gone")
        self._database.execute("DELETE FROM archive_moved")
        self._planned = False

    def take_dirty(self) -> dict[FeedKey, list[Position]]:
        """Return the positions at which something changed, by feed, and forget them."""
        found: dict[FeedKey, list[Position]] = {}
        for kind, key, published, name_key in self._database.rows("SELECT * FROM archive_dirty"):
            found.setdefault((kind, key), []).append((published, name_key))
        self._database.execute("DELETE FROM archive_dirty")
        # From now on there is a plan.
        self._planned = None
        return found

    def leave(self, paths: Iterable[str]) -> None:
        """Have the pages at these URL paths removed once the others are written."""
        self._database.write("INSERT OR IGNORE INTO archive_gone VALUES (?)", ((path,) for path in paths))

    def keep(self, paths: Iterable[str]) -> None:
        """Have them stay after all, or forget them as they are gone."""
        self._database.write("DELETE FROM archive_gone WHERE path=?", ((path,) for path in paths))

    def move(self, feed: FeedKey, left: Mapping[str, Position], present: Collection[str]) -> None:
        """Remember where pages of a feed ended whose names are not in use any more; ``present`` are names that are."""
        self._database.write(
            "DELETE FROM archive_moved WHERE kind=? AND key=? AND name=?", ((*feed, n) for n in present)
        )
        self._database.write(
            "INSERT INTO archive_moved (kind, key, name, last, last_name, told) VALUES (?, ?, ?, ?, ?, 0)",
            ((*feed, name, *last) for name, last in sorted(left.items())),
        )
        self._database.execute(
            "DELETE FROM archive_moved WHERE kind=? AND key=? AND number NOT IN"
            " (SELECT number FROM archive_moved WHERE kind=? AND key=? ORDER BY number DESC LIMIT ?)",
            (*feed, *feed, MOST_MOVED),
        )

    def feeds_that_moved(self) -> set[FeedKey]:
        """Return the feeds of which nobody was told yet where their pages went."""
        return {(kind, key) for kind, key in self._database.rows("SELECT kind, key FROM archive_moved WHERE NOT told")}

    def take_moved(self, feed: FeedKey) -> dict[str, Position]:
        """Return where the pages of a feed ended whose names are not in use any more; they are told with that."""
        self._database.execute("UPDATE archive_moved SET told=1 WHERE kind=? AND key=?", feed)
        query = "SELECT name, last, last_name FROM archive_moved WHERE kind=? AND key=? ORDER BY number"
        return {name: (last, last_name) for name, last, last_name in self._database.rows(query, feed)}

    def leaving(self) -> list[str]:
        """Return the URL paths of the pages that are to be removed, sorted."""
        return [row[0] for row in self._database.rows("SELECT path FROM archive_gone ORDER BY path")]

    def is_pending(self) -> bool:
        """Tell whether anything is to be written or removed, or nobody knows what is in the tree."""
        row = self._database.row(
            "SELECT EXISTS (SELECT 1 FROM archive_pages WHERE stale) OR EXISTS (SELECT 1 FROM archive_gone)"
        )
        return bool(row[0]) or not self.is_known()

    def put_known(self, *, known: bool) -> None:
        """Remember whether the tree holds the pages that are planned and no others, but for those noted here."""
        value = "known" if known else ""
        self._database.execute("INSERT OR REPLACE INTO meta VALUES ('archives', ?)", (value,))

    def is_known(self) -> bool:
        """Tell whether it does; after the index was lost it need not."""
        return self._database.row("SELECT 1 FROM meta WHERE name='archives' AND value='known'") is not None
