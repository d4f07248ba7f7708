"""SARIF 2.1.0 (OASIS), which GitHub's code scanning, GitLab, Azure DevOps and editors read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from feedsvc.checking.problems import Problem
from feedsvc.checking.rules import RULES

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_of(problems: Sequence[Problem], *, version: str) -> str:
    """Return a log of one run; ``version`` is feedsvc's. The same problems give the same bytes."""
    used = {each.rule for each in problems}
    rules = [rule for rule in RULES if rule in used]
    driver = {
        "name": "feedsvc",
        "version": version,
        "rules": [{"id": rule.id, "shortDescription": {"text": rule.summary}} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        # A carriage return alone ends a line for us, as for most editors.
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [_result(each, rules.index(each.rule)) for each in problems],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _result(each: Problem, rule: int) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": quote(each.path)}}
    if each.finding.line:
        where["region"] = {"startLine": each.finding.line, "startColumn": _utf16_column(each)}
    return {
        "ruleId": each.rule.id,
        "ruleIndex": rule,
        "level": each.severity,
        "message": {"text": each.message},
        "locations": [{"physicalLocation": where}],
    }


def _utf16_column(each: Problem) -> int:
    """Return the column in code units of UTF-16, counted from 1 (SARIF 3.30.6), where emoji are two."""
    if each.text is None:
        return max(each.finding.column, 1)
    return len(each.text[: each.finding.column - 1].encode("utf-16-le", "surrogatepass")) // 2 + 1
