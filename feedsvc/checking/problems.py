"""A finding with all that is told of it: its severity, its rule, its line, and whether it can be mended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from feedsvc.checking.rules import Rule, rule_of
from feedsvc.model import Finding, PostError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding at one place; ``path`` leads to the file from where people are.

    ``text`` is the line of the file without its end, None where the finding has none. ``mendable``: `--fix` mends it.
    """

    path: str
    finding: Finding
    text: str | None = None
    mendable: bool = False

    @property
    def is_error(self) -> bool:
        """Whether it keeps the post out of the feeds."""
        return isinstance(self.finding, PostError)

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return "error" if self.is_error else "warning"

    @property
    def rule(self) -> Rule:
        """The kind of the finding."""
        return rule_of(self.finding)

    @property
    def place(self) -> str:
        """Where it is, as editors take it."""
        at = f":{self.finding.line}:{self.finding.column}" if self.finding.line else ""
        return f"{self.path}{at}"

    @property
    def message(self) -> str:
        """What is wrong and how to mend it, on one line."""
        return self.finding.reason + (f"; {self.finding.hint}" if self.finding.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Problems with the same words: ``problems`` are in the order in which they came."""

    severity: str
    reason: str
    hint: str
    problems: tuple[Problem, ...]


def group(problems: Iterable[Problem]) -> tuple[Group, ...]:
    """Gather problems by what they say: errors first, then in the order in which each was first met."""
    found: dict[tuple[bool, str, str], list[Problem]] = {}
    for each in problems:
        found.setdefault((not each.is_error, each.finding.reason, each.finding.hint), []).append(each)
    return tuple(
        Group(severity=members[0].severity, reason=reason, hint=hint, problems=tuple(members))
        for (_, reason, hint), members in sorted(found.items(), key=lambda item: item[0][0])
    )
