"""The files: how each looked when it was last read, and what was to be said of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from feedsvc.database import Database
from feedsvc.index.listing import Listing, write_looks
from feedsvc.model import Finding, PostError, SourceFile
from feedsvc.records import dump_findings, load_findings

SCHEMA = """
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER, read_ns INTEGER,
    digest TEXT NOT NULL, rejected TEXT, warnings TEXT) WITHOUT ROWID;
CREATE INDEX files_rejected ON files (path, rejected) WHERE rejected IS NOT NULL;
CREATE INDEX files_warnings ON files (path, warnings) WHERE warnings IS NOT NULL;
"""
# A file changed this close to the moment it was read may have changed again without its times telling.
_RACY_NS = 2_000_000_000
_DOUBTFUL = f"(digest='' OR max(mtime_ns, ctime_ns) > read_ns - {_RACY_NS})"

# So many of all files are asked for one by one, and may be missing from the listing; more are compared all at once.
_FEW, _FEW_OF_ALL = 100, 0.03

INDEXES = {"files_digest": "files (digest)", "files_doubtful": f"files (path) WHERE {_DOUBTFUL}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a scan found: the files to read, each with the digest it is known by, and the paths that are gone.

    Both are sorted by path; a digest is empty where the file is new or its bytes are not to be trusted.
    """

    to_read: tuple[tuple[SourceFile, str], ...]
    removed: tuple[str, ...]


class FileRecord(NamedTuple):
    """A file that was read; ``rejected`` and ``warnings`` are what ``dump_findings`` wrote, empty for nothing."""

    file: SourceFile
    digest: str
    rejected: str = ""
    warnings: str = ""


