"""What kramdown knows of HTML: ``Parser::Html::Constants``."""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.patterns import NAME, SPACE, SPAN_ELEMENTS

SPANS = frozenset(SPAN_ELEMENTS)
BLOCK_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "address article aside applet body blockquote caption col colgroup dd div dl dt fieldset figcaption footer "
        "form h1 h2 h3 h4 h5 h6 header hgroup hr html head iframe legend menu li main map nav ol optgroup p pre "
        "section summary table tbody td th thead tfoot tr ul",
    )
)
WITHOUT_BODY = frozenset(
    re.findall(r"\w+", "area base br col command embed hr img input keygen link meta param source track wbr")
)
_BLOCK_MODEL = re.findall(
    r"\w+",
    "address applet article aside blockquote body dd details div dl fieldset figure figcaption footer form header "
    "hgroup iframe li main map menu nav noscript object section summary td",
)
_SPAN_MODEL = re.findall(
    r"\w+",
    "a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label legend optgroup p q rb "
    "rbc rp rt rtc ruby select small span strong sub sup th tt",
)
_RAW_MODEL = re.findall(r"\w+", "script style math option textarea pre code kbd samp var")
_MODEL = dict.fromkeys(_BLOCK_MODEL, "block") | dict.fromkeys(_SPAN_MODEL, "span")
KNOWN = frozenset({*SPANS, *BLOCK_ELEMENTS, *WITHOUT_BODY, *_MODEL, *_RAW_MODEL})

_VALUE = r"(?:\w++|\"[^\"]*+\"|'[^']*+')"
_ATTRIBUTES = rf"(?:{SPACE}++{NAME}(?:{SPACE}*+={SPACE}*+{_VALUE})?+)*+"
TAG = re.compile(rf"<({NAME})({_ATTRIBUTES}){SPACE}*+(/)?>")
CLOSE = re.compile(rf"</({NAME}){SPACE}*+>")
START = re.compile(rf"<(?:{NAME}|!--|/)")
RAW_START = re.compile(rf"<(?:{NAME}|!--|/|\?)")
_ATTRIBUTE = re.compile(rf"({NAME})(?:{SPACE}*+={SPACE}*+(?:(\w++)|\"([^\"]*+)\"|'([^']*+)'))?")

MARKDOWN_ATTRIBUTE = {"0": "raw", "1": "default", "span": "span", "block": "block"}


def content_model(name: str) -> str:
    """Return what an element holds where its content is read as Markdown: block, span or raw."""
    return _MODEL.get(name, "raw")


def element_name(name: str) -> str:
    """Return a tag's name in lower case if HTML knows it."""
    lower = name.lower()
    return lower if lower in KNOWN else name


def read_attributes(text: str, *, of_html: bool) -> dict[str, str]:
    """Return the attributes of a start tag in their order; of one that is named twice the last value."""
    if not text:
        return {}
    attributes = {}
    for name, bare, double, single in _ATTRIBUTE.findall(text):
        attributes[name.lower() if of_html else name] = bare or double or single
    return attributes
