"""The tag ``gist`` of jekyll-gist, which GitHub Pages always have: a link, since readers run no script."""

from __future__ import annotations

import re
from typing import TextIO

from liquid import RenderContext, Token
from liquid.ast import Node
from liquid.exceptions import LiquidSyntaxError
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from feedsvc.posts.liquid.filters.text import escape_html
from feedsvc.posts.liquid.links import value_of
from feedsvc.posts.liquid.problems import TagError, shown
from feedsvc.posts.liquid.scene import Scene

_GIST = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


class _GistNode(Node):
    def __init__(self, token: Token, words: list[str]) -> None:
        super().__init__(token)
        self.blank = False
        self._words = words

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Scene)  # noqa: S101 - nothing else renders these
        gist, file = (_word(each, context) for each in (*self._words, '""')[:2])
        if not _GIST.fullmatch(gist):
            raise TagError(f"gist: {shown(gist)!r} is no gist", "name it as its address does, like ann/c08ee0f2726f")
        place = "#file-" + re.sub(r"[^a-z0-9_]+", "-", file.lower()) if file else ""
        text = f"gist.github.com/{gist}" + (f" ({escape_html(file)})" if file else "")
        return buffer.write(f'<a href="https://gist.github.com/{gist}{place}">{text}</a>')


class _Gist(Tag):
    """``{% gist ann/c08ee0f2726f file.rb %}``."""

    name = "gist"
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        words = stream.expect(TOKEN_EXPRESSION).value.split()
        if len(words) > 2:
            raise LiquidSyntaxError("it names more than a gist and a file", token=None)
        return _GistNode(token, words)


def _word(word: str, scene: Scene) -> str:
    """Return a text in quotes or without, or the value of the variable of that name."""
    value = value_of(word, scene) if _VARIABLE.fullmatch(word) else ""
    return value or word.strip("\"'")


TAGS = (_Gist,)
