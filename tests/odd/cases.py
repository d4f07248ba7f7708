"""What an odd post is, and what must come of it: the words in which the tables beside this file are written."""

from __future__ import annotations

from dataclasses import dataclass

PATH = "2024-07-11-a.md"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file, and what must come out. A text of ``None``, and an empty tuple, say nothing about it.

    ``rejected`` is ``line:column`` and a piece of the reason, ``withheld`` the reason. ``has`` and ``lacks`` are pieces
    of the content, the latter in any letter case; ``warns`` pieces of warnings, and a ``silent`` case has none. Where
    ``either`` a post or an error is right, what is tested of every post is all there is to it. Instants are as RFC 3339
    writes them.
    """

    name: str
    data: bytes
    path: str = PATH
    rejected: str | None = None
    withheld: str | None = None
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    id: str | None = None
    link: str | None = None
    summary: str | None = None
    language: str | None = None
    categories: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    warns: tuple[str, ...] = ()
    silent: bool = False
    either: bool = False
    zone: str = "Asia/Seoul"


def matter(*lines: str, body: str = "Text.") -> bytes:
    """A post of these lines of YAML."""
    return ("---\n" + "".join(f"{line}\n" for line in lines) + f"---\n{body}\n").encode()


def body(text: str) -> bytes:
    """A post of this text below the least front matter."""
    return matter("title: t", body=text)
