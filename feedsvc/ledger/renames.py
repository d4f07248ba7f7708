"""Which posts are known files under a new name, as the ledger's entries tell.

Same bytes are the same post, even if it was away for a while. Failing that, the same text below another front matter
is, if the old file vanished just now: a new title gave it a new name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from feedsvc.database import Database, placeholders
from feedsvc.model import Post
from feedsvc.records import PostRecord

Known = Post | PostRecord
"""A post as it is, or as it is recorded: what the ledger asks of it, both have."""


def find_candidates(database: Database, records: Sequence[Known]) -> frozenset[str]:
    """Return the paths of those that are new, and share bytes or text with a known post."""
    known = _seen(database, "path", [each.path for each in records])
    strangers = [each for each in records if each.path not in known]
    bytes_ = _seen(database, "digest", [each.digest for each in strangers])
    texts = _seen(database, "body_digest", [each.body_digest for each in strangers if each.body_digest])
    return frozenset(each.path for each in strangers if each.digest in bytes_ or each.body_digest in texts)


def match_renames(
    database: Database, records: Iterable[Known], is_there: Callable[[str], bool], vanished: frozenset[str]
) -> Mapping[str, str]:
    """Return new path -> old path, each old one once; equal candidates are taken by their names' natural order.

    ``is_there`` tells whether a path is there now: a post that is still there was not renamed. ``vanished`` are the
    paths that were there when the last build looked.
    """
    strangers = sorted(
        (each for each in records if not _seen(database, "path", [each.path])), key=lambda each: each.name_key
    )
    renames: dict[str, str] = {}
    for record in strangers:
        same_bytes = "SELECT path FROM entries WHERE digest=? AND path IS NOT NULL ORDER BY path"
        rows = database.rows(same_bytes, (record.digest,))
        _claim(renames, record.path, [path for (path,) in rows if not is_there(path)])
    for record in (each for each in strangers if each.path not in renames and each.body_digest):
        same_text = "SELECT path FROM entries WHERE body_digest=? ORDER BY path"
        rows = database.rows(same_text, (record.body_digest,))
        _claim(renames, record.path, [path for (path,) in rows if path in vanished])
    return renames


def _seen(database: Database, column: str, values: Sequence[str]) -> frozenset[str]:
    query = f"SELECT {column} FROM entries WHERE {column} IN ({placeholders(values)})"  # noqa: S608 (our columns)
    return frozenset(row[0] for row in database.rows(query, values))


def _claim(renames: dict[str, str], new: str, candidates: Sequence[str]) -> None:
    taken = renames.values()
    old = next((path for path in candidates if path not in taken), None)
    if old is not None:
        renames[new] = old
