"""What Jekyll makes of markup that its strict parser refuses (``error_mode: warn``): Liquid's lax parser.

After ``Liquid::Variable#lax_parse``, ``Liquid::If#lax_parse`` and ``Liquid::VariableLookup``.
"""

from __future__ import annotations

import re

_FRAGMENT = r"""(?:"[^"]*"|'[^']*'|(?:[^\s,|'"]|"[^"]*"|'[^']*')+)"""
_FIRST = re.compile(_FRAGMENT)
_QUOTED = re.compile(r"""\"[^"]*\"|'[^']*'""")
_FILTER = re.compile(r"""(?:[^|'"]|"[^"]*"|'[^']*')+""")
_ARGUMENT = re.compile(rf"(?::|,)\s*((?:\w+\s*:\s*)?{_FRAGMENT})")
_WORD = re.compile(r"\w+")
_SEGMENT = re.compile(r"\[[^\]]+\]|[\w-]+\??")
_LITERAL = re.compile(r"-?\d+(?:\.\d+)?|nil|null|true|false|blank|empty|\(\S+\.\.\S+\)")
_CONDITION = re.compile(rf"\s*({_FRAGMENT})\s*([=!<>]+|[a-z_]+)?\s*({_FRAGMENT})?")
_OPERATORS = frozenset({"==", "!=", "<>", "<", ">", ">=", "<=", "contains"})
_JOINT = re.compile(r"\b(and|or)\b")


def lax_output(markup: str) -> str:
    """Return what an output or an assignment is read as: empty where that is nothing at all."""
    first = _FIRST.search(markup)
    if first is None:
        return ""
    parts = [lax_value(first[0])]
    _, bar, filters = markup[first.end() :].partition("|")
    if bar:
        for each in _FILTER.findall(filters):
            name = _WORD.search(each)
            if name:
                arguments = ", ".join(_argument(text) for text in _ARGUMENT.findall(each))
                parts.append(f"{name[0]}: {arguments}" if arguments else name[0])
    return " | ".join(parts)


def lax_condition(markup: str) -> str:
    """Return what the condition of ``if`` is read as: empty where that is nothing at all."""
    read = []
    for index, part in enumerate(_JOINT.split(markup)):
        if index % 2:
            read.append(part)
            continue
        match = _CONDITION.match(part)
        if match is None:
            return ""
        condition = lax_value(match[1])
        if match[2] in _OPERATORS and match[3]:
            condition += f" {match[2]} {lax_value(match[3])}"
        read.append(condition)
    return " ".join(read)


def lax_value(fragment: str) -> str:
    """Return what a value is read as: stray characters around the names of a path are skipped."""
    if _QUOTED.fullmatch(fragment) or _LITERAL.fullmatch(fragment):
        return fragment
    segments = _SEGMENT.findall(fragment)
    if not segments:
        return "nil"
    return ".".join(segments).replace(".[", "[")


def _argument(text: str) -> str:
    name, colon, value = text.partition(":")
    if colon and name.strip().isidentifier():
        return f"{name.strip()}: {lax_value(value.strip())}"
    return lax_value(text)
