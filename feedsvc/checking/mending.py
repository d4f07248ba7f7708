"""A file's bytes become mended bytes, where reading them again shows that the mends cannot be wrong.

That is: the finding is gone and no other has come, the mended value says word for word what stood there, and all else
that the front matter and the body say is what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from feedsvc.checking.exact import Exact, read_exact
from feedsvc.checking.marks import is_marked, mark_of
from feedsvc.checking.mends import Mend, propose
from feedsvc.model import Finding, Post, PostError, Withheld
from feedsvc.posts.frontmatter.decoding import decode
from feedsvc.posts.frontmatter.split import FrontMatter, read_front_matter

Outcome: TypeAlias = Post | PostError | Withheld
_MOST = 100
"""Mends of one file; a post that needs more is its author's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the file at ``path`` (relative, with ``/``) is read: ``parse`` tells what bytes say, whatever their date."""

    path: str
    encodings: Sequence[str]
    parse: Callable[[bytes], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What became of a file: its bytes, and what was mended, in order; nothing was where ``mends`` is empty."""

    data: bytes = field(repr=False)
    mends: tuple[Mend, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    data: bytes
    outcome: Outcome
    front: FrontMatter | None
    findings: tuple[Finding, ...]


def mend(data: bytes, reader: Reader) -> Mended:
    """Make every mend of a file that cannot be wrong. Mending the result again changes nothing."""
    exact = read_exact(data, reader.encodings)
    if exact is None:
        return Mended(data=data)
    good, done, refused = _read(data, reader), list[Mend](), set[Finding]()
    while len(done) < _MOST:
        tried = _try(exact, good, reader, refused)
        if tried is None:
            break
        exact, good, mends = tried
        done += mends
    return Mended(data=good.data, mends=tuple(done))


def _try(exact: Exact, good: _Read, reader: Reader, refused: set[Finding]) -> tuple[Exact, _Read, list[Mend]] | None:
    """Mend until the file is a post again, one mend where it is one already; None where none is left to try."""
    while True:
        text, blank, now, chain = exact.text, exact.text, good, list[Mend]()
        while len(chain) < _MOST and (each := _next(text, now.findings, refused, chain)) is not None:
            text, blank = each.apply(text), each.blank(blank)
            chain.append(each)
            now = _read(exact.encode(text), reader)
            if not isinstance(now.outcome, PostError):
                break
        if not chain:
            return None
        if _holds(good, now, _read(exact.encode(blank), reader), chain):
            return Exact(text=text, codec=exact.codec), now, chain
        refused.update(mend.finding for mend in chain)


def _next(text: str, findings: Sequence[Finding], refused: set[Finding], chain: Sequence[Mend]) -> Mend | None:
    tried = {each.finding for each in chain} | refused
    proposals = (propose(text, finding) for finding in findings if finding not in tried)
    return next((each for each in proposals if each is not None), None)


def _read(data: bytes, reader: Reader) -> _Read:
    outcome = reader.parse(data)
    findings: tuple[Finding, ...] = ()
    if isinstance(outcome, PostError):
        findings = (outcome,)
    elif isinstance(outcome, Post):
        findings = outcome.warnings
    if is_marked(data):
        findings = (*findings, mark_of(reader.path))
    return _Read(data=data, outcome=outcome, front=_front(data, reader), findings=findings)


def _front(data: bytes, reader: Reader) -> FrontMatter | None:
    source = decode(reader.path, data, reader.encodings)
    front = None if isinstance(source, PostError) else read_front_matter(source)
    return front if isinstance(front, FrontMatter) else None


def _holds(before: _Read, after: _Read, blank: _Read, mends: Sequence[Mend]) -> bool:
    """Say whether a chain of mends led to a post that says what its author wrote, and nothing else."""
    if isinstance(after.outcome, PostError) or after.front is None or blank.front is None:
        return False
    if not {mend.finding for mend in mends}.isdisjoint(after.findings):
        return False
    keys = {mend.key for mend in mends}
    if not _same_but(blank.front, after.front, keys) or not all(_says(after.front, mend) for mend in mends):
        return False
    if before.front is None:
        return True
    told = {finding.reason for finding in before.findings}
    return (
        _same_but(before.front, after.front, keys)
        and all(finding.reason in told for finding in after.findings)
        and _address(before.outcome) == _address(after.outcome)
    )


def _same_but(one: FrontMatter, other: FrontMatter, keys: set[str]) -> bool:
    """Compare what two files say, but for the values at ``keys``."""
    rest, others = ({k: v for k, v in each.matter.values.items() if k not in keys} for each in (one, other))
    return one.body == other.body and list(rest.items()) == list(others.items())


def _says(front: FrontMatter, mend: Mend) -> bool:
    """Say whether the mended value is what stood there; YAML says how many blanks are in a block of lines."""
    if not mend.key:
        return True
    value = front.matter.values.get(mend.key)
    return isinstance(value, str) and (value == mend.says or (not mend.exact and _words(mend.says) in _words(value)))


def _words(text: str) -> str:
    return " ".join(text.split())


def _address(outcome: Outcome) -> tuple[str, str] | None:
    return (outcome.alternate_link, outcome.proposed_id) if isinstance(outcome, Post) else None
