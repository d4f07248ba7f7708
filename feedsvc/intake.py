"""Take in what changed below the posts directory: read it, and settle it in index and ledger.

A post is let in, kept waiting for its date, rejected (its last good version
stays), or withdrawn. What comes out is the set of feeds that this touches.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feedsvc.collector import uncollected
from feedsvc.errors import RemovalsError
from feedsvc.index.files import FileRecord
from feedsvc.index.posts import Placed
from feedsvc.model import SITE, Finding, Post, PostError, SourceFile, Withheld
from feedsvc.posts.files import Reading, Unread
from feedsvc.records import PostRecord, dump_findings, load_findings, record_post, to_microseconds
from feedsvc.renaming import Renaming
from feedsvc.report import Progress, ignore_progress

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.index.posts import FeedKey
    from feedsvc.ledger import Ledger
    from feedsvc.posts.scan import ScanResult

# Files that may be removed between the scan and their reading before the build takes it for a disk that went away.
_MORE_MAY_VANISH = 1000

Read = Callable[[Sequence[Unread]], Iterator[Sequence[Reading]]]
"""Reads files, and gives what became of them in their order, some at a time."""

Look = Callable[[str, str], str]
"""Tells how what a post draws on looks now, by the kind and the name of its Use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRules:
    """What the owner decides: ``future`` publishes posts dated in the future at once.

    ``window_of`` tells how long the readers of a feed have to see a post, ``file_anew`` puts the last good version of a
    rejected post into the feeds that it would be in today.
    """

    directory: str
    future: bool
    allow_removals: bool
    window_of: Callable[[FeedKey], timedelta] = lambda _: timedelta(0)
    file_anew: Callable[[Post], Post] = lambda post: post


