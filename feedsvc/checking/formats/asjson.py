"""One JSON object, for programs of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence

from feedsvc.checking.problems import Problem


def json_of(problems: Sequence[Problem], *, files: int) -> str:
    """Return the object on one line: ``files`` were read; columns count characters from 1, and 0 is the whole file."""
    errors = sum(each.is_error for each in problems)
    counts = {"files": files, "rejected": errors, "warnings": len(problems) - errors}
    return json.dumps({**counts, "problems": [_problem(each) for each in problems]}, ensure_ascii=False)


def _problem(each: Problem) -> dict[str, object]:
    return {
        "path": each.path,
        "line": each.finding.line,
        "column": each.finding.column,
        "severity": each.severity,
        "rule": each.rule.id,
        "reason": each.finding.reason,
        "hint": each.finding.hint,
        "mendable": each.mendable,
    }
