"""python-liquid with Jekyll's tags: each node is counted, and one that fails takes nothing with it but itself."""

from __future__ import annotations

import logging
from typing import TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.ast import ConditionalBlockNode, Node
from liquid.builtin import content, illegal
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    decrement_tag,
    for_tag,
    if_tag,
    ifchanged_tag,
    increment_tag,
    unless_tag,
)
from liquid.builtin.tags.case_tag import MultiExpressionBlockNode
from liquid.exceptions import LiquidError, LiquidInterrupt
from liquid.stream import TokenStream
from liquid.tag import Tag

from feedsvc.posts.liquid.blocks import MAX_NESTING
from feedsvc.posts.liquid.bounds import MAX_LEVELS
from feedsvc.posts.liquid.problems import ExceededError, TagError
from feedsvc.posts.liquid.scene import Scene

_log = logging.getLogger(__name__)

_STANDARD = (
    *(content.Literal, illegal.Illegal, if_tag.IfTag, unless_tag.UnlessTag, case_tag.CaseTag),
    *(for_tag.BreakTag, for_tag.ContinueTag, capture_tag.CaptureTag),
    *(assign_tag.AssignTag, increment_tag.IncrementTag, decrement_tag.DecrementTag),
    ifchanged_tag.IfChangedTag,
)


class _Environment(Environment):
    """Jekyll's Liquid: no tags and filters but those that are put in here."""

    block_nesting_limit = MAX_NESTING + 1
    context_depth_limit = 4 * MAX_LEVELS

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:  # noqa: ARG002 - the base class's signature
        from feedsvc.posts.liquid import nodes, tags

        for tag in (*_STANDARD, *nodes.TAGS, *tags.TAGS):
            self.tags[tag.name] = _GuardedTag(tag(self))


def make_environment() -> Environment:
    """Return a new environment. It is strict: a template is checked, and mended, before it gets here."""
    return _Environment()


class _GuardedTag(Tag):
    """A tag whose nodes are guarded."""

    def __init__(self, inner: Tag) -> None:
        super().__init__(inner.env)
        self.name, self.block, self._inner = inner.name, inner.block, inner
        self._context = RenderContext(BoundTemplate(inner.env, []))

    def parse(self, stream: TokenStream) -> Node:
        return self._inner.parse(stream)

    def get_node(self, stream: TokenStream) -> Node:
        node = self._inner.get_node(stream)
        return _Guarded(node, _cost(node, self._context))


class _Guarded(Node):
    """A node that is counted, and that is told instead of rendered where it fails."""

    __slots__ = ("_cost", "_inner")

    def __init__(self, inner: Node, cost: int) -> None:
        super().__init__(inner.token)
        self._inner, self._cost = inner, cost
        self.blank = inner.blank

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Scene)  # noqa: S101 - nothing else renders these
        bounds = context.bounds
        try:
            bounds.step(self._cost)
            bounds.deeper()
            return self._inner.render(context, buffer)
        except LiquidInterrupt:
            raise
        except ExceededError:
            context.stopped_at = max(context.stopped_at, context.post_offset(self.token.start_index))
            raise
        except TagError as error:
            context.tell(self.token, error.reason, error.hint)
        except LiquidError as error:
            context.tell(self.token, f"this Liquid fails: {error.message}")
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            _log.debug("%s: python-liquid failed", self.token, exc_info=True)
            context.tell(self.token, f"this Liquid fails: {error}")
        finally:
            bounds.level -= 1
        return 0


def _cost(node: Node, context: RenderContext) -> int:
    """Return how many steps a node is by itself: one, and one for each four expressions that it may evaluate."""
    waiting = [*node.expressions()]
    for child in node.children(context):
        if isinstance(child, ConditionalBlockNode | MultiExpressionBlockNode):
            waiting += child.expressions()
    count = 0
    while waiting:
        count += 1
        waiting += waiting.pop().children()
    return 1 + count // 4
