"""A commented ``feedsvc.toml``, written from the declarations of the options, so that it cannot drift from them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from feedsvc.config.checks import Where
from feedsvc.config.declared import Declared, describe_table, list_blocks, list_inner, list_options, list_tables
from feedsvc.config.feedoptions import FeedContents

WIDTH = 100
HEAD = (
    "The configuration of feedsvc. A line that begins with # and an option shows the option's default. "
    "Each option can be set in the environment too, which wins: FEEDSVC_SITE__URL is url in [site]. "
    "Paths are relative to this file."
)
ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def render_sample(values: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """Return the text of a configuration file with ``values`` set and every other option in a comment.

    ``values`` is table -> option -> value, as TOML would give it (``{"feeds": {"paths": {…}}}``);
    ``notes`` are sentences for the head of the file. Raise ValueError for an option that
    is not declared.
    """
    known = {each.where[:2] for each in list_options()}
    left = {(table, name) for table, options in values.items() if (table,) not in known for name in options} - known
    if left:
        raise ValueError(f"no such options: {', '.join('.'.join(where) for where in sorted(left))}")
    lines = [*_comment(HEAD)]
    for note in notes:
        lines += ["#", *_comment(f"NOTE: {note}")]
    blocks = {each.where: each for each in list_blocks()}
    shown: set[object] = set()
    for table in sorted((*list_tables(), *blocks), key=_place):
        if table in blocks:
            lines += ["", *_render_block(blocks[table], values.get(table[0], {}), known=blocks[table].block in shown)]
            shown.add(blocks[table].block)
        else:
            lines += ["", *_comment(describe_table(table)), f"[{'.'.join(table)}]", *_render_table(table, values)]
    return "\n".join(lines) + "\n"


def render_value(value: object) -> str:
    """Return a TOML literal (v1.0.0) of text, a switch, a number, a list or a table of them.

    Text is a basic string on one line; a lone surrogate, which no TOML file can hold, becomes U+FFFD.
    Other types are written as the text that ``str`` makes of them.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_quote(str(key))} = {render_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(render_value(item) for item in value)}]"
    return _quote(str(value), bare=False)


def _quote(text: str, *, bare: bool = True) -> str:
    if bare and text.isascii() and text.replace("-", "").replace("_", "").isalnum():
        return text
    return '"' + "".join(_escape(character) for character in text) + '"'


def _escape(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if character < " " or character == "\x7f":
        return f"\\u{ord(character):04x}"
    return "\ufffd" if "\ud800" <= character <= "\udfff" else character


def _place(table: Where) -> int:
    """Sort a table's own tables right behind it, in the order of declaration."""
    return next(place for place, option in enumerate(list_options()) if option.where[: len(table)] == table)


def _render_table(table: Where, values: Mapping[str, object]) -> Iterator[str]:
    given: Mapping[str, object] = values
    for name in table:
        inner = given.get(name, {})
        given = inner if isinstance(inner, Mapping) else {}
    options = [each for each in list_options() if each.where[:-1] == table and each.where not in list_tables()]
    for option in options:
        yield from _render_option(option, given)
    if not options:
        yield from (f"{_quote(name)} = {render_value(value)}" for name, value in given.items())


def _render_block(block: Declared, given: object, *, known: bool) -> Iterator[str]:
    """Describe a table that may be there any number of times, unless it is ``known``, and write those that are."""
    overrides = f"Each of [feeds] {', '.join(FeedContents.model_fields)} can be given here, too."
    yield from _comment(block.doc if known else f"{block.doc} {overrides}")
    yield f"# {block.header}"
    for option in list_inner(block.block) if block.block and not known else ():
        yield from (f"#   {line}" for line in _comment(option.doc + (" Required." if option.required else "")))
        yield f"#   {option.where[-1]} = {render_value('' if option.required else option.default)}"
        for each in list_inner(option.block) if option.block else ():
            yield f"#   # {each.where[-1]}: {each.doc}"
    if isinstance(given, Mapping):
        for name, options in given.items():
            yield f"[{block.where[0]}.{_quote(name)}]"
            yield from (f"{_quote(key)} = {render_value(value)}" for key, value in options.items())
    elif isinstance(given, Sequence):
        for options in given:
            yield block.header
            yield from (f"{_quote(key)} = {render_value(value)}" for key, value in options.items())


def _render_option(option: Declared, given: Mapping[str, object]) -> Iterator[str]:
    name = option.where[-1]
    yield from _comment(option.doc + (" Required." if option.required else ""))
    if name in given:
        yield f"{name} = {render_value(given[name])}"
    else:
        yield f"# {name} = {render_value('' if option.required else option.default)}"


def _comment(text: str) -> Iterator[str]:
    """Yield comment lines; whatever would end a line inside the text is folded into a space."""
    clean = "".join(character if character.isprintable() else " " for character in text)
    wrapped = textwrap.wrap(clean, WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return (f"# {line}" for line in wrapped)