class Files:
    """The table of files."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listing = Listing(database)

    def compare(
        self,
        files: Sequence[SourceFile],
        known_elsewhere: frozenset[str] = frozenset(),
        within: Sequence[str] | None = None,
    ) -> Changes:
        """Tell which files are new or look different from when they were read, and which are gone.

        ``within`` are the paths that were looked at, with all below them; None: everything was.
        ``known_elsewhere`` are paths that were live according to the ledger. A file
        without a digest could not be read last time and is tried again.
        """
        if within is None:
            changes = self._compare_all(files)
        else:
            # "0" comes behind "/".
            below = [("(path=? OR (path>? AND path<?))", (path, f"{path}/", f"{path}0")) for path in within]
            changes = self._compare(files, below)
        if known_elsewhere:
            gone = known_elsewhere.difference(file.path for file in files).union(changes.removed)
            changes = replace(changes, removed=tuple(sorted(gone)))
        return changes

    def _compare_all(self, files: Sequence[SourceFile]) -> Changes:
        """Compare all there are, of which the listing tells most."""
        text, few = write_looks(files), max(_FEW, _FEW_OF_ALL * len(files))
        gap = self._listing.compare(text)
        if gap is None or len(gap.paths) > few:
            changes = self._compare(files, [("TRUE", ())])
        else:
            suspects = [file for file in files if file.path in gap.paths] if gap.paths else ()
            changes = self._compare(suspects, [("path=?", (path,)) for path in gap.paths])
        if len(changes.to_read) > few:
            # It would say nothing of most of them.
            self._listing.forget()
        else:
            self._listing.keep(text, gap, [*changes.removed, *(file.path for file, _ in changes.to_read)])
        return changes

    def _compare(self, files: Collection[SourceFile], clauses: Iterable[tuple[str, tuple[str, ...]]]) -> Changes:
        """Compare files with those of the table that one of the clauses chooses."""
        known, doubtful = self._looks(clauses)
        # Sets of the same tuples are compared without a step of Python for each file, of 100,000.
        found = frozenset(files)
        to_read = sorted(found - known)
        changed = {row[0] for row in known - found}
        present = {file.path for file in to_read}
        digests = {path: self._digest(path) for path in changed & present} | doubtful
        removed = (changed | doubtful.keys()) - present
        return Changes(
            to_read=tuple((file, digests.get(file.path, "")) for file in to_read), removed=tuple(sorted(removed))
        )

    def _looks(self, clauses: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[set[tuple[Any, ...]], dict[str, str]]:
        """Return what is known of the files that can be trusted to be as they look, and the digests of the others."""
        known: set[tuple[Any, ...]] = set()
        doubtful: dict[str, str] = {}
        for clause, values in clauses:
            looks = f"SELECT path, size, mtime_ns, ctime_ns, inode FROM files WHERE {clause}"  # noqa: S608 (constants)
            known.update(self._database.rows(looks, values))
            # Those few have an index of their own; judging them while all are listed took a fifth more.
            others = f"SELECT path, size, mtime_ns, ctime_ns, inode, digest FROM files WHERE {clause} AND {_DOUBTFUL}"  # noqa: S608
            for *look, digest in self._database.rows(others, values):
                known.remove(tuple(look))
                doubtful[look[0]] = digest
        return known, doubtful

    def _digest(self, path: str) -> str:
        return str(self._database.row("SELECT digest FROM files WHERE path=?", (path,))[0])

    def last_looks(self, paths: Iterable[str]) -> list[SourceFile]:
        """Return how these files looked when they were read last."""
        query = "SELECT path, size, mtime_ns, ctime_ns, inode FROM files WHERE path=?"
        return [SourceFile(*row) for path in paths for row in self._database.rows(query, (path,))]

    def is_known(self, path: str) -> bool:
        """Tell whether the last build found a file at this path."""
        return self._database.row("SELECT 1 FROM files WHERE path=?", (path,)) is not None

    def look_again(self, files: Iterable[SourceFile], read_ns: int) -> None:
        """Remember how files look now whose bytes are those last read."""
        files = list(files)
        self._listing.leave_out(file.path for file in files)
        self._database.write(
            "UPDATE files SET size=?, mtime_ns=?, ctime_ns=?, inode=?, read_ns=? WHERE path=?",
            ((file.size, file.mtime_ns, file.ctime_ns, file.inode, read_ns, file.path) for file in files),
        )

    def record(
        self,
        file: SourceFile,
        digest: str,
        read_ns: int,
        *,
        rejected: PostError | None = None,
        warnings: Sequence[Finding] = (),
    ) -> None:
        """Remember that a file was read and what is to be told of it."""
        told = dump_findings(warnings) if warnings else ""
        self.record_all([FileRecord(file, digest, dump_findings([rejected]) if rejected else "", told)], read_ns)

    def record_all(self, records: Iterable[FileRecord], read_ns: int) -> None:
        """Remember that files were read and what is to be told of them."""
        records = list(records)
        self._listing.leave_out(each.file.path for each in records)
        self._database.write(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((*each.file, read_ns, each.digest, each.rejected or None, each.warnings or None) for each in records),
        )

    def warn(self, finding: Finding) -> None:
        """Add one more thing to be told of a file that is recorded."""
        row = self._database.row("SELECT warnings FROM files WHERE path=?", (finding.path,))
        known = self._database.parse(load_findings, row[0]) if row and row[0] else ()
        warnings = dump_findings([*known, finding])
        self._database.execute("UPDATE files SET warnings=? WHERE path=?", (warnings, finding.path))

    def tell(self, path: str, warnings: str) -> None:
        """Put ``warnings``, as ``dump_findings`` wrote them, before what else is to be told of a recorded file."""
        row = self._database.row("SELECT warnings FROM files WHERE path=?", (path,))
        if row and row[0]:
            load = self._database.parse
            warnings = dump_findings([*load(load_findings, warnings), *load(load_findings, row[0])])
        self._database.execute("UPDATE files SET warnings=? WHERE path=?", (warnings, path))

    def forget(self) -> None:
        """Have every file read again, whatever it looks like."""
        self._listing.forget()
        self._database.execute("UPDATE files SET digest=''")

    def drop(self, path: str) -> None:
        """Forget a file that is gone."""
        self._listing.leave_out([path])
        self._database.execute("DELETE FROM files WHERE path=?", (path,))

    def any(self) -> bool:
        """Tell whether any file is known."""
        return self._database.row("SELECT 1 FROM files LIMIT 1") is not None

    def known_as(self, digest: str) -> list[str]:
        """Return the paths at which these bytes were read last, sorted."""
        return [row[0] for row in self._database.rows("SELECT path FROM files WHERE digest=? ORDER BY path", (digest,))]

    def rejected(self) -> list[tuple[Finding, bool]]:
        """Return each rejected file's finding, by path, and whether its last good version is in the feeds."""
        rows = self._database.rows(
            "SELECT rejected, EXISTS (SELECT 1 FROM posts WHERE posts.path=files.path AND live_at IS NOT NULL)"
            " FROM files WHERE rejected IS NOT NULL ORDER BY path"
        )
        return [(self._database.parse(_load_finding, row[0]), bool(row[1])) for row in rows]

    def warnings(self) -> list[Finding]:
        """Return what is to be told of posts that are published all the same, by path."""
        rows = self._database.rows("SELECT warnings FROM files WHERE warnings IS NOT NULL ORDER BY path")
        return [finding for row in rows for finding in self._database.parse(load_findings, row[0])]


def _load_finding(text: str) -> Finding:
    return load_findings(text)[0]