class Intake:
    """One taking in, at one instant, into one index and one ledger."""

    def __init__(
        self,
        rules: IntakeRules,
        read: Read,
        index: Index,
        ledger: Ledger,
        now: datetime,
        progress: Progress = ignore_progress,
        look: Look = lambda *_: "",
    ) -> None:
        self._rules, self._read, self._index, self._ledger, self._now = rules, read, index, ledger, now
        self._progress, self._look = progress, look
        self._renaming = Renaming(index, ledger)
        self._read_ns = int(now.timestamp() * 1_000_000_000)
        self._instant = to_microseconds(now)
        self._touched: set[FeedKey] = set()
        self._left: dict[str, set[FeedKey]] = {}

    def take_in(self, scan: ScanResult, known_elsewhere: frozenset[str]) -> frozenset[FeedKey]:
        """Settle every difference between the scan and the index; return the feeds touched.

        Raises RemovalsError when more than half of the live posts vanished,
        unless the rules allow it.
        """
        errors = {_stand_in(error): error for error in scan.errors}
        with uncollected():
            files = (*scan.files, *errors)
            changes = self._index.files.compare(files, known_elsewhere, scan.within)
        gone = set(changes.removed)
        # Counted before new posts come in: they do not make up for those that vanished.
        live = self._ledger.entries.count_live_up_to(2 * (len(gone) + _MORE_MAY_VANISH))
        to_read = self._with_outdated(changes.to_read, gone, media=scan.within is None)
        held = self._settle_changes(to_read, errors, gone)
        gone -= self._follow_renames(held, gone)
        self._settle(held)
        self._guard_removals(gone, live)
        self._withdraw(gone)
        for post in self._index.posts.due(self._now):
            for finding in self._let_in([record_post(post)]).values():
                self._index.files.warn(finding)
        self._take_out(self._index.expiring.due(self._now))
        for id_, feeds in sorted(self._left.items()):
            self._ledger.deleted.note(id_, sorted(feeds), self._now)
        return frozenset(self._touched)

    def _with_outdated(
        self, to_read: Sequence[tuple[SourceFile, str]], gone: set[str], *, media: bool
    ) -> Sequence[tuple[SourceFile, str]]:
        """Add the posts that draw on what changed, whose own bytes may be the same."""
        outdated = set(self._index.uses.outdated(self._look, media=media)) - gone
        if not outdated:
            return to_read
        changed = {file.path for file, _ in to_read}
        others = self._index.files.last_looks(sorted(outdated - changed))
        known = [(file, "" if file.path in outdated else digest) for file, digest in to_read]
        return sorted([*known, *((file, "") for file in others)])

    def _settle_changes(
        self, to_read: Sequence[tuple[SourceFile, str]], errors: dict[SourceFile, PostError], gone: set[str]
    ) -> list[Reading]:
        """Read and settle; return the readings that may be of known posts under new names, for when all are known.

        Files that vanished meanwhile are added to ``gone``.
        """
        held: list[Reading] = []
        if errors:
            # No digest: what could not be read is read again by every build.
            self._settle([Reading(file, "", errors[file]) for file, _ in to_read if file in errors])
            to_read = [each for each in to_read if each[0] not in errors]
        with uncollected():
            unread = [*map(Unread._make, to_read)]
        done = 0
        with self._index.filling(len(unread)), self._ledger.entries.filling():
            for readings in self._read(unread):
                if kept_back := self._renaming.candidates(readings, gone):
                    held += [each for each in readings if each.file.path in kept_back]
                    self._settle([each for each in readings if each.file.path not in kept_back])
                else:
                    self._settle(readings)
                gone.update(each.file.path for each in readings if each.outcome is None)
                done += len(readings)
                self._progress("posts", done, len(unread))
        return held

    def _follow_renames(self, readings: Iterable[Reading], gone: set[str]) -> set[str]:
        """Let known posts live on under new names; return the old ones."""
        renames = self._renaming.match(readings, gone)
        for new, old in renames.items():
            self._leave(old, self._index.posts.drop(old))
            self._ledger.entries.rename(old, new)
            self._forget_file(old)
        return set(renames.values())

    def _guard_removals(self, gone: set[str], live: int) -> None:
        """Refuse to go on without the greater part of the ``live`` posts, of which no more are counted than matter."""
        vanished = self._ledger.entries.count_live(gone)
        if 2 * vanished > live and not self._rules.allow_removals:
            raise RemovalsError(self._rules.directory, vanished, live)

    def _withdraw(self, paths: Iterable[str]) -> None:
        paths = sorted(paths)
        for path, feeds in self._index.posts.drop_all(paths).items():
            self._leave(path, feeds)
            self._forget_file(path)
        self._ledger.entries.withdraw(paths, self._now)

    def _take_out(self, paths: Sequence[str]) -> None:
        """Let posts leave whose files stay as they are: those that have expired."""
        for path, feeds in self._index.posts.drop_all(paths).items():
            self._leave(path, feeds)
        self._ledger.entries.withdraw(paths, self._now)

    def _forget_file(self, path: str) -> None:
        self._index.files.drop(path)
        self._index.uses.drop(path)

    def _leave(self, path: str, feeds: frozenset[FeedKey]) -> None:
        """Note that the entry at ``path`` left these feeds; the site's it leaves even if the index knew of none."""
        self._touched |= feeds
        id_ = self._ledger.entries.live_id(path)
        if id_ is not None:
            self._left.setdefault(id_, set()).update(feeds, (SITE,))

    def _enter(self, id_: str, feeds: frozenset[FeedKey], left: frozenset[FeedKey]) -> None:
        """Note that the entry is in ``feeds`` now, whatever it ``left`` by this path or by another name before."""
        self._ledger.deleted.forget(id_, feeds)
        others = (self._left.pop(id_, set()) | left) - feeds
        if others:
            self._left[id_] = others

    def _settle(self, readings: Sequence[Reading]) -> None:
        """Settle what became of some files, in their order."""
        same = [each.file for each in readings if each.outcome == "same"]
        self._index.files.look_again(same, self._read_ns)
        records = [each.outcome for each in readings if isinstance(each.outcome, PostRecord)]
        self._ledger.kept.release(*(record.path for record in records))
        findings = self._let_in(records)
        told: list[FileRecord] = []
        for file, digest, outcome, _ in readings:
            if isinstance(outcome, PostRecord):
                warnings = outcome.warnings
                if file.path in findings:
                    warnings = dump_findings([*load_findings(warnings or "[]"), findings[file.path]])
                told.append(FileRecord(file, digest, warnings=warnings))
            elif isinstance(outcome, PostError):
                self._keep_last_good(file.path)
                told.append(FileRecord(file, digest, rejected=dump_findings([outcome])))
            elif isinstance(outcome, Withheld):
                self._withdraw([file.path])
                told.append(FileRecord(file, digest))
        self._index.files.record_all(told, self._read_ns)
        self._index.uses.record((each.file.path, each.uses) for each in readings if each.outcome != "same")

    def _let_in(self, records: Sequence[PostRecord]) -> dict[str, Finding]:
        """Put posts where they stand; return what is to be told of them, by path."""
        now = self._instant
        expired = {
            each.path for each in records if each.expires is not None and each.expires <= max(now, each.published)
        }
        if expired:
            self._take_out(sorted(expired))
            records = [each for each in records if each.path not in expired]
        waiting = [] if self._rules.future else [each for each in records if each.published > now]
        if waiting:
            records = [each for each in records if each.published <= now]
            self._let_wait(waiting)
        admissions = self._ledger.entries.admit_all(records, self._now, self._longest_window)
        admitted = list(zip(records, admissions, strict=True))
        change = self._index.posts.put_all([Placed(each, given.id, given.instant) for each, given in admitted])
        self._touched |= change.touched
        for each, given in admitted if change.left or self._left or self._ledger.deleted else ():
            left = change.left.get(each.path, frozenset())
            if left or given.id in self._left or self._ledger.deleted.knows(given.id):
                self._enter(given.id, frozenset({SITE, *((term.kind, term.key) for term in each.terms)}), left)
        return {each.path: given.finding for each, given in admitted if given.finding}

    def _longest_window(self, record: PostRecord) -> timedelta:
        """Return how long the slowest readers of a post have to see it."""
        feeds = (SITE, *((term.kind, term.key) for term in record.terms))
        return max(map(self._rules.window_of, feeds))

    def _let_wait(self, records: Sequence[PostRecord]) -> None:
        change = self._index.posts.put_all([Placed(each, None, None) for each in records])
        for each in records:
            self._leave(each.path, change.left.get(each.path, frozenset()))
        self._ledger.entries.withdraw([each.path for each in records], self._now)

    def _keep_last_good(self, path: str) -> None:
        """Let a rejected file's last good version stay, if any document carried it: only then is there all of it."""
        good = self._index.posts.get(path) or self._ledger.kept.get(path)
        if good is None:
            if self._index.posts.knows(path):
                self._withdraw([path])
            return
        good = self._rules.file_anew(good)
        self._ledger.kept.keep(good)
        if not self._index.posts.stands(path):
            self._let_in([record_post(good)])


def _stand_in(error: PostError) -> SourceFile:
    """Give a path that the scan refused a look of its own, which changes with the reason."""
    return SourceFile(path=error.path, size=-1, mtime_ns=0, ctime_ns=0, inode=zlib.crc32(error.reason.encode()))
