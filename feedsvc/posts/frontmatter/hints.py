"""What broken YAML most likely meant: the place, what is wrong, and how to mend it, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import yaml

from feedsvc.posts.frontmatter.trouble import Trouble, locate, nearest_key

if TYPE_CHECKING:
    from feedsvc.model import PostError
    from feedsvc.posts.frontmatter.source import SourceText

_QUOTED = re.compile(r"""'(?:[^']|'')*+'|"(?:[^"\\]|\\.)*+\"""", re.DOTALL)

_GLUED_KEY = re.compile(r"[\w-]{1,40}:(?=\S)")

_Answer: TypeAlias = tuple[int, str, str]
"""An offset, what is wrong there, and how to mend it."""


def explain(source: SourceText, start: int, end: int, error: yaml.YAMLError) -> PostError:
    """Say in the author's terms what ``error`` found wrong in ``source.text[start:end]``."""
    trouble = locate(source, start, end, error)
    for rule in _RULES:
        answer = rule(trouble)
        if answer is not None:
            offset, reason, hint = answer
            return source.error(offset, f"{nearest_key(source.text, start, offset).key}: {reason}", hint)
    return source.error(
        trouble.at,
        f"{trouble.key.key}: this is not valid YAML ({trouble.problem})",
        f"put the whole {trouble.key.key} in double quotes, and begin every key in the first column",
    )


def _in_quotes(trouble: Trouble) -> str:
    """Say how to quote the value: the kind of quotes that it does not hold itself."""
    key = trouble.key.key
    hint = f"put the whole {key} in double quotes"
    if '"' not in trouble.value:
        return hint
    if "'" not in trouble.value:
        return f"put the whole {key} in single quotes"
    return hint + ' and write \\" for each " inside it'


def _stray_return(trouble: Trouble) -> _Answer | None:
    if not trouble.after_return or not trouble.problem.startswith(("did not find expected", "could not find")):
        return None
    return (
        trouble.at,
        "a stray carriage return (CR) ends the line before this one, and what follows it is not indented like the rest",
        "delete the carriage return, so that the text is one line again",
    )


def _tab(trouble: Trouble) -> _Answer | None:
    if trouble.text[trouble.at : trouble.at + 1] != "\t":
        return None
    return trouble.at, "a tab cannot indent a line", "replace the tab by spaces"


def _unclosed_quote(trouble: Trouble) -> _Answer | None:
    """Answer for a quote that nothing closes, or that only the quote of a later key closed."""
    for line, until in ((trouble.before, trouble.key.key_at), (trouble.key, trouble.at)):
        if line is not None and line.value[:1] in {"'", '"'} and not _ends_before(trouble.text, line.value_at, until):
            hint = f"end the {line.key} with {line.value[0]} on the same line"
            return line.value_at, "the quote that opens here is not closed on its line", hint
    if trouble.problem == "found unexpected end of stream":
        return trouble.began, "the quote that opens here is never closed", "close it with the same quote"
    return None


def _ends_before(text: str, opening: int, until: int) -> bool:
    quoted = _QUOTED.match(text, opening)
    return quoted is not None and quoted.end() <= until


def _text_after_quotes(trouble: Trouble) -> _Answer | None:
    if trouble.problem != "did not find expected key":
        return None
    quoted = _QUOTED.match(trouble.text, trouble.key.value_at)
    if quoted is not None and not trouble.text[quoted.end() : trouble.at].strip(" \t"):
        return trouble.at, "the quoted text ends before the line does", _in_quotes(trouble)
    if trouble.same_line and trouble.value[:1] in {"[", "{"}:
        kind = "list" if trouble.value[0] == "[" else "mapping"
        reason = f"text that begins with {trouble.value[0]} is a {kind}, and it ends before the line does"
        return trouble.at, reason, _in_quotes(trouble)
    return None


def _several_lines(trouble: Trouble) -> _Answer | None:
    if trouble.problem != "could not find expected ':'":
        return None
    glued = _GLUED_KEY.match(trouble.text, trouble.began)
    if glued is not None:
        return trouble.began, f"{glued[0]} is no key without a space after the colon", f"write `{glued[0]} …`"
    reason = "this line is neither `key: value` nor indented, so it does not belong to the text above it"
    return trouble.began, reason, f"write the whole {trouble.key.key} on one line in double quotes"


def _colon_inside(trouble: Trouble) -> _Answer | None:
    if not trouble.problem.startswith("mapping values are not allowed"):
        return None
    if trouble.same_line:
        return trouble.at, "a colon with a space after it would begin a new key here", _in_quotes(trouble)
    line = trouble.text[trouble.line_start : trouble.at]
    return (
        trouble.line_start + len(line) - len(line.lstrip(" ")),
        "this line is indented, so it goes on with the text above it, yet it looks like a key of its own",
        "begin every key in the first column; put text with a colon in double quotes",
    )


_MARKS = {
    "*": "stands for an earlier value marked with &",
    "&": "marks a value to be used again",
    "!": "names a type",
    ">": "says that the text is in the indented lines below",
    "|": "says that the text is in the indented lines below",
    "-": "begins a list",
    "?": "begins a complex key",
    "@": "is reserved by YAML",
    "`": "is reserved by YAML",
    "%": "begins a directive",
    ",": "separates the items of a list",
    "]": "closes a list",
    "}": "closes a mapping",
}


def _special_beginning(trouble: Trouble) -> _Answer | None:
    mark = trouble.value[:1]
    if mark not in _MARKS or not trouble.same_line:
        return None
    return trouble.key.value_at, f"{mark} at the beginning of a value {_MARKS[mark]}", _in_quotes(trouble)


def _escape(trouble: Trouble) -> _Answer | None:
    if "escape" not in trouble.problem:
        return None
    hint = f"write \\\\ for a backslash, or put the whole {trouble.key.key} in single quotes"
    return trouble.at, "in double quotes a backslash begins an escape code, and this is none", hint


def _unclosed_bracket(trouble: Trouble) -> _Answer | None:
    if not trouble.problem.startswith("did not find expected ','"):
        return None
    mark = trouble.text[trouble.began : trouble.began + 1]
    closing = "]" if mark == "[" else "}"
    hint = f"close it with {closing}, or put the whole {trouble.key.key} in double quotes if it is a text"
    return trouble.began, f"the {mark} that opens here is not closed, or a comma is missing after an item", hint


def _indentation(trouble: Trouble) -> _Answer | None:
    if not trouble.problem.startswith(("did not find expected", "block sequence entries")):
        return None
    if trouble.problem.endswith("<document start>"):
        first = trouble.text[: trouble.at].rstrip("\n").rfind("\n") + 1
        reason = "the lines do not begin in the same column"
        return first, reason, "begin every key of the front matter in the first column"
    return (
        trouble.at,
        "this line is indented differently from the lines it belongs to",
        "begin every key in the first column, and indent the lines of one value alike, with spaces",
    )


_RULES: tuple[Callable[[Trouble], _Answer | None], ...] = (
    _stray_return,
    _tab,
    _escape,
    _several_lines,
    _colon_inside,
    _unclosed_quote,
    _text_after_quotes,
    _unclosed_bracket,
    _special_beginning,
    _indentation,
)
"""The first that has an answer is right more often than those after it."""
