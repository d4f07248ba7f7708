"""Reads posts for `feedsvc check`: what each says wrong, the lines of it, and what mends would make of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from feedsvc.checking.exact import line_at, read_exact
from feedsvc.checking.marks import is_marked, mark_of
from feedsvc.checking.mending import Mended, Reader, mend
from feedsvc.checking.mends import Mend, may_help
from feedsvc.checking.problems import Problem
from feedsvc.model import Brief, Finding, Post, PostError, SourceFile, Withheld
from feedsvc.posts.files import FileReader, Parser, Reading, Unparsed, Unread
from feedsvc.posts.reading import read_source
from feedsvc.posts.scan import ScanResult, scan_posts
from feedsvc.records import PostRecord, load_findings

if TYPE_CHECKING:
    from feedsvc.config import Settings

# What a post without a date is read by while its mends are tried.
_ANY_DATE = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One file and what is to be told of it; ``data`` are its bytes, empty where they cannot be read."""

    path: str
    data: bytes = field(repr=False)
    findings: tuple[Finding, ...]


class Checker:
    """Reads the posts of one site as a build does, and publishes nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def scan(self, within: Sequence[str] | None) -> ScanResult:
        """List the posts: all of them, or those at and below the paths ``within`` the posts directory."""
        posts = self._settings.posts
        hugo = posts.generator == "hugo"
        return scan_posts(posts.dir, posts.patterns, within, exclude=posts.exclude, bundles=hugo)

    def check(self, scan: ScanResult) -> Iterator[Checked]:
        """Yield the files that something is to be told of, in the order of their paths but for undated ones."""
        from feedsvc.readers import make_dater
        from feedsvc.undated import NothingRemembered

        marked: set[str] = set()
        reader = replace(self._reader, parse=_Noting(self._reader.parse, marked))
        yield from (Checked(path=error.path, data=b"", findings=(error,)) for error in scan.errors)
        readings = (reader.read([Unread(file, "")]) for file in sorted(scan.files))
        for batch in make_dater(self._settings, reader, NothingRemembered()).complete(readings):
            for reading in batch:
                if findings := _findings(reading, marked):
                    yield Checked(path=reading.file.path, data=self._bytes(reading.file), findings=findings)

    def mend(self, checked: Checked) -> Mended:
        """Make the mends that cannot be wrong, of the bytes that were read."""
        if not checked.data or not may_help(checked.findings):
            return Mended(data=checked.data)
        return mend(checked.data, Reader(path=checked.path, encodings=self._encodings, parse=self._parse(checked.path)))

    def problems(self, scan: ScanResult, prefix: str, *, with_mends: bool) -> Iterator[Problem]:
        """Yield all that is to be told; ``with_mends`` says of each whether it can be mended."""
        for each in self.check(scan):
            yield from self.tell(each, prefix, self.mend(each).mends if with_mends else ())

    def tell(self, checked: Checked, prefix: str, mends: Sequence[Mend]) -> Iterator[Problem]:
        """Yield what is to be told of one file; ``prefix`` leads to the posts directory."""
        mendable = {each.finding for each in mends}
        exact = read_exact(checked.data, self._encodings)
        text = exact.text if exact else checked.data.decode("utf-8", "replace")
        for each in checked.findings:
            line = line_at(text, each.line) if each.line and checked.data else None
            yield Problem(path=prefix + checked.path, finding=each, text=line, mendable=each in mendable)

    @cached_property
    def _reader(self) -> FileReader:
        from feedsvc.readers import make_reader

        return make_reader(self._settings)

    @property
    def _encodings(self) -> Sequence[str]:
        return self._settings.posts.encodings

    def _bytes(self, file: SourceFile) -> bytes:
        data = read_source(self._settings.posts.dir, file, self._settings.posts.max_bytes)
        return data if isinstance(data, bytes) else b""

    def _parse(self, path: str) -> Callable[[bytes], Post | PostError | Withheld]:
        from feedsvc.posts.parse import parse_post
        from feedsvc.readers import post_rules

        rules, site = post_rules(self._settings), self._reader.site
        return lambda data: parse_post(path, data, rules, site.fresh(), _ANY_DATE)


def _findings(reading: Reading, marked: Collection[str]) -> tuple[Finding, ...]:
    """Return what is to be told of one file; nothing of a post that its author keeps back, or that is gone."""
    findings: tuple[Finding, ...] = ()
    if isinstance(reading.outcome, PostError):
        findings = (reading.outcome,)
    elif isinstance(reading.outcome, PostRecord):
        findings = load_findings(reading.outcome.warnings or "[]")
    else:
        return ()
    path = reading.file.path
    return (*findings, mark_of(path)) if path in marked else findings


@dataclass(frozen=True)
class _Noting:
    """A parser that notes which files begin with a byte order mark."""

    parse: Parser
    marked: set[str]

    def __call__(self, posts: Sequence[Unparsed], /) -> Sequence[Post | Brief | PostError | Withheld]:
        self.marked.update(post.path for post in posts if is_marked(post.data))
        return self.parse(posts)
