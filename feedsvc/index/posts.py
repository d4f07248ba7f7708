"""The posts: the last good version of each, where it stands, the terms it carries, and the whole of it once read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from feedsvc.database import Database, placeholders
from feedsvc.index.weeks import WEEK, shift_of
from feedsvc.model import SITE, Post, Standing, Unfinished
from feedsvc.records import (
    Finished,
    PostRecord,
    from_microseconds,
    load_post,
    record_post,
    to_microseconds,
    unpack_content,
)

SCHEMA = """
CREATE TABLE posts (
    path TEXT PRIMARY KEY, id TEXT, live_at INTEGER, published INTEGER NOT NULL, name_key TEXT NOT NULL,
    digest TEXT NOT NULL, post BLOB NOT NULL, expires INTEGER);
CREATE TABLE finished (path TEXT PRIMARY KEY, post BLOB NOT NULL, html BLOB NOT NULL);
CREATE TABLE post_terms (
    kind TEXT, key TEXT, live_at INTEGER, published INTEGER, name_key TEXT, path TEXT NOT NULL, label TEXT NOT NULL,
    slug TEXT NOT NULL, PRIMARY KEY (kind, key, live_at, published, name_key)) WITHOUT ROWID;
CREATE INDEX posts_pending ON posts (published) WHERE live_at IS NULL;
"""
INDEXES = {
    "posts_rank": "posts (live_at, published, name_key) WHERE live_at IS NOT NULL",
    "posts_first": "posts (published, name_key, path, id, live_at) WHERE live_at IS NOT NULL",
    "post_terms_path": "post_terms (path)",
    "post_terms_label": "post_terms (kind, key, label)",
    "post_terms_first": "post_terms (kind, key, published, name_key)",
}

FeedKey = tuple[str, str]


class Placed(NamedTuple):
    """A post to be put where it stands: ``id`` and ``live_at`` are None while it waits for its date.

    ``live_at`` is in microseconds since the epoch, as in the record.
    """

    record: PostRecord
    id: str | None
    live_at: int | None


class Change(NamedTuple):
    """What putting posts changed: the feeds touched, and by path the feeds that those known before were in."""

    touched: frozenset[FeedKey]
    left: dict[str, frozenset[FeedKey]]


class Posts:
    """The tables of posts and of the terms they carry, of those kinds only that ``kinds`` names; None: of all."""

    def __init__(
        self,
        database: Database,
        kinds: frozenset[str] | None = None,
        note: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> None:
        """Work on the tables; ``note`` is told the paths of posts just before they go and just after they came."""
        self._database, self._kinds, self._note = database, kinds, note
        self._all_new = False

    @contextmanager
    def all_new(self) -> Iterator[None]:
        """Take every path that is put for one that no post has: a first build puts each once, and looks up none."""
        self._all_new = True
        try:
            yield
        finally:
            self._all_new = False

    def get(self, path: str) -> Post | None:
        """Return the good version last recorded for this path, if there is all of it: a document carried it."""
        row = self._database.row(f"{_WHOLE} WHERE posts.path=?", (path,))
        post = self._load(row[1:]) if row and (row[1] or row[2]) else None
        return None if post is None or post.pending else post

    def knows(self, path: str) -> bool:
        """Tell whether a post is recorded for this path, or was until everything was forgotten."""
        return self._database.row("SELECT 1 FROM posts WHERE path=?", (path,)) is not None

    def stands(self, path: str) -> bool:
        """Tell whether a post is recorded here by the rules of today: not forgotten, nor never seen."""
        return self._database.row("SELECT 1 FROM posts WHERE path=? AND id IS NOT ''", (path,)) is not None

    def entry(self, path: str) -> tuple[str, Post]:
        """Return id and post of a live post that is finished."""
        row = self._database.row(f"{_WHOLE} WHERE posts.path=?", (path,))
        return row[0], self._load(row[1:])

    def _load(self, row: Sequence[Any]) -> Post:
        recorded, finished, html = row
        if html is None:
            return self._database.parse(load_post, recorded)
        content = self._database.parse(unpack_content, html)
        # Put in at once: to make a second post of the first takes half as long as to read that.
        return self._database.parse(partial(load_post, content=content), finished)

    def put(self, post: Post, id_: str | None, live_at: datetime | None) -> frozenset[FeedKey]:
        """Record one post as :meth:`put_all` does; return the feeds this touches."""
        return self.put_all([Placed(record_post(post), id_, to_microseconds(live_at) if live_at else None)]).touched

    def put_all(self, placed: Sequence[Placed]) -> Change:
        """Record posts, live or (without ``live_at``) waiting for their dates.

        One that was read in brief counts as changed, since nobody knows what else it says.
        """
        known = {} if self._all_new else self._known([each.record.path for each in placed])
        changed = [
            each
            for each in placed
            if not known
            or not each.record.json
            or known.get(each.record.path) != (each.id, each.live_at, each.record.json)
        ]
        left = self.drop_all([each.record.path for each in changed if each.record.path in known])
        self._database.write(
            "INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (post.path, id_, at, post.published, post.name_key, post.digest, post.json, post.expires)
                for post, id_, at in changed
            ],
        )
        terms = [
            (kind, key, at, post.published, post.name_key, post.path, label, slug)
            for post, _, at in changed
            if at is not None
            for kind, key, label, slug in post.terms
            if self._kinds is None or kind in self._kinds
        ]
        self._database.write("INSERT OR IGNORE INTO post_terms VALUES (?, ?, ?, ?, ?, ?, ?, ?)", terms)
        self._note([each.record.path for each in changed])
        touched = {(term[0], term[1]) for term in terms}.union(*left.values())
        if any(each.live_at is not None for each in changed):
            touched.add(SITE)
        return Change(frozenset(touched), left)

    def _known(self, paths: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        query = f"SELECT path, id, live_at, post FROM posts WHERE path IN ({placeholders(paths)})"  # noqa: S608
        return {row[0]: row[1:] for row in self._database.rows(query, paths)}

    def unfinished(self, paths: Sequence[str]) -> list[Unfinished]:
        """Return those of the posts that nobody has finished yet."""
        query = f"{_UNFINISHED} AND path IN ({placeholders(paths)})"
        return [
            Unfinished(path, digest, from_microseconds(published), brief=not post)
            for path, digest, published, post in self._database.rows(query, paths)
            if not post or self._database.parse(load_post, post).pending
        ]

    def keep(self, finished: Iterable[Finished]) -> None:
        """Keep recorded posts that were finished meanwhile; where they stand does not change."""
        self._database.write(
            "INSERT OR REPLACE INTO finished VALUES (?, ?, ?)", ((each.path, each.json, each.html) for each in finished)
        )

    def forget(self) -> None:
        """Take every post for changed when it is put again; its text stays."""
        self._database.execute("UPDATE posts SET id=''")

    def drop(self, path: str) -> frozenset[FeedKey]:
        """Forget a post, and return the feeds it was in."""
        return self.drop_all([path])[path]

    def drop_all(self, paths: Iterable[str]) -> dict[str, frozenset[FeedKey]]:
        """Forget posts, and return the feeds each was in."""
        left: dict[str, frozenset[FeedKey]] = {}
        for path in paths:
            self._note([path])
            left[path] = self.feeds_of(path)
            for table in ("post_terms", "finished", "posts"):
                self._database.execute(f"DELETE FROM {table} WHERE path=?", (path,))  # noqa: S608 (constants)
        return left

    def feeds_of(self, path: str) -> frozenset[FeedKey]:
        """Return the feeds that a post is in: none while it waits, or is not known."""
        if not self._database.row("SELECT 1 FROM posts WHERE path=? AND live_at IS NOT NULL", (path,)):
            return frozenset()
        terms = self._database.rows("SELECT kind, key FROM post_terms WHERE path=?", (path,))
        return frozenset({SITE, *map(tuple, terms)})

    def due(self, now: datetime) -> list[Post]:
        """Return the waiting posts whose date has come, in the order of their dates."""
        rows = self._database.rows(
            f"{_WHOLE} WHERE live_at IS NULL AND published<=? ORDER BY published, name_key", (to_microseconds(now),)
        )
        return [self._load(row[1:]) for row in rows]

    def next_due(self) -> datetime | None:
        """Return when the next waiting post goes live."""
        row = self._database.row("SELECT min(published) FROM posts WHERE live_at IS NULL")
        return from_microseconds(row[0]) if row[0] is not None else None

    def ranking(self, feed: FeedKey, limit: int) -> tuple[Standing, ...]:
        """Return the first ``limit`` posts of a feed in rank order: live_at, published, name_key, all descending."""
        table, where, values = _table_of(feed)
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

    def count_weeks(self, feed: FeedKey, since: int, offset: timedelta) -> dict[int, int]:
        """Return how many posts of a feed came in each week from ``since`` on, as ``weeks`` counts them.

        A post counts when it went live or when it says it was published, whichever is earlier.
        """
        table, where, values = _table_of(feed)
        shift = shift_of(offset)
        rows = self._database.rows(
            f"SELECT (min(live_at, published) + ?) / ? AS week, count(*) FROM {table}"  # noqa: S608 (constants)
            f" WHERE {where} AND live_at>=? AND published>=? GROUP BY week",
            (shift, WEEK, *values, *(since * WEEK - shift,) * 2),
        )
        return dict(rows)

    def live_count(self) -> int:
        """Return how many posts are live."""
        return int(self._database.row("SELECT count(*) FROM posts WHERE live_at IS NOT NULL")[0])


def _table_of(feed: FeedKey) -> tuple[str, str, tuple[str, ...]]:
    return ("posts", "live_at IS NOT NULL", ()) if feed == SITE else ("post_terms", "kind=? AND key=?", feed)


_UNFINISHED = "SELECT path, digest, published, posts.post FROM posts LEFT JOIN finished USING (path) WHERE html IS NULL"
_WHOLE = "SELECT id, posts.post, finished.post, html FROM posts LEFT JOIN finished USING (path)"
