"""The terms in use: the label and the slug of each, for the whole site."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from feedsvc.database import Database
from feedsvc.index.posts import FeedKey
from feedsvc.model import SITE, TermInUse

SCHEMA = """
CREATE TABLE terms (
    kind TEXT, key TEXT, label TEXT NOT NULL, proposed TEXT NOT NULL, slug TEXT NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE shortened (
    kind TEXT, key TEXT, left_out INTEGER NOT NULL, overfull INTEGER NOT NULL, PRIMARY KEY (kind, key));
"""


class Terms:
    """The table of terms, and of the feeds that had no room for all their entries."""

    def __init__(self, database: Database, note: Callable[[str, str], None] = lambda *_: None) -> None:
        """Work on the tables; ``note`` is told kind and key of each term whose label changes."""
        self._database, self._note = database, note

    def is_spelled(self, kind: str, key: str, label: str) -> bool:
        """Tell whether a live post writes the term exactly so."""
        spelled = "SELECT 1 FROM post_terms WHERE kind=? AND key=? AND label=? LIMIT 1"
        return self._database.row(spelled, (kind, key, label)) is not None

    def first_spelling(self, kind: str, key: str) -> tuple[str, str] | None:
        """Return label and proposed slug of a term as its earliest post wrote it; None if no live post carries it."""
        row = self._database.row(
            "SELECT label, slug FROM post_terms WHERE kind=? AND key=? ORDER BY published, name_key LIMIT 1",
            (kind, key),
        )
        return (row[0], row[1]) if row else None

    def in_use(self) -> Iterator[TermInUse]:
        """Return every term that a live post carries, by kind and key."""
        rows = self._database.rows("SELECT kind, key, label, slug FROM terms ORDER BY kind, key")
        return (TermInUse(kind=kind, key=key, label=label, slug=slug) for kind, key, label, slug in rows)

    def put(self, term: TermInUse, proposed: str) -> frozenset[FeedKey]:
        """Record a term's label and slug; return the feeds that show it if its label changed."""
        row = self._database.row("SELECT label FROM terms WHERE kind=? AND key=?", (term.kind, term.key))
        self._database.execute(
            "INSERT OR REPLACE INTO terms VALUES (?, ?, ?, ?, ?)",
            (term.kind, term.key, term.label, proposed, term.slug),
        )
        if row is None or row[0] == term.label:
            return frozenset()
        self._note(term.kind, term.key)
        rows = self._database.rows(
            "SELECT DISTINCT kind, key FROM post_terms"
            " WHERE path IN (SELECT path FROM post_terms WHERE kind=? AND key=?)",
            (term.kind, term.key),
        )
        return frozenset({SITE, *map(tuple, rows)})

    def drop(self, kind: str, key: str) -> None:
        """Forget a term that no live post carries."""
        self._database.execute("DELETE FROM terms WHERE kind=? AND key=?", (kind, key))
        self._database.execute("DELETE FROM shortened WHERE kind=? AND key=?", (kind, key))

    def collisions(self) -> list[tuple[str, str, str, str]]:
        """Return (kind, label, proposed slug, slug) of the terms that could not have the slug they propose."""
        return self._database.rows(
            "SELECT kind, label, proposed, slug FROM terms WHERE slug<>proposed AND EXISTS"
            " (SELECT 1 FROM terms AS other WHERE other.kind=terms.kind AND other.slug=terms.proposed)"
            " ORDER BY kind, key"
        )

    def put_left_out(self, feed: FeedKey, left_out: int, *, overfull: bool = False) -> None:
        """Remember how many entries a feed's documents had no room for, and whether its window holds too many."""
        self._database.execute("DELETE FROM shortened WHERE kind=? AND key=?", feed)
        if left_out or overfull:
            self._database.execute("INSERT INTO shortened VALUES (?, ?, ?, ?)", (*feed, left_out, overfull))

    def left_out(self) -> Mapping[FeedKey, tuple[int, bool]]:
        """Return what :meth:`put_left_out` was told, for each feed that is short of something."""
        rows = self._database.rows("SELECT kind, key, left_out, overfull FROM shortened ORDER BY kind, key")
        return {(kind, key): (left_out, bool(overfull)) for kind, key, left_out, overfull in rows}
