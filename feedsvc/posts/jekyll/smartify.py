"""Typographic quotes and dashes, as Jekyll's ``smartify`` filter makes them.

That filter is kramdown 2's parser with four of its spans (``jekyll/converters/smartypants.rb``): quotes, references,
symbols and HTML. The rules are those of ``kramdown/parser/kramdown/smart_quotes.rb`` and ``typographic_symbol.rb``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from feedsvc.posts.frontmatter.matter import Value

_BLANK = r"[ \t\r\n\f\v]"
_PUNCTUATION = r"[!\"#$%'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"
# What is said of a quote is whether it opens (0) or closes (1); group 1 is the character before it.
_RULES: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), made)
    for pattern, made in (
        (rf"()[\"'](?=[_*]{{1,2}}(?!{_BLANK}).)", (0,)),
        (rf"()[\"'](?={_PUNCTUATION}(?!\.\.)\B)", (1,)),
        (rf"({_BLANK}?)\"'(?=[A-Za-z0-9_])", (0, 0)),
        (rf"({_BLANK}?)'\"(?=[A-Za-z0-9_])", (0, 0)),
        (rf"({_BLANK}?)'(?=[0-9][0-9]s)", (1,)),
        (rf"({_BLANK})[\"'](?=[A-Za-z0-9_])", (0,)),
        (r"([^ \\\t\r\n\[{(-])[\"']", (1,)),
        (rf"()[\"'](?={_BLANK}|s\b|$)", (1,)),
        (r"(.?)'", (0,)),
        (r"(.?)\"", (0,)),
    )
)
# At each place in kramdown's order. A tag's attributes, and what is code, are left alone.
_SPAN = re.compile(
    r"(?P<quoted>[^\\]?[\"'])"
    r"|(?P<left>&(?:[A-Za-z][A-Za-z0-9]*|\#[0-9]+|\#[xX][0-9A-Fa-f]+);"
    r"|<(?P<name>code|kbd|samp|script|style)>[^<]*</(?P=name)>"
    r"|</?[A-Za-z][A-Za-z0-9]*(?:[ \t/][^<>]*)?>|<!--[^<]*?-->)"
    r"|(?P<symbol>---|--|\.\.\.|\\<<|\\>>|<<[ ]|[ ]>>|<<|>>)",
    re.DOTALL,
)
_NAMES = {
    "---": "mdash",
    "--": "ndash",
    "...": "hellip",
    "<< ": "laquo_space",
    " >>": "raquo_space",
    "<<": "laquo",
    ">>": "raquo",
}
_ESCAPED = {"\\<<": "&lt;&lt;", "\\>>": "&gt;&gt;"}
_SYMBOLS = {
    "mdash": "—",
    "ndash": "–",
    "hellip": "…",
    "laquo": "«",
    "raquo": "»",
    "laquo_space": "«\xa0",
    "raquo_space": "\xa0»",
}
_QUOTES = ("‘", "’", "“", "”")
_WORTH_A_LOOK = re.compile(r"[\"']|--|\.\.\.|<<|>>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typography:
    """What becomes of quotes (left and right single, left and right double) and of symbols, by kramdown's names."""

    quotes: tuple[str, str, str, str] = _QUOTES
    symbols: Mapping[str, str] = field(default_factory=lambda: dict(_SYMBOLS))


def typography_of(kramdown: Value) -> Typography:
    """Return what ``smart_quotes`` and ``typographic_symbols`` of the ``kramdown`` table of a site's settings ask for.

    Quotes are four names or code points of characters, as a list or with commas between them; what is neither is
    left out, and kramdown's defaults take its place.
    """
    settings = kramdown if isinstance(kramdown, dict) else {}
    named = settings.get("smart_quotes")
    names = named.split(",") if isinstance(named, str) else named if isinstance(named, list) else []
    quotes = [_character(name.strip()) for name in names if isinstance(name, str)]
    symbols = settings.get("typographic_symbols")
    given = symbols if isinstance(symbols, dict) else {}
    return Typography(
        quotes=(quotes[0], quotes[1], quotes[2], quotes[3]) if len(quotes) == 4 and all(quotes) else _QUOTES,
        symbols={**_SYMBOLS, **{name: html.escape(text) for name, text in given.items() if isinstance(text, str)}},
    )


def _character(name: str) -> str:
    reference = f"&#{name};" if name.isdigit() else f"&{name};"
    character = html.unescape(reference) if len(name) <= 32 else reference
    return "" if character == reference else character


def smartify(markup: str, typography: Typography) -> str:
    """Return one line of HTML with typographic quotes, dashes, dots and guillemets; tags and references stay."""
    if _WORTH_A_LOOK.search(markup) is None:
        return markup
    return "".join(_smart_pieces(markup, typography))


def _smart_pieces(markup: str, typography: Typography) -> Iterator[str]:
    at = 0
    while span := _SPAN.search(markup, at):
        yield markup[at : span.start()]
        at = span.end()
        if span["left"]:
            yield span["left"]
        elif symbol := span["symbol"]:
            yield _ESCAPED.get(symbol) or typography.symbols[_NAMES[symbol]]
        else:
            before, quotes, sides = _quoted(markup, span.start())
            yield before
            for quote, side in zip(quotes, sides, strict=True):
                yield typography.quotes[(2 if quote == '"' else 0) + side]
            at = span.start() + len(before) + len(quotes)
    yield markup[at:]


def _quoted(markup: str, at: int) -> tuple[str, str, tuple[int, ...]]:
    """Return what the first rule that fits takes at ``at``: the character before, the quotes, and their sides."""
    for pattern, sides in _RULES:
        if rule := pattern.match(markup, at):
            return rule[1], markup[rule.end(1) : rule.end()], sides
    raise AssertionError(markup)  # the last two rules take any quote
