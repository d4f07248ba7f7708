"""A template becomes nodes to render; what cannot be read is left out by itself, and told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from liquid import Environment, Token
from liquid.ast import Node
from liquid.builtin.expressions import FilteredExpression, tokenize
from liquid.exceptions import LiquidError
from liquid.parser import get_parser
from liquid.stream import TokenStream
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

from feedsvc.posts.liquid.blocks import MIDDLES, Balanced, balance
from feedsvc.posts.liquid.environment import make_environment
from feedsvc.posts.liquid.lax import lax_condition, lax_output
from feedsvc.posts.liquid.lexer import OUTPUT, TEXT, Piece, read_pieces
from feedsvc.posts.liquid.problems import ExceededError, Problem, note, shown

MAX_PIECES = 20_000
"""The most tags, outputs and texts of one template."""

MAX_MARKUP = 200_000
"""The most characters in the outputs and tags of one template."""

_MAX_EXPRESSION = 20_000
_MAX_BRACKETS = 40
_MAX_OPERATORS = 60
_OPERATOR = re.compile(r"\b(?:and|or|contains)\b|[=<>!]+")

# What stands in for an expression that is none, so that the text in the block is published, once.
_INSTEAD = {"if": "true", "elsif": "false", "unless": "false", "case": "nil", "when": "'\0'", "for": "_ in (1..1)"}


class Template(NamedTuple):
    """A template that was read, and what there is to tell about it."""

    nodes: tuple[Node, ...]
    problems: tuple[Problem, ...]


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the one environment of this process: the tags and filters, and nothing of any post."""
    return make_environment()


@lru_cache(maxsize=256)
def read_include(source: str) -> Template:
    """Read the template of a file that is included by many posts."""
    return read_template(source)


def read_template(source: str) -> Template:
    """Read ``source``. Whatever it holds, there is a template; raises ExceededError for too large a one."""
    pieces, problems = read_pieces(source)
    if len(pieces) > MAX_PIECES:
        raise ExceededError(f"the Liquid has more than {MAX_PIECES:,} pieces")
    if sum(len(piece.text) for piece in pieces if piece.kind != TEXT) > MAX_MARKUP:
        raise ExceededError(f"the Liquid between the braces has more than {MAX_MARKUP:,} characters")
    env = environment()
    balanced = balance(pieces, env.tags, problems)
    tokens = list(_tokens(balanced, source, env, problems))
    nodes = get_parser(env).parse(TokenStream(iter(tokens)))
    return Template(tuple(nodes), tuple(sorted(problems)))


def _tokens(balanced: Balanced, source: str, env: Environment, problems: list[Problem]) -> Iterator[Token]:
    dropped: set[int] = set()
    for index, piece in enumerate(balanced.pieces):
        if index in dropped:
            continue
        if piece.kind == TEXT:
            yield Token(TOKEN_CONTENT, piece.text, piece.at, source)
            continue
        expression = "" if _is_bare(piece.name) else _checked(piece, source, env, problems)
        if expression is None:
            dropped.add(balanced.partner.get(index, index))
            continue
        yield Token(
            *((TOKEN_OUTPUT, expression) if piece.kind == OUTPUT else (TOKEN_TAG, piece.name)), piece.at, source
        )
        if expression:
            yield Token(TOKEN_EXPRESSION, expression, piece.start, source)


def _is_bare(name: str) -> bool:
    """Say whether what stands behind a tag's name means nothing."""
    return name in {"else", "break", "continue", "ifchanged"} or (name.startswith("end") and name[3:] in MIDDLES)


def _checked(piece: Piece, source: str, env: Environment, problems: list[Problem]) -> str | None:
    """Return an expression that is sure to be read; None where the piece is to be left out."""
    if piece.kind == OUTPUT and not piece.text:
        return None
    what = shown(piece.text) if piece.kind == OUTPUT else shown(f"{piece.name} {piece.text}")
    reason = _refusal(piece, piece.text, source, env)
    if not reason:
        return piece.text
    read_as = "" if len(piece.text) > _MAX_EXPRESSION else _read_laxly(piece)
    if read_as and not _refusal(piece, read_as, source, env):
        hint = f"Jekyll reads it as `{shown(read_as)}`; write that"
        note(problems, Problem(piece.at, f"`{what}` is not valid Liquid ({reason})", hint))
        return read_as
    note(problems, Problem(piece.at, f"`{what}` is not valid Liquid ({reason}), and was left out"))
    return _INSTEAD.get(piece.name) if piece.kind != OUTPUT else None


def _read_laxly(piece: Piece) -> str:
    if piece.kind == OUTPUT:
        return lax_output(piece.text)
    if piece.name in {"if", "elsif", "unless"}:
        return lax_condition(piece.text)
    if piece.name == "assign":
        name, sign, value = piece.text.partition("=")
        return f"{name.strip()} = {lax_output(value)}" if sign else ""
    return ""


def _refusal(piece: Piece, expression: str, source: str, env: Environment) -> str:
    """Return why python-liquid would not read ``expression`` there; empty where it does."""
    if reason := excess(expression):
        return reason
    token = Token(TOKEN_EXPRESSION, expression, piece.start, source)
    try:
        if piece.kind == OUTPUT:
            FilteredExpression.parse(env, TokenStream(tokenize(expression, token)))
        else:
            name = "if" if piece.name == "elsif" else "case" if piece.name == "when" else piece.name
            env.tags[name].parse(TokenStream(iter(_sample(piece, token))))
    except LiquidError as error:
        return str(error.message) if error.args else "it cannot be read"
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        return str(error) or "it cannot be read"
    return ""


def _sample(piece: Piece, expression: Token) -> Iterator[Token]:
    """Give the smallest template in which a tag stands right."""
    _, _, at, source = expression
    if piece.name == "when":
        yield Token(TOKEN_TAG, "case", at, source)
        yield Token(TOKEN_EXPRESSION, "nil", at, source)
    name = "if" if piece.name == "elsif" else piece.name
    yield Token(TOKEN_TAG, name, at, source)
    if expression.value:
        yield expression
    end = "case" if name == "when" else name
    if end in MIDDLES:
        yield Token(TOKEN_TAG, f"end{end}", at, source)


def excess(expression: str) -> str:
    """Return what an expression has too much of to be read; empty where it may be."""
    if len(expression) > _MAX_EXPRESSION:
        return "it is too long"
    if expression.count("(") + expression.count("[") > _MAX_BRACKETS:
        return "it has too many brackets"
    if len(_OPERATOR.findall(expression)) > _MAX_OPERATORS:
        return "it has too many operators"
    return ""
