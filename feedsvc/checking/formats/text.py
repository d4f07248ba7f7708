"""For people: each problem once, and below it its places, with the line of each and a pointer under the column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from feedsvc.checking.excerpt import excerpt
from feedsvc.checking.problems import Group, Problem, group
from feedsvc.report import ELSEWHERE, count

_MOST_PLACES, _MOST_OF_ONE_HINT = 3, 20

Paint = Callable[[str, str], str]
"""Colours a text (the second) as a part of the page: ``error``, ``warning``, ``place`` or ``pointer``."""


def text_of(
    problems: Sequence[Problem], *, width: int, whole: bool, paint: Paint = lambda _, text: text
) -> Iterator[str]:
    """Yield the page's lines, ``width`` cells at most but for words of ours.

    Of a warning, and of what lies in another file than the post, only some places are shown, unless ``whole``.
    """
    hints = Counter[str]()
    for each in group(problems):
        shown = each if whole or _is_own_error(each) else _some(each, _MOST_OF_ONE_HINT - hints[each.hint])
        hints[each.hint] += len(shown.problems)
        yield from _group(shown, len(each.problems), width, paint)


def _is_own_error(one: Group) -> bool:
    return one.severity == "error" and not one.reason.startswith(ELSEWHERE)


def _some(one: Group, room: int) -> Group:
    most = min(_MOST_PLACES, room) if one.hint else _MOST_PLACES
    return replace(one, problems=one.problems[: max(most, 0)])


def _group(one: Group, total: int, width: int, paint: Paint) -> Iterator[str]:
    places = f" ({count(total, 'place')})" if total > 1 else ""
    yield f"{paint(one.severity, f'{one.severity}:')} {one.reason}{places}"
    if one.hint:
        yield f"  {one.hint}"
    for each in one.problems:
        yield f"    {paint('place', each.place)}"
        if each.text is not None and each.finding.line:
            line, pointer = excerpt(each.text, each.finding.column, max(width - 6, 20))
            yield f"      {line}"
            yield f"      {paint('pointer', pointer)}"
    if total > len(one.problems):
        yield f"    and {count(total - len(one.problems), 'more place' if one.problems else 'place')}"
    yield ""
