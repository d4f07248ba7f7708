"""The tags of template languages found in a body: Nunjucks' as Hexo's posts have it, Liquid's as Eleventy's do."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, field

from feedsvc.posts.shortcodes.arguments import read_words
from feedsvc.posts.shortcodes.codeareas import CodeAreas
from feedsvc.posts.shortcodes.pieces import OUTPUT, Arguments, Piece

_CLOSES = {"{": "}}", "%": "%}", "#": "#}"}
_NAME = re.compile(r"-?\s*(?P<name>\w+)\s*")
_WITHIN = frozenset({"else", "elsif", "elseif", "elif", "when"})


@dataclass(slots=True)
class TemplateReader:
    """Reads one body once. What is between the tags of ``verbatim`` is code, and holds no other tags."""

    body: str
    verbatim: Collection[str]
    marks: str = "{%"
    _ends: dict[str, int] = field(default_factory=dict)

    def pieces(self) -> Iterator[Piece]:
        """Yield what is no Markdown, in its order; code is left as it is."""
        opening = re.compile(rf"\{{[{self.marks}]")
        areas, at = CodeAreas(self.body), 0
        while found := opening.search(self.body, at):
            start = found.start()
            at = areas.end_of(start)
            if at >= 0:
                continue
            close = _CLOSES[found[0][1]]
            end = self._find(close, start + 2)
            if end < 0:
                at = start + 2
                continue
            at = end + 2
            inside = self.body[start + 2 : end].removesuffix("-")
            if close == "%}":
                at = yield from self._tag(start, at, inside)
            elif close == "}}":
                shown = " ".join(inside.removeprefix("-").split())
                yield Piece(start, at, f"{OUTPUT} {shown} }}}}", arguments=Arguments(positional=(shown,)))
            else:
                yield Piece(start, at)

    def _tag(self, start: int, end: int, inside: str) -> Generator[Piece, None, int]:
        """Yield the pieces of a tag, and return where the body goes on."""
        named = _NAME.match(inside)
        name = named["name"] if named else ""
        if named is None or name in _WITHIN:
            yield Piece(start, end)
        elif name in {"raw", "comment"}:
            close, after = self._end_tag(name, end)
            yield Piece(start, after, text=self.body[end:close] if name == "raw" else "")
            return after
        elif name.startswith("end") and len(name) > 3:
            yield Piece(start, end, name[3:], closing=True)
        else:
            yield Piece(start, end, name, arguments=read_words(inside[named.end() :]))
            if name in self.verbatim:
                close, after = self._end_tag(name, end)
                if after > end:
                    yield Piece(close, after, name, closing=True)
                return after
        return end

    def _end_tag(self, name: str, start: int) -> tuple[int, int]:
        """Return where the end of a tag begins and ends; ``start`` twice where it has none."""
        if self._ends.get(name, 0) < 0:
            return start, start
        found = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}").search(self.body, start)
        if found is None:
            self._ends[name] = -1
            return start, start
        return found.span()

    def _find(self, word: str, start: int) -> int:
        """Find a closing; where there is none, there is none later."""
        if self._ends.get(word, 0) < 0:
            return -1
        self._ends[word] = self.body.find(word, start)
        return self._ends[word]
