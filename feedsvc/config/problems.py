"""What is wrong with a configuration, in words: the place, the reason and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, get_args

from feedsvc.config.checks import Where
from feedsvc.config.declared import list_blocks, list_options, list_tables
from feedsvc.config.values import RefusedError
from feedsvc.errors import ConfigError

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

# Patterns stay text: only a wrong configuration pays for compiling them.
HEADER = r"\s*(\[?)\[\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?"
KEY = r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
BARE = "[A-Za-z0-9_-]+"
PART = r"""[\w-]+|"[^"]*"|'[^']*'"""
AT = r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)"


KINDS = {
    "bool_type": ("a switch", "write true or false, without quotes"),
    "int_type": ("a whole number", "write it without quotes, as 20"),
    "tuple_type": ("a list", 'write it in brackets, like ["a", "b"]'),
    "mapping_type": ("a table", "write its options below a [header] of its own"),
    "dict_type": ("a table", "write its options below a [header] of its own"),
    "model_type": ("a table", "write its options below a [header] of its own"),
}
"""The other kinds of error that the types in ``options`` can raise: what the value is not, and how to write it."""


def join_problems(problems: Sequence[ConfigError]) -> ConfigError:
    """Return one error that says them all, a line each. ``problems`` has at least one."""
    first = problems[0]
    return ConfigError(first.where, first.reason, first.hint, others=tuple(problems[1:]))


def describe_syntax(name: str, text: str, message: str) -> ConfigError:
    """Return a TOML syntax error with ``file:line:column``, both counted from 1."""
    found = re.fullmatch(AT, message)
    if found is None:
        return ConfigError(name, message)
    line, column = found[2] or str(text.count("\n") + 1), found[3] or "1"
    hint = "put text in double quotes" if found[1] == "Invalid value" else ""
    if found[1] == "Cannot overwrite a value" or found[1].startswith("Cannot declare"):
        hint = "it is given twice; remove one"
    return ConfigError(f"{name}:{line}:{column}", f"not TOML: {found[1][:1].lower()}{found[1][1:]}", hint)


def describe_invalid(error: ValidationError) -> Iterator[tuple[Where, str, str]]:
    """Yield option, reason and hint for each thing that the declarations refuse, in their order."""
    for detail in error.errors(include_url=False):
        # Of a list only a table's place counts, as in [[feed]]; an item's option is the place to look at.
        where = tuple(str(part) for place, part in enumerate(detail["loc"]) if isinstance(part, str) or place == 1)
        reason, hint = _explain(detail, where)
        yield where, reason, hint


def _explain(detail: ErrorDetails, where: Where) -> tuple[str, str]:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    refused = context.get("error")
    if isinstance(refused, RefusedError):
        return refused.reason, refused.hint
    if kind == "extra_forbidden":
        return "no option has this name", suggest_option(where, given)
    if kind == "literal_error":
        return f"{given!r} is not one of the choices", f"write {context['expected']}"
    if kind == "greater_than_equal":
        return f"{given!r} is too small", f"write {context['ge']} or more"
    if kind == "less_than_equal":
        return f"{given!r} is too large", f"write {context['le']} or less"
    if kind == "missing":
        return "it is required and not given", "add it, or let `feedsvc init` write the file"
    what, hint = KINDS[kind]
    return f"{given!r} is not {what}", hint


def suggest_option(where: Where, given: object) -> str:
    """Return the known option nearest to an unknown one, first the same name in another table."""
    from difflib import get_close_matches

    tables = [".".join(table) for table in (*list_tables(), *(each.where for each in list_blocks()))]
    if inside := _in_block(where):
        near = get_close_matches(where[-1], inside, n=1)
        return f"did you mean {near[0]}?" if near else f"the options here are {', '.join(inside)}"
    if isinstance(given, Mapping):
        near = get_close_matches(".".join(where), tables, n=1)
        return f"did you mean [{near[0]}]?" if near else f"the tables are {', '.join(f'[{each}]' for each in tables)}"
    known = [each.where for each in list_options()]
    for option in known:
        if option[-1] == where[-1]:
            return f"it belongs in [{'.'.join(option[:-1])}]"
    beside = [option[-1] for option in known if option[:-1] == where[:-1]]
    if near := get_close_matches(where[-1], beside, n=1):
        return f"did you mean {near[0]}?"
    if near := get_close_matches(where[-1], [option[-1] for option in known], n=1):
        option = next(option for option in known if option[-1] == near[0])
        return f"did you mean {near[0]} in [{'.'.join(option[:-1])}]?"
    return f"the options here are {', '.join(beside)}" if beside else "every option stands in a table, such as [site]"


def _in_block(where: Where) -> tuple[str, ...]:
    """Return what may stand in a table such as ``[category."…"]``, if ``where`` is in one."""
    block = next((each.block for each in list_blocks() if each.where == where[:1] and len(where) > 2), None)
    if block is None:
        return ()
    if len(where) > 3:
        inner = block.model_fields[where[2]].annotation
        block = next(each for each in (inner, *get_args(inner)) if hasattr(each, "model_fields"))
    return tuple(block.model_fields)


def name_table(table: Where) -> str:
    """Return a table's header, such as ``[category."경제"]``."""
    parts = (each if re.fullmatch(BARE, each) else f'"{each}"' for each in table)
    return f"[{'.'.join(parts)}]"


def locate_option(text: str, where: Where) -> int:
    """Return the line on which a TOML text gives an option, or else its table, or 0 where it gives neither."""
    lines: dict[Where, int] = {}
    table: Where = ()
    counts: dict[Where, int] = {}
    for number, line in enumerate(_outside_long_strings(text), start=1):
        if header := re.fullmatch(HEADER, line):
            table = _parts(header[2])
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
                lines.setdefault(table, number)
            if table[:1] in counts:
                table = (table[0], str(counts[table[:1]]), *table[1:])
            lines.setdefault(table, number)
        elif key := re.match(KEY, line):
            lines.setdefault((*table, *_parts(key[1])), number)
    depths = (where[:depth] for depth in (len(where), len(where) - 1, 2, 1))
    inside = (line for each, line in lines.items() if each[: len(where)] == where)
    return next((lines[each] for each in depths if each in lines), next(inside, 0))


def _outside_long_strings(text: str) -> Iterator[str]:
    fence = ""
    for line in text.splitlines():
        yield "" if fence else line
        for mark in re.findall(r'"""|\'\'\'', line):
            fence = "" if fence == mark else fence or mark


def _parts(dotted: str) -> Where:
    return tuple(part.strip("\"'") for part in re.findall(PART, dotted))
