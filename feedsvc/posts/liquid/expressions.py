"""Expressions that are given as text, as ``where_exp`` and parameters of includes do."""

from __future__ import annotations

from functools import lru_cache

from liquid import Token
from liquid.builtin.expressions import BooleanExpression, FilteredExpression, tokenize
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.stream import TokenStream
from liquid.token import TOKEN_EXPRESSION

from feedsvc.posts.liquid.problems import TagError, shown
from feedsvc.posts.liquid.templates import environment, excess


@lru_cache(maxsize=512)
def read_expression(text: str) -> Expression:
    """Read a value with its filters. Raises TagError."""
    return _read(text, FilteredExpression)


@lru_cache(maxsize=512)
def read_condition(text: str) -> Expression:
    """Read a condition. Raises TagError."""
    return _read(text, BooleanExpression)


def _read(text: str, kind: type[FilteredExpression | BooleanExpression]) -> Expression:
    if much := excess(text):
        raise TagError(f"`{shown(text)}` is not valid Liquid ({much})")
    try:
        token = Token(TOKEN_EXPRESSION, text, 0, text)
        return kind.parse(environment(), TokenStream(tokenize(text, token)))
    except (LiquidError, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        reason = str(error.message) if isinstance(error, LiquidError) else str(error)
        raise TagError(f"`{shown(text)}` is not valid Liquid ({reason})") from error
