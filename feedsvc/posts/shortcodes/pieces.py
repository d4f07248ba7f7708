"""What is found in a body: calls of shortcodes, their ends, and text that only shows one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a shortcode is called with: texts in their order, and texts by name."""

    positional: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, position: int = -1) -> str:
        """Return the argument called ``name``, else the one at ``position`` (from 0), else an empty text."""
        if name in self.named:
            return self.named[name].strip()
        return self.positional[position].strip() if 0 <= position < len(self.positional) else ""


OUTPUT = "{{"
"""What the name of a piece begins with that writes a value."""

NO_ARGUMENTS = Arguments()


class Piece(NamedTuple):
    """A part of a body, from ``at`` to ``end``, that is not published as it stands.

    Without a ``name`` it is ``text`` that is published instead; else a call of that name, or its end if ``closing``.
    """

    at: int
    end: int
    name: str = ""
    text: str = ""
    closing: bool = False
    arguments: Arguments = NO_ARGUMENTS


class Html(NamedTuple):
    """What a shortcode shows where Markdown must not read it, as its result and not as its source."""

    html: str


class Call(NamedTuple):
    """A shortcode with its arguments; ``inner`` is what stands up to its end, None where it has none."""

    name: str
    arguments: Arguments
    inner: str | None = None
    at: int = 0
