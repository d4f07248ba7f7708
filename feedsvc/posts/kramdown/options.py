"""How a site has kramdown read its Markdown: the ``kramdown:`` settings of ``_config.yml``."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

_SYMBOLS = {
    "mdash": "—",
    "ndash": "–",
    "hellip": "…",
    "laquo_space": "«\xa0",
    "raquo_space": "\xa0»",
    "laquo": "«",
    "raquo": "»",
}
_QUOTE_NAMES = ("lsquo", "rsquo", "ldquo", "rdquo")
_LEVELS = (1, 2, 3, 4, 5, 6)
_RANGE = re.compile(r"([0-9])\.\.([0-9])")
_LIST = re.compile(r"[0-9](?:,[0-9])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class KramdownOptions:
    """kramdown's options of these names; the defaults are those of Jekyll, with GitHub's input and soft line ends.

    ``smart_quotes`` are the four quotes as names or code points of HTML's entities, ``typographic_symbols`` names and
    what to write for them, as text.
    """

    input: str = "GFM"
    hard_wrap: bool = False
    smart_quotes: tuple[str, ...] = _QUOTE_NAMES
    typographic_symbols: tuple[tuple[str, str], ...] = ()
    auto_ids: bool = True
    auto_id_prefix: str = ""
    header_offset: int = 0
    toc_levels: tuple[int, ...] = _LEVELS
    footnote_nr: int = 1
    footnote_prefix: str = ""
    footnote_backlink: str = "&#8617;"
    footnote_backlink_inline: bool = False
    math_engine: str = "mathjax"
    parse_block_html: bool = False
    parse_span_html: bool = True
    gfm_quirks: tuple[str, ...] = ("paragraph_end",)
    remove_line_breaks_for_cjk: bool = False

    @property
    def is_gfm(self) -> bool:
        """Say whether the input is GitHub's dialect."""
        return self.input.upper() == "GFM"

    @property
    def keeps_symbols(self) -> bool:
        """Say whether ``--``, ``...`` and the like stay as they are."""
        return self.is_gfm and "no_auto_typographic" in self.gfm_quirks

    def quotes(self) -> dict[str, str]:
        """Return what stands for each quote, by its name."""
        return {name: _character(own) for name, own in zip(_QUOTE_NAMES, self.smart_quotes, strict=True)}

    def symbol(self, name: str) -> str:
        """Return what stands for a typographic symbol, as text that is not escaped yet."""
        return dict(self.typographic_symbols).get(name, _SYMBOLS[name])


def read_options(values: Mapping[str, object]) -> KramdownOptions:
    """Return the options that ``values`` give; what is not known or not understood stays as Jekyll has it."""
    return with_options(KramdownOptions(), values)


def with_options(options: KramdownOptions, values: Mapping[str, object]) -> KramdownOptions:
    """Return ``options`` with those that ``values`` give."""
    known: dict[str, Any] = {}
    for option in fields(KramdownOptions):
        if option.name in values:
            value = _read(option.name, values[option.name], getattr(options, option.name))
            if value is not None:
                known[option.name] = value
    return replace(options, **known) if known else options


def _read(name: str, value: object, default: object) -> object | None:
    if name in _READERS:
        return _READERS[name](value)
    text = _text(value)
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text.lower())
    if isinstance(default, int):
        return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text) else None
    return text


def _text(value: object) -> str:
    if value is None or value is False:
        return "false" if value is False else ""
    return "true" if value is True else str(value).strip()


def _words(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else _text(value).split(",")
    return tuple(word for item in items if (word := _text(item).removeprefix(":")))


def _levels(value: object) -> tuple[int, ...] | None:
    if isinstance(value, list):
        levels = [int(text) for item in value if (text := _text(item)).isdecimal()]
    elif match := _RANGE.fullmatch(_text(value)):
        levels = list(range(int(match[1]), int(match[2]) + 1))
    elif _LIST.fullmatch(_text(value)):
        levels = [int(level) for level in _text(value).split(",")]
    else:
        return None
    return tuple(levels) if all(level in _LEVELS for level in levels) else None


def _quotes(value: object) -> tuple[str, ...] | None:
    quotes = _words(value)
    return quotes if len(quotes) == len(_QUOTE_NAMES) else None


def _symbols(value: object) -> tuple[tuple[str, str], ...] | None:
    if not isinstance(value, dict):
        return None
    return tuple((str(name), str(symbol)) for name, symbol in value.items() if str(name) in _SYMBOLS)


def _engine(value: object) -> str:
    text = _text(value)
    return "" if text in ("false", "null", "nil") else text


_READERS = {
    "toc_levels": _levels,
    "smart_quotes": _quotes,
    "typographic_symbols": _symbols,
    "gfm_quirks": _words,
    "math_engine": _engine,
}


def _character(reference: str) -> str:
    return html.unescape(f"&#{reference};" if reference.isdecimal() else f"&{reference};")
