"""The slug and the label that each term was given for the whole site, as the ledger remembers them."""

from __future__ import annotations

from feedsvc.database import Database
from feedsvc.ledger.suffixes import suffixes

SCHEMA = """
CREATE TABLE terms (
    kind TEXT, key TEXT, slug TEXT NOT NULL, label TEXT NOT NULL,
    PRIMARY KEY (kind, key), UNIQUE (kind, slug)) WITHOUT ROWID;
"""


class TermNames:
    """The table of the terms' names. ``changed``: it is not as it was read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.changed = False

    def get(self, kind: str, key: str) -> tuple[str, str] | None:
        """Return the slug and the label that a term was given; None if it has none yet."""
        row = self._database.row("SELECT slug, label FROM terms WHERE kind=? AND key=?", (kind, key))
        return (row[0], row[1]) if row else None

    def give(self, kind: str, key: str, proposed: str, label: str) -> tuple[str, str]:
        """Give a term its label, and the slug that is its own for ever; return both.

        Who comes second to a slug gets a suffix.
        """
        known = self.get(kind, key)
        slug = known[0] if known else self._free_slug(kind, key, proposed)
        self.changed = True
        self._database.execute("INSERT OR REPLACE INTO terms VALUES (?, ?, ?, ?)", (kind, key, slug, label))
        return slug, label

    def _free_slug(self, kind: str, key: str, proposed: str) -> str:
        taken = "SELECT 1 FROM terms WHERE kind=? AND slug=?"
        candidates = (proposed + suffix for suffix in suffixes("-", key, 3))
        return next(slug for slug in candidates if not self._database.row(taken, (kind, slug)))
