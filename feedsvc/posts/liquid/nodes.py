"""The nodes that python-liquid writes otherwise than Ruby's Liquid: outputs, cycles, and loops with a limit of none."""

from __future__ import annotations

from typing import TextIO

from liquid import RenderContext, Token
from liquid.ast import BlockNode
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.cycle_tag import CycleNode, CycleTag
from liquid.builtin.tags.echo_tag import EchoNode, EchoTag
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.builtin.tags.tablerow_tag import TablerowNode, TablerowTag
from liquid.expression import Expression

from feedsvc.posts.liquid import ruby
from feedsvc.posts.liquid.bounds import weight
from feedsvc.posts.liquid.scene import Scene


def _write(value: object, buffer: TextIO) -> int:
    weight(value)
    return buffer.write(ruby.output(ruby.plain(value)))


class _OutputNode(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return _write(self.expression.evaluate(context), buffer)


class _EchoNode(EchoNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return _write(self.expression.evaluate(context), buffer)


class _CycleNode(CycleNode):
    """``{% cycle %}``: a group of its own for each list of arguments as it is written."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        arguments = [ruby.to_s(ruby.plain(each.evaluate(context))) for each in self.args]
        group = self.group.evaluate(context) if self.group else None
        key = ruby.to_s(ruby.plain(group)) if self.group else str([str(each) for each in self.args])
        return buffer.write(arguments[context.cycle(key, len(arguments)) % len(arguments)])


class _Bounded(Expression):
    """What a loop goes over, counted whole: it is made a list of to be reversed, and skipped through to an offset."""

    __slots__ = ("_inner",)

    def __init__(self, inner: Expression) -> None:
        super().__init__(inner.token)
        self._inner = inner

    def __str__(self) -> str:
        return str(self._inner)

    def evaluate(self, context: RenderContext) -> object:
        value = self._inner.evaluate(context)
        if isinstance(value, range | list):
            assert isinstance(context, Scene)  # noqa: S101 - nothing else renders these
            context.bounds.step(len(value) // 8)
        return value

    def children(self) -> list[Expression]:
        return [self._inner]


def _bound(expression: LoopExpression) -> LoopExpression:
    expression.iterable = _Bounded(expression.iterable)
    return expression


class _TablerowNode(TablerowNode):
    def __init__(self, token: Token, expression: LoopExpression, block: BlockNode) -> None:
        super().__init__(token, _bound(expression), block)


class _ForNode(ForNode):
    """``{% for %}``: with ``limit: 0`` python-liquid takes everything, Ruby's Liquid nothing."""

    def __init__(
        self, token: Token, expression: LoopExpression, block: BlockNode, default: BlockNode | None = None
    ) -> None:
        super().__init__(token, _bound(expression), block, default)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        limit = self.expression.limit
        if limit is not None and ruby.to_i(ruby.plain(limit.evaluate(context))) <= 0:
            return self.default.render(context, buffer) if self.default else 0
        return super().render_to_output(context, buffer)


class _Output(Output):
    node_class = _OutputNode


class _Echo(EchoTag):
    node_class = _EchoNode


class _Cycle(CycleTag):
    node_class = _CycleNode


class _For(ForTag):
    node_class = _ForNode


class _Tablerow(TablerowTag):
    node_class = _TablerowNode


TAGS = (_Output, _Echo, _Cycle, _For, _Tablerow)
