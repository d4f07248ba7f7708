"""What there is to tell about a template: values that become findings once it is known whose template it was."""

from __future__ import annotations

from typing import NamedTuple

from liquid.exceptions import LiquidError


class Problem(NamedTuple):
    """Something wrong at ``offset`` (characters from the beginning) of one template."""

    offset: int
    reason: str
    hint: str = ""


_MOST = 30


def note(problems: list[Problem], problem: Problem) -> None:
    """Add ``problem`` to those that are told; nobody reads the hundredth."""
    if len(problems) < _MOST:
        problems.append(problem)


class ExceededError(Exception):
    """A template that would go on, or grow, beyond every use. Its text is the reason."""


class TagError(LiquidError):
    """A tag or filter that cannot do what it was asked; the text around it is published without it."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason, token=None)
        self.reason, self.hint = reason, hint


def place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of ``offset`` in ``text``, both counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def shown(text: str, length: int = 60) -> str:
    """Return ``text`` on one line, shortened for a message."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
