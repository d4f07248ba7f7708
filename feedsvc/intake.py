"""Take in what changed below the posts directory: read it, and settle it in index and ledger.

A post is let in, kept waiting for its date, rejected (its last good version
stays), or withdrawn. What comes out is the set of feeds that this touches.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from feedsvc.errors import RemovalsError
from feedsvc.model import SITE, Finding, Post, PostError, SourceFile, Withheld
from feedsvc.posts.names import name_key
from feedsvc.posts.scan import ScanResult, read_source

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.index.posts import FeedKey
    from feedsvc.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRules:
    """How posts are read: below which directory, at most how many bytes, and by which parser.

    ``future`` publishes posts dated in the future at once. ``window`` is how long readers have to see a post.
    """

    directory: Path
    max_bytes: int
    future: bool
    parse: Callable[[str, bytes], Post | PostError | Withheld]
    allow_removals: bool
    window: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One file read anew and what became of it; None: it vanished after the scan."""

    file: SourceFile
    digest: str
    outcome: Post | PostError | Withheld | None


class Intake:
    """One taking in, at one instant, into one index and one ledger."""

    def __init__(self, rules: IntakeRules, index: Index, ledger: Ledger, now: datetime) -> None:
        self._rules, self._index, self._ledger, self._now = rules, index, ledger, now
        self._read_ns = int(now.timestamp() * 1_000_000_000)
        self._touched: set[FeedKey] = set()
        self._left: dict[str, set[FeedKey]] = {}

    def take_in(self, scan: ScanResult, known_elsewhere: frozenset[str]) -> frozenset[FeedKey]:
        """Settle every difference between the scan and the index; return the feeds touched.

        Raises RemovalsError when more than half of the live posts vanished,
        unless the rules allow it.
        """
        errors = {_stand_in(error): error for error in scan.errors}
        files = sorted((*scan.files, *errors), key=lambda file: file.path)
        changes = self._index.files.compare(files, known_elsewhere, scan.within)
        readings = [reading for file in changes.to_read for reading in self._read(file, errors.get(file))]
        gone = {*changes.removed, *(reading.file.path for reading in readings if reading.outcome is None)}
        gone -= self._follow_renames(readings, gone)
        self._guard_removals(gone)
        self._withdraw(gone)
        for reading in readings:
            self._settle(reading)
        for post in self._index.posts.due(self._now):
            finding = self._let_in(post)
            if finding:
                self._index.files.warn(finding)
        for id_, feeds in sorted(self._left.items()):
            self._ledger.deleted.note(id_, sorted(feeds), self._now)
        return frozenset(self._touched)

    def _read(self, file: SourceFile, error: PostError | None) -> Iterator[_Reading]:
        # No digest: what could not be read is read again by every build.
        outcome: bytes | PostError | None = error or read_source(self._rules.directory, file, self._rules.max_bytes)
        if not isinstance(outcome, bytes):
            yield _Reading(file=file, digest="", outcome=outcome)
            return
        digest = blake2b(outcome, digest_size=16).hexdigest()
        if not self._index.files.is_same(file, digest, self._read_ns):
            yield _Reading(file=file, digest=digest, outcome=self._rules.parse(file.path, outcome))

    def _follow_renames(self, readings: Iterable[_Reading], gone: set[str]) -> set[str]:
        posts = [reading.outcome for reading in readings if isinstance(reading.outcome, Post)]
        read = frozenset(reading.file.path for reading in readings)

        def is_there(path: str) -> bool:
            return path not in gone and (path in read or self._index.files.is_known(path))

        renames = dict(self._ledger.match_renames(posts, is_there, frozenset(gone)))
        for reading in readings:
            if isinstance(reading.outcome, PostError) and self._may_be_renamed(reading):
                known = (path for path in self._index.files.known_as(reading.digest) if path in gone)
                old = next((path for path in known if path not in renames.values()), None)
                if old is not None:
                    renames[reading.file.path] = old
                    self._keep_renamed(old, reading.file.path)
        for new, old in renames.items():
            self._leave(old, self._index.posts.drop(old))
            self._ledger.rename(old, new)
            self._index.files.drop(old)
        return set(renames.values())

    def _may_be_renamed(self, reading: _Reading) -> bool:
        """Tell whether a rejected file may be another one's; what is moved over a post does not take its name."""
        return bool(reading.digest) and self._ledger.live_id(reading.file.path) is None

    def _keep_renamed(self, old: str, new: str) -> None:
        """Keep the last good version of a file that was renamed while it is rejected."""
        good = self._index.posts.get(old) or self._ledger.kept(old)
        if good:
            self._ledger.keep(replace(good, path=new, name_key=name_key(new)))

    def _guard_removals(self, gone: set[str]) -> None:
        if not gone or self._rules.allow_removals:
            return
        vanished = self._ledger.count_live(gone)
        if not self._ledger.has_live(2 * vanished):
            raise RemovalsError(str(self._rules.directory), vanished, len(self._ledger.live_paths()))

    def _withdraw(self, paths: Iterable[str]) -> None:
        for path in sorted(paths):
            self._leave(path, self._index.posts.drop(path))
            self._index.files.drop(path)
            self._ledger.withdraw([path], self._now)

    def _leave(self, path: str, feeds: frozenset[FeedKey]) -> None:
        """Note that the entry at ``path`` left these feeds; the site's it leaves even if the index knew of none."""
        self._touched |= feeds
        id_ = self._ledger.live_id(path)
        if id_ is not None:
            self._left.setdefault(id_, set()).update(feeds, (SITE,))

    def _enter(self, id_: str, feeds: frozenset[FeedKey], touched: frozenset[FeedKey]) -> None:
        """Note that the entry is in ``feeds`` now, whatever it was in by this path or by another name before."""
        self._touched |= touched
        self._ledger.deleted.forget(id_, feeds)
        left = (self._left.pop(id_, set()) | touched) - feeds
        if left:
            self._left[id_] = left

    def _settle(self, reading: _Reading) -> None:
        file, outcome = reading.file, reading.outcome
        if isinstance(outcome, Post):
            self._ledger.release(file.path)
            finding = self._let_in(outcome)
            warnings = (*outcome.warnings, *((finding,) if finding else ()))
            self._index.files.record(file, reading.digest, self._read_ns, warnings=warnings)
        elif isinstance(outcome, PostError):
            self._keep_last_good(file.path)
            self._index.files.record(file, reading.digest, self._read_ns, rejected=outcome)
        elif isinstance(outcome, Withheld):
            self._withdraw([file.path])
            self._index.files.record(file, reading.digest, self._read_ns)

    def _let_in(self, post: Post) -> Finding | None:
        if not self._rules.future and post.published > self._now:
            self._leave(post.path, self._index.posts.put(post, None, None))
            self._ledger.withdraw([post.path], self._now)
            return None
        admission = self._ledger.admit(post, self._now, self._rules.window)
        feeds: frozenset[FeedKey] = frozenset({SITE, *((term.kind, term.key) for term in post.terms)})
        self._enter(admission.id, feeds, self._index.posts.put(post, admission.id, admission.live_at))
        return admission.finding

    def _keep_last_good(self, path: str) -> None:
        good = self._index.posts.get(path) or self._ledger.kept(path)
        if good:
            self._ledger.keep(good)
            self._let_in(good)


def _stand_in(error: PostError) -> SourceFile:
    """Give a path that the scan refused a look of its own, which changes with the reason."""
    return SourceFile(path=error.path, size=-1, mtime_ns=0, ctime_ns=0, inode=zlib.crc32(error.reason.encode()))
