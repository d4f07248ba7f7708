"""The mends that may be tried for a finding: what each would make of the file's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from feedsvc.checking.exact import BOM, line_at, put_line, span_of
from feedsvc.checking.quoting import can_be_quoted, put_in_quotes
from feedsvc.checking.rules import BYTE_ORDER_MARK, FORBIDDEN_CHARACTER, STRAY_RETURN, UNQUOTED_TEXT, rule_of
from feedsvc.model import Finding
from feedsvc.posts.frontmatter.source import publishable

_ENTRY = re.compile(r"(?P<key>[A-Za-z_][\w-]*)[ \t]*:[ \t]+(?P<value>\S(?:.*\S)?)[ \t]*", re.DOTALL)
_CODE_POINT = re.compile(r"U\+([0-9A-F]{4,6})\b")
_OWN_LINE = re.compile(r"(?:---|\.\.\.|\+\+\+|[ \t]*[\w-]+[ \t]*:(?:[ \t]|$)|[ \t]*- |[ \t]*#)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One change to a text: ``apply`` makes it; ``what`` tells people of it.

    ``key`` is the one whose value it is about, and ``says`` what that is to say afterwards, or a part of it, with any
    number of blanks in a row, where it is not ``exact``; both are empty where no value may change. ``blank`` puts
    something in the value's place that says nothing of it, to show what the rest of the file says by itself; it leaves
    as many lines as ``apply``.
    """

    finding: Finding
    what: str
    apply: Callable[[str], str] = field(repr=False, compare=False)
    blank: Callable[[str], str] = field(repr=False, compare=False)
    key: str = ""
    says: str = ""
    exact: bool = True


def may_help(findings: Iterable[Finding]) -> bool:
    """Say whether there is a mend to try for any of ``findings``."""
    return any(rule_of(finding).id in _PROPOSALS for finding in findings)


def propose(text: str, finding: Finding) -> Mend | None:
    """Return the mend that may be tried for ``finding``, which was made of ``text``; None where it is the author's."""
    make = _PROPOSALS.get(rule_of(finding).id)
    return make(text, finding) if make else None


def _quote(text: str, finding: Finding) -> Mend | None:
    """Put the value in double quotes, word for word."""
    key, line = finding.reason.partition(":")[0], line_at(text, finding.line)
    entry = _ENTRY.fullmatch(line) if line else None
    if not line or not entry or entry["key"] != key or not can_be_quoted(key, entry["value"]):
        return None
    first, last = entry.span("value")
    number = finding.line

    def put(value: str) -> Callable[[str], str]:
        return lambda text: put_line(text, number, number, f"{line[:first]}{value}{line[last:]}")

    return Mend(
        finding=finding,
        what=f"the {key} is in double quotes",
        apply=put(put_in_quotes(entry["value"])),
        blank=put('""'),
        key=key,
        says=publishable(entry["value"]),
    )


def _join(text: str, finding: Finding) -> Mend | None:
    """Take the carriage returns out of one line, where each stands beside a blank, so that no two words become one."""
    first = last = finding.line
    lines = [line_at(text, last) or ""]
    while first > 1 and _ends_with_return(text, first - 1):
        first -= 1
        lines.insert(0, line_at(text, first) or "")
    while _ends_with_return(text, last) and (after := line_at(text, last + 1)) is not None:
        last += 1
        lines.append(after)
    if first == last or any(_OWN_LINE.match(line) for line in lines[1:]):
        return None
    if any(before[-1:].strip() and after[:1].strip() for before, after in pairwise(lines)):
        return None
    whole = "".join(lines)
    return Mend(
        finding=finding,
        what="the carriage returns within a line are gone",
        apply=lambda text: put_line(text, first, last, whole),
        blank=lambda text: put_line(text, first, last, lines[0]),
        key=finding.reason.partition(":")[0],
        says=whole.strip(),
        exact=False,
    )


def _ends_with_return(text: str, number: int) -> bool:
    """Say whether a carriage return alone ends this line."""
    span = span_of(text, number)
    return span is not None and text[span[1] : span[1] + 1] == "\r" and text[span[1] + 1 : span[1] + 2] != "\n"


def _delete(_: str, finding: Finding) -> Mend | None:
    """Take out every one of the characters that the finding names."""
    code = _CODE_POINT.search(finding.reason)
    if code is None:
        return None
    character = chr(int(code[1], 16))

    def without(text: str) -> str:
        return text.replace(character, "")

    return Mend(finding=finding, what=f"{code[0]} is gone", apply=without, blank=without)


def _unmark(_: str, finding: Finding) -> Mend:
    """Take the byte order mark off."""

    def without(text: str) -> str:
        return text.lstrip(BOM)

    return Mend(finding=finding, what="the byte order mark is gone", apply=without, blank=without)


_PROPOSALS: Mapping[str, Callable[[str, Finding], Mend | None]] = {
    UNQUOTED_TEXT: _quote,
    STRAY_RETURN: _join,
    FORBIDDEN_CHARACTER: _delete,
    BYTE_ORDER_MARK: _unmark,
}
