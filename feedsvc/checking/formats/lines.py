"""One line a problem, ``path:line:column: reason; hint``: for editors, for grep, and for logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feedsvc.checking.problems import Problem
from feedsvc.report import ELSEWHERE, abridge


def lines_of(problems: Sequence[Problem], *, whole: bool) -> list[str]:
    """Return the lines, errors first; of many warnings of one kind only some, unless ``whole``."""
    errors = [_line(each) for each in problems if each.is_error]
    warnings = [_line(each) for each in problems if not each.is_error]
    return [*errors, *warnings] if whole else [*_abridged(errors, ELSEWHERE), *_abridged(warnings)]


def _abridged(lines: Iterable[str], only: str = "") -> list[str]:
    return list(abridge(lines, only=only))


def _line(problem: Problem) -> str:
    return f"{problem.place}: {'' if problem.is_error else 'warning: '}{problem.message}"
