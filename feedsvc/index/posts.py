"""The posts: the last good version of each, where it stands, and the terms it carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from feedsvc.database import Database
from feedsvc.model import SITE, Post, Standing
from feedsvc.records import dump_post, from_microseconds, load_post, to_microseconds

SCHEMA = """
CREATE TABLE posts (
    path TEXT PRIMARY KEY, id TEXT, live_at INTEGER, published INTEGER NOT NULL, name_key TEXT NOT NULL,
    post TEXT NOT NULL);
CREATE INDEX posts_rank ON posts (live_at DESC, published DESC, name_key DESC) WHERE live_at IS NOT NULL;
CREATE INDEX posts_pending ON posts (published) WHERE live_at IS NULL;
CREATE TABLE post_terms (
    kind TEXT, key TEXT, path TEXT, label TEXT NOT NULL, slug TEXT NOT NULL,
    live_at INTEGER NOT NULL, published INTEGER NOT NULL, name_key TEXT NOT NULL, PRIMARY KEY (kind, key, path));
CREATE INDEX post_terms_path ON post_terms (path);
CREATE INDEX post_terms_rank ON post_terms (kind, key, live_at DESC, published DESC, name_key DESC);
CREATE INDEX post_terms_label ON post_terms (kind, key, label);
CREATE INDEX post_terms_first ON post_terms (kind, key, published, name_key);
"""

FeedKey = tuple[str, str]


class Posts:
    """The tables of posts and of the terms they carry."""

    def __init__(self, database: Database, note: Callable[[str], None] = lambda _: None) -> None:
        """Work on the tables; ``note`` is told the path of each post just before it goes and just after it came."""
        self._database, self._note = database, note

    def get(self, path: str) -> Post | None:
        """Return the good version last recorded for this path."""
        row = self._database.row("SELECT post FROM posts WHERE path=?", (path,))
        return self._database.parse(load_post, row[0]) if row else None

    def put(self, post: Post, id_: str | None, live_at: datetime | None) -> frozenset[FeedKey]:
        """Record a post, live or (without ``live_at``) waiting for its date; return the feeds this touches."""
        live, record = to_microseconds(live_at) if live_at else None, dump_post(post)
        row = self._database.row("SELECT id, live_at, post FROM posts WHERE path=?", (post.path,))
        if row == (id_, live, record):
            return frozenset()
        touched = self.drop(post.path) if row else frozenset()
        published = to_microseconds(post.published)
        self._database.execute(
            "INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)",
            (post.path, id_, live, published, post.name_key, record),
        )
        if live is None:
            return touched
        self._database.write(
            "INSERT OR IGNORE INTO post_terms VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((t.kind, t.key, post.path, t.label, t.slug, live, published, post.name_key) for t in post.terms),
        )
        self._note(post.path)
        return touched | {SITE, *((term.kind, term.key) for term in post.terms)}

    def replace(self, post: Post) -> None:
        """Keep what was made of a recorded post meanwhile; where it stands does not change."""
        self._database.execute("UPDATE posts SET post=? WHERE path=?", (dump_post(post), post.path))

    def forget(self) -> None:
        """Take every post for changed when it is put again; its text stays."""
        self._database.execute("UPDATE posts SET id=''")

    def drop(self, path: str) -> frozenset[FeedKey]:
        """Forget a post, and return the feeds it was in."""
        self._note(path)
        terms = self._database.rows("SELECT kind, key FROM post_terms WHERE path=?", (path,))
        was_live = self._database.row("SELECT 1 FROM posts WHERE path=? AND live_at IS NOT NULL", (path,))
        self._database.execute("DELETE FROM post_terms WHERE path=?", (path,))
        self._database.execute("DELETE FROM posts WHERE path=?", (path,))
        return frozenset({SITE, *map(tuple, terms)} if was_live else ())

    def due(self, now: datetime) -> Iterator[Post]:
        """Return the waiting posts whose date has come, in the order of their dates."""
        rows = self._database.rows(
            "SELECT post FROM posts WHERE live_at IS NULL AND published<=? ORDER BY published, name_key",
            (to_microseconds(now),),
        )
        return (self._database.parse(load_post, row[0]) for row in rows)

    def next_due(self) -> datetime | None:
        """Return when the next waiting post goes live."""
        row = self._database.row("SELECT min(published) FROM posts WHERE live_at IS NULL")
        return from_microseconds(row[0]) if row[0] is not None else None

    def ranking(self, feed: FeedKey, limit: int) -> tuple[Standing, ...]:
        """Return the first ``limit`` posts of a feed in rank order: live_at, published, name_key, all descending."""
        table, where, values = "posts", "live_at IS NOT NULL", ()
        if feed != SITE:
            table, where, values = "post_terms", "kind=? AND key=?", feed  # type: ignore[assignment]
        rows = self._database.rows(
            f"SELECT path, live_at, published, name_key FROM {table} WHERE {where}"  # noqa: S608 (constants)
            " ORDER BY live_at DESC, published DESC, name_key DESC LIMIT ?",
            (*values, limit),
        )
        return tuple(
            Standing(
                path=row[0], live_at=from_microseconds(row[1]), published=from_microseconds(row[2]), name_key=row[3]
            )
            for row in rows
        )

    def entry(self, path: str) -> tuple[str, Post]:
        """Return id and post of a live post."""
        row = self._database.row("SELECT id, post FROM posts WHERE path=?", (path,))
        return row[0], self._database.parse(load_post, row[1])

    def live_count(self) -> int:
        """Return how many posts are live."""
        return int(self._database.row("SELECT count(*) FROM posts WHERE live_at IS NOT NULL")[0])
