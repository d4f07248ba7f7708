"""The frozen vocabulary that the stages hand to one another.

Words are Atom's (RFC 4287) up to the document and HTTP's own (RFC 9110) from
the representation on. Nothing here does I/O or knows a stage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

SITE = ("site", "")
"""The key of the feed of the whole site, beside ``(kind, term key)`` for the others."""


LIST = "list"
"""The kind of documents that are of no feed but list all of them; the key is their format."""


CATEGORY_KINDS = ("category", "tag")
"""The kinds of terms that an entry shows as its categories, in order; the others have elements of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to tell the author about one place in one post.

    ``line`` and ``column`` count from 1, in characters; 0 is "the file as a whole".
    ``path`` is relative to the posts directory, with ``/``.
    """

    path: str
    reason: str
    hint: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Render as ``path:line:column: reason; hint``, the form editors can jump to."""
        where = self.path
        if self.line:
            where += f":{self.line}:{self.column}"
        return f"{where}: {self.reason}" + (f"; {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostError(Finding):
    """A finding that keeps this version of the post out of every feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndatedError(PostError):
    """A post that says nowhere when it was published: what is known of its file may tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A post that its author keeps back: a draft, or ``published: false``."""

    path: str
    reason: str


class SourceFile(NamedTuple):
    """A file below the posts directory as ``stat`` sees it, unread; a tuple, since there may be a million.

    ``path`` is relative to the posts directory, with ``/``; sizes are bytes,
    times nanoseconds since the epoch.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Use(NamedTuple):
    """A file of the site, or a tree of them, that a post draws on beside its own.

    ``kind`` is file, head (size and beginning of a file), tree, or posts (those of the whole site); ``name`` is
    relative to the site's directory, with ``/``; to the posts directory where the kind begins with "beside". ``look``
    tells, as long as it is the same, that nothing changed; it is empty where there was nothing.
    """

    kind: str
    name: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An Atom person construct (RFC 4287, 3.2)."""

    name: str
    email: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A resource that belongs to an entry; ``length`` in bytes and ``duration`` in seconds, 0 where unknown."""

    href: str
    media_type: str
    length: int = 0
    duration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of an entry; ``length`` in bytes, ``width`` and ``height`` in pixels, 0 where unknown."""

    href: str
    media_type: str = ""
    length: int = 0
    width: int = 0
    height: int = 0


class Term(NamedTuple):
    """One term an author put on a post; a tuple, since many of them go from one process to another.

    ``kind`` is category, tag, author, language or collection. ``key`` is the NFC case-folded
    form by which terms are one; ``label`` is NFC, as this author wrote it;
    ``slug`` is what a URL would say, unless another term was there first.
    """

    kind: str
    key: str
    label: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What one file says, ready to publish.

    Instants are aware and in UTC. ``title`` and ``summary`` are plain text,
    ``content`` is clean HTML whose URLs are absolute. ``proposed_id`` is the id
    the post would be given today; the ledger decides. ``digest`` is of the
    file's bytes, ``body_digest`` of what follows the front matter. ``name_key``
    sorts file names naturally (``-2`` before ``-10``) and is unique. From ``expires``
    on it is in no feed. A ``pending`` post has no content yet, and no summary unless its author wrote one: they are
    made of the file when a document first carries it. ``thumbnail`` and ``banner``
    are pictures beside ``image``, None where that one stands for them.
    """

    path: str
    name_key: str
    digest: str
    body_digest: str
    proposed_id: str
    title: str
    alternate_link: str
    published: datetime
    updated: datetime
    summary: str
    content: str
    authors: tuple[Person, ...] = ()
    terms: tuple[Term, ...] = ()
    expires: datetime | None = None
    language: str = ""
    image: Image | None = None
    thumbnail: Image | None = None
    banner: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    pending: bool = False
    warnings: tuple[Finding, ...] = ()


class Brief(NamedTuple):
    """Those fields of a :class:`Post` that decide where it stands; a tuple, since each post of a first build is one.

    All others are read when a document first carries the post, and what is to be told of it is told then.
    """

    path: str
    name_key: str
    digest: str
    body_digest: str
    proposed_id: str
    published: datetime
    terms: tuple[Term, ...]


class Unfinished(NamedTuple):
    """A post that is to be read again for what no document needed so far: of the bytes that ``digest`` names.

    Only of one that was read in ``brief`` is there something to be told that was not told yet.
    """

    path: str
    digest: str
    published: datetime
    brief: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An atom:category (RFC 4287, 4.2.2) with the label the whole site uses."""

    term: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A post selected for a feed: with the id that is its own for ever."""

    id: str
    post: Post
    categories: tuple[Category, ...] = ()


MOST_DELETED = 200
"""Entries that left one feed and are remembered, some 120 bytes of a document each; those that left first are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedEntry:
    """An entry that left a feed (RFC 6721): ``ref`` is its id, ``when`` the instant at which it went."""

    ref: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a post stands among others; orders and selects without its text."""

    path: str
    live_at: datetime
    published: datetime
    name_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermInUse:
    """A term that at least one live post carries, with its label and its slug."""

    kind: str
    key: str
    label: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLocation:
    """One document of a feed: its format, its URL path and its own absolute URL.

    ``format`` is atom, rss or json. ``path`` and ``aliases`` are decoded URL paths
    that begin with ``/``; ``self_link`` is absolute and percent-encoded.
    The other two URLs are of a feed with an archive (RFC 5005, 4), else empty: ``prev_archive`` is of the page with
    the entries before this document's, and in such a page ``current`` is of the document to subscribe to.
    """

    format: str
    path: str
    self_link: str
    aliases: tuple[str, ...] = ()
    prev_archive: str = ""
    current: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed that exists: who it is and where its documents live, without entries."""

    kind: str
    key: str
    id: str
    title: str
    subtitle: str
    language: str
    authors: tuple[Person, ...]
    alternate_link: str
    ttl: int
    locations: tuple[FeedLocation, ...]


WEEKS = 26
"""How many weeks back from its newest entry the facts of a feed count entries."""


class FeedFacts(NamedTuple):
    """What people are told of a feed beside its documents; a tuple, since there may be thousands.

    The last entry is the one that its documents show first: its title, its link and when it was published (None: there
    is none). ``counts`` are of entries a week, the newest week first and without zeros at the end, ``WEEKS`` at most;
    ``week`` is the number of the newest one, counted from the Monday before the epoch in the site's zone.
    """

    subtitle: str
    last_title: str = ""
    last_link: str = ""
    last_published: datetime | None = None
    week: int = 0
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A rendered feed document: the identity bytes that one location serves.

    ``complete``: every live entry of the feed is in it, so none ever fell off its end. ``deleted`` are the ids of
    those that left the feed otherwise, and ``said`` those of them that its bytes name. ``facts`` are of its feed;
    None for a document that is of no feed, such as the list of all feeds.
    """

    spec: FeedSpec
    location: FeedLocation
    media_type: str
    body: bytes = field(repr=False)
    entry_count: int
    complete: bool = True
    deleted: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    facts: FeedFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A representation in one content coding (RFC 9110, 8.4).

    ``coding`` is identity, gzip, br or zstd; ``etag`` is the opaque tag without
    its quotes, different for each coding; ``size`` is bytes.
    """

    coding: str
    etag: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Representation:
    """What the manifest knows of one published path.

    ``last_modified`` is when the bytes last changed, whole seconds, UTC.
    ``feed`` is the ``(kind, key)`` of its feed; ``alias_of`` names the path
    whose bytes an alias repeats.
    """

    path: str
    media_type: str
    last_modified: datetime
    entry_count: int
    variants: tuple[Variant, ...]
    feed: tuple[str, str]
    format: str
    title: str
    alias_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Addresses that are not published any more, as decoded URL paths.

    ``moved`` says where what a path named is now: a path or an absolute URL; a path that ends with ``/*`` is a
    folder, and so is its target. ``gone`` were published once, and nothing took their place.
    """

    moved: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One edition, whole: every representation of one build and how to read it.

    ``read_body(path, coding)`` returns the bytes whose etag the variant names, or
    raises ``StaleSnapshotError`` when a newer edition has replaced them on disk.
    ``next_change`` is when a feed of it is next known to change (UTC); None if nothing is known to be coming.
    ``moves`` are the addresses that it answers without a representation. ``feeds`` are the facts of its feeds, by
    ``(kind, key)``; those of a feed may be missing from an edition that another version of feedsvc published.
    """

    id: str
    representations: Mapping[str, Representation]
    read_body: Callable[[str, str], bytes] = field(repr=False, compare=False)
    next_change: datetime | None = None
    moves: Moves = field(default_factory=Moves)
    feeds: Mapping[tuple[str, str], FeedFacts] = field(default_factory=dict)
