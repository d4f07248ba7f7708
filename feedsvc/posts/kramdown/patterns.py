r"""What kramdown's parsers look for, in Python: its regular expressions, made linear.

Ruby's ``\s``, ``\d`` and ``\w`` are ASCII's, its ``\b`` and ``[[:alpha:]]`` Unicode's. What can run through the
text without an end, such as an attribute list that is never closed, is bounded.
"""

from __future__ import annotations

import re
from functools import lru_cache

SPACE = r"[ \t\r\n\f\v]"
NAME = r"(?:[^\W\d][\w.\-]*+(?::[^\W\d][\w.\-]*+)?+)"
INDENT = r"(?:\t| {4})"
OPT = r" {0,3}"
ANY = r"[^}]{1,500}+(?:(?<=\\)\}[^}]{0,500}+){0,20}"
ID = r"(?a:\w[\w-]*)"
TAIL = r"[\t| ].*?\n"

SPAN_ELEMENTS = re.findall(
    r"\w+",
    "a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp rt rtc "
    "ruby samp select small span strong sub sup tt u var",
)
_NO_BLOCK = "|".join((*SPAN_ELEMENTS, "script"))

IAL_LINE = rf"{OPT}\{{:(?![:/])({ANY})\}}{SPACE}*?\n"
IAL_START = re.compile(IAL_LINE)
_IAL_LINE = IAL_LINE.replace(f"({ANY})", ANY)
EOB_LINE = rf"\^{SPACE}*?\n"
EOB = re.compile(EOB_LINE)
_HTML_START = rf"{OPT}<(?!(?:{_NO_BLOCK})\b){NAME}"
_HTML_STOP = rf"{OPT}</(?!(?:{_NO_BLOCK})\b){NAME}{SPACE}*+>"

UL_START = re.compile(rf"({OPT}[+*-])({TAIL})")
OL_START = re.compile(rf"({OPT}[0-9]+\.)({TAIL})")
LIST_START = re.compile(rf"{OPT}(?:[+*-]|[0-9]+\.){TAIL}")
DEFINITION_START = re.compile(rf"({OPT}:)({TAIL})")

_DEFINITION = rf"{OPT}:{TAIL}"
_GFM_END = rf"{OPT}(?:[+*-]|[0-9]+\.){TAIL}|#{{1,6}}[\t ]+.*\n|{_DEFINITION}|{OPT}> ?|{OPT}[~`]{{3,}}"


def _lines_until(end: str) -> re.Pattern[str]:
    return re.compile(rf".*\n(?:(?!{end}).*\n)*+")


LAZY_LINES = _lines_until(rf"{SPACE}*\n|{_IAL_LINE}|{EOB_LINE}|{_HTML_STOP}|{_HTML_START}")
PARAGRAPH = _lines_until(rf"{SPACE}*\n|{_IAL_LINE}|{EOB_LINE}|{_HTML_STOP}|{_HTML_START}|{_DEFINITION}")
PARAGRAPH_GFM = _lines_until(rf"{SPACE}*\n|{_IAL_LINE}|{EOB_LINE}|{_HTML_STOP}|{_HTML_START}|{_GFM_END}")

BLANK = re.compile(rf"{SPACE}*\n")
BOUNDARY = re.compile(rf"{SPACE}*\n|{EOB_LINE}|{_IAL_LINE}|\Z")
RULE = re.compile(rf"{OPT}([*_-])[ \t]*+\1[ \t]*+\1(?:\1|[ \t])*+\n")
QUOTE_START = re.compile(rf"^{OPT}> ?", re.MULTILINE)

_CODE_STOP = rf"{_IAL_LINE}|{EOB_LINE}|{_HTML_STOP}|{_HTML_START}"
_CODE_LINES = rf"(?:{INDENT}[ \t]*+[^ \t\r\n\f\v].*\n)++(?:(?!{_CODE_STOP})[ \t]*+[^ \t\r\n\f\v].*\n)*+"
_CODE = rf"(?:(?:(?:[ \t\r\f\v]*+\n)*+){_CODE_LINES})*+"
CODE = re.compile(_CODE)
FOOTNOTE_DEFINITION = re.compile(rf"{OPT}\[\^({ID})\]:{SPACE}*?(.*?\n{_CODE})")
INDENTED = re.compile(rf"^{INDENT}", re.MULTILINE)

ATX = re.compile(r"(?P<level>#{1,6})[\t ]*(?P<contents>[^ \t\n].*)\n")
ATX_GFM = re.compile(r"(?P<level>#{1,6})[\t ]+(?P<contents>.*)\n")
SETEXT = re.compile(rf"{OPT}(?P<contents>[^ \t\n].*)\n(?P<level>[-=])[-=]*+[ \t\r\f\v]*+\n")
HEADER_ID = re.compile(r"[\t ]\{#([^\W\d][\w.:\-·]*)\}\Z")

FENCE = re.compile(r"(~{3,})")
FENCE_GFM = re.compile(rf"{OPT}(~{{3,}}|`{{3,}})")
MATH_BLOCK = re.compile(rf"{OPT}(\\)?\$\$")
MATH_END = re.compile(rf"{SPACE}*?\n")

ENTITY = re.compile(r"&(?:((?a:[\w:][\w.:\-]*));|#([0-9]+);|#x([0-9a-fA-F]+);)")
REFERENCE = re.compile(r"&(?:[^\W\d:][\w.:\-]*|#[0-9]+|#x[0-9a-fA-F]+);")


@lru_cache(maxsize=8)
def lazy_line(indentation: int) -> re.Pattern[str]:
    """Return how a line looks that goes on with a list's item though it is not indented."""
    opt = f" {{0,{indentation}}}"
    ends = [_IAL_LINE, _HTML_STOP, _HTML_START]
    stop = "|".join(end.replace(OPT, opt, 1) for end in ends)
    return re.compile(rf"(?!{stop})[ \t\r\f\v]*+[^ \t\r\n\f\v].*\n")
