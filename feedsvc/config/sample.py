"""A commented ``feedsvc.toml``, written from the declarations of the options, so that it cannot drift from them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from feedsvc.config.checks import Where
from feedsvc.config.declared import Declared, describe_table, list_options, list_tables

WIDTH = 100
HEAD = (
    "The configuration of feedsvc. A line that begins with # and an option shows the option's default. "
    "Each option can be set in the environment too, which wins: FEEDSVC_SITE__URL is url in [site]. "
    "Paths are relative to this file."
)
ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def render_sample(values: Mapping[str, Mapping[str, object]], notes: Sequence[str] = ()) -> str:
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
    for table in sorted(list_tables(), key=_place):
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
