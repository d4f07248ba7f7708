"""What becomes of a body with Liquid in it."""

from __future__ import annotations

from dataclasses import dataclass

from feedsvc.posts.liquid.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A body without Liquid, and what there is to tell about what it was made of; offsets are in the body."""

    text: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded:
    """Why a body is not rendered: it would go on, or grow, beyond every use. ``offset`` is in the body."""

    reason: str
    offset: int = 0
