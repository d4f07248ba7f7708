"""Straight quotes become curly ones, dots and hyphens symbols: ``kramdown/smart_quotes.rb`` and its neighbour.

The rules for quotes are SmartyPants', in their order; each may take the character before the quote with it.
"""

from __future__ import annotations

import re

from feedsvc.posts.kramdown.options import KramdownOptions

_PUNCTUATION = r"[!\"#$%'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"
_S = r"[ \t\r\n\f\v]"
_W = r"[A-Za-z0-9_]"
_RULES = (
    (r"[\"'](?=[_*]{1,2}[^ \t\r\n\f\v])", "left"),
    (rf"[\"'](?={_PUNCTUATION}(?!\.\.)\B)", "right"),
    (rf"{_S}?\"'(?={_W})", "ldquo lsquo"),
    (rf"{_S}?'\"(?={_W})", "lsquo ldquo"),
    (rf"{_S}?'(?=[0-9][0-9]s)", "rsquo"),
    (rf"{_S}['\"](?={_W})", "left"),
    (r"[^ \\\t\r\n\[{(\-]['\"]", "right"),
    (rf"[\"'](?={_S}|s\b|\n|\Z)", "right"),
    (r".?'", "lsquo"),
    (r".?\"", "ldquo"),
)
_SYMBOLS = (("---", "mdash"), ("--", "ndash"), ("...", "hellip"))
_NAMES = {'"': ("ldquo", "rdquo"), "'": ("lsquo", "rsquo")}


class Typography:
    """Replaces the quotes and symbols of plain text by what the options say."""

    def __init__(self, options: KramdownOptions) -> None:
        self._quotes = options.quotes()
        self._symbols = {sign: options.symbol(name) for sign, name in _SYMBOLS}
        self._signs = _QUOTES_ONLY if options.keeps_symbols else _QUOTES_AND_SYMBOLS

    def replace(self, text: str, start: int, end: int) -> tuple[str, bool]:
        """Return ``text`` from ``start`` to ``end`` as it is shown, and whether its last character was replaced.

        What follows ``end`` decides about a quote before it.
        """
        pieces, pos = [], start
        while found := self._signs.search(text, pos, end):
            at = found.start()
            if found[0] in self._symbols:
                pieces += [text[pos:at], self._symbols[found[0]]]
                pos = found.end()
                continue
            match = _RULE.match(text, at - 1 if at > pos else at)
            if match is None or match.end() > end:
                break
            pieces += [text[pos : match.start()], self._shown(match)]
            pos = match.end()
        if not pieces:
            return text[start:end], False
        pieces.append(text[pos:end])
        return "".join(pieces), pos == end

    def _shown(self, match: re.Match[str]) -> str:
        rule, whole = _RULES[(match.lastindex or 1) - 1][1], match[0]
        if rule == "left" or rule == "right":
            return whole[:-1] + self._quotes[_NAMES[whole[-1]][rule == "right"]]
        names = rule.split()
        return whole[: len(whole) - len(names)] + "".join([self._quotes[name] for name in names])


_RULE = re.compile("|".join(f"({pattern})" for pattern, _ in _RULES), re.DOTALL)
_QUOTES_ONLY = re.compile("[\"']")
_QUOTES_AND_SYMBOLS = re.compile(r"\"|'|---|--|\.\.\.")
