"""Jekyll's ``include`` and ``include_relative`` (``lib/jekyll/tags/include.rb``), and a plugin's ``include_cached``."""

from __future__ import annotations

import re
from typing import NamedTuple, TextIO

from liquid import Environment, RenderContext, Token
from liquid.ast import Node
from liquid.exceptions import LiquidSyntaxError
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

from feedsvc.posts.liquid.problems import TagError, shown
from feedsvc.posts.liquid.ruby import output, plain
from feedsvc.posts.liquid.scene import Scene

MAX_INCLUDE = 1_000_000
"""Bytes of the longest file that may be included."""

_PARAMETER = re.compile(
    r"""([\w-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|([\w.-]+))(?=\s|\Z)\s*""", re.DOTALL
)
_VARIABLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_FILE_NAME = re.compile(r"[\w/.\-()+~#@]+")
_DOTS = re.compile(r"[./]{2,}")


class _Parameter(NamedTuple):
    """A parameter: a text, or the path of a variable."""

    name: str
    text: str
    variable: str


class _Include(Tag):
    """``{% include file.html name=value %}``."""

    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        markup = stream.expect(TOKEN_EXPRESSION).value
        name, rest = _split_markup(markup)
        return _IncludeNode(token, self.name, name, _parameters(rest), self.env)


class _IncludeNode(Node):
    def __init__(
        self, token: Token, tag: str, name: str, parameters: tuple[_Parameter, ...] | None, env: Environment
    ) -> None:
        super().__init__(token)
        self.blank = False
        self._tag, self._name, self._parameters, self._env = tag, name, parameters, env

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Scene)  # noqa: S101 - nothing else renders these
        from feedsvc.posts.liquid.rendering import render_template
        from feedsvc.posts.liquid.templates import read_include

        path = self._path(context)
        source = _read(context, path)
        template = read_include(source)
        given = {} if self._parameters is None else {"include": self._values(context)}
        with context.included(path, self.token, given):
            for problem in template.problems:
                context.tell_at(source, *problem)
            render_template(template, context, buffer)
        return 0

    def _path(self, scene: Scene) -> str:
        """Return the path of the file below the site's directory."""
        name = _VARIABLE.sub(lambda match: _filled_in(match[1], scene), self._name)
        if _DOTS.search(name) or not _FILE_NAME.fullmatch(name):
            raise TagError(f"{self._tag}: {shown(name)!r} is no name of a file that may be included")
        return f"{scene.site.directory_of(self._tag)}{name}"

    def _values(self, scene: Scene) -> dict[str, object]:
        return {
            each.name: _lookup(each.variable, scene) if each.variable else each.text for each in self._parameters or ()
        }


def _split_markup(markup: str) -> tuple[str, str]:
    """Return the file's name, which may hold outputs, and what follows it."""
    end = 0
    while end < len(markup) and not markup[end].isspace():
        closing = markup.find("}}", end) if markup.startswith("{{", end) else -1
        end = closing + 2 if closing >= 0 else end + 1
    return markup[:end], markup[end:].strip()


def _parameters(markup: str) -> tuple[_Parameter, ...] | None:
    """Return the parameters, None where there are none. Raises LiquidSyntaxError."""
    if not markup:
        return None
    found, end = [], 0
    while end < len(markup):
        match = _PARAMETER.match(markup, end)
        if match is None:
            raise LiquidSyntaxError(f"`{shown(markup[end:])}` is no name=value", token=None)
        name, double, single, variable = match.groups()
        text = (double or "").replace('\\"', '"') or (single or "").replace("\\'", "'")
        found.append(_Parameter(name, text, variable or ""))
        end = match.end()
    return tuple(found)


def _read(scene: Scene, path: str) -> str:
    data = scene.site.files.read(path, MAX_INCLUDE)
    if data is None:
        there = scene.site.files.head(path) is not None
        reason = f"is longer than {MAX_INCLUDE:,} bytes, and was left out" if there else "is not there"
        raise TagError(f"{path} {reason}", "shorten that file" if there else "write that file, or take the tag out")
    scene.bounds.step(len(data) // 64)
    return scene.site.text_of(data)


def _lookup(variable: str, scene: Scene) -> object:
    from feedsvc.posts.liquid.expressions import read_expression

    return plain(read_expression(variable).evaluate(scene))


def _filled_in(markup: str, scene: Scene) -> str:
    return output(_lookup(markup.strip(), scene))


class _IncludeTag(_Include):
    name = "include"


class _IncludeCached(_Include):
    name = "include_cached"


class _IncludeRelative(_Include):
    name = "include_relative"


TAGS = (_IncludeTag, _IncludeCached, _IncludeRelative)
