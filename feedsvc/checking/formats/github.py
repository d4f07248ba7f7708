"""GitHub's workflow commands, which put a problem beside its line in a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from feedsvc.checking.problems import Problem


def github_of(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield ``::error file=…,line=…,col=…,title=…::message`` for each problem."""
    for each in problems:
        properties = {"file": each.path}
        if each.finding.line:
            properties |= {"line": str(each.finding.line), "col": str(each.finding.column)}
        properties["title"] = each.rule.summary.removesuffix(".")
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        yield f"::{each.severity} {listed}::{_data(each.message)}"


def _data(text: str) -> str:
    """Escape as the runner's own toolkit does (`escapeData` in actions/toolkit)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
