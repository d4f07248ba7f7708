"""What pages and lists say to people, in the site's language: English and Korean are here, others come as a file.

Every text has a key, ``table.name``, and the placeholders that it has in ``en.toml``. A text that depends on a count
is a table of ``one`` and ``other``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

from feedsvc.errors import ConfigError

Text = str | tuple[str, ...]

SHIPPED = ("en", "ko")
"""The languages that come with feedsvc, by primary subtag (BCP 47)."""

_RIGHT_TO_LEFT = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def direction_of(language: str) -> str:
    """Return ``rtl`` or ``ltr``, the direction in which a language (BCP 47) is written."""
    subtags = language.casefold().split("-")
    right = subtags[0] in _RIGHT_TO_LEFT and "latn" not in subtags[1:]
    return "rtl" if right or {"arab", "hebr"} & set(subtags[1:]) else "ltr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one language, by key; ``language`` is a BCP 47 tag."""

    language: str
    texts: Mapping[str, Text] = field(repr=False)

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return direction_of(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its placeholders filled in; ``count`` also chooses between ``one`` and ``other``.

        Raises KeyError for a key that there is not, or a placeholder without a value.
        """
        text = self.texts.get(key)
        if text is None:
            one = self.texts.get(f"{key}.one") if values["count"] == 1 else None
            text = one or self.texts[f"{key}.other"]
        if not isinstance(text, str):
            raise KeyError(key)
        return text.format_map({name: _show(value) for name, value in values.items()})

    def date(self, instant: datetime, *, style: str = "day") -> str:
        """Return an aware instant as people of the language write it, in its own zone; ``style`` is day or minute."""
        return self(
            f"date.{style}",
            year=str(instant.year),
            month=self.texts["date.months"][instant.month - 1],
            number=instant.month,
            day=instant.day,
            hour=f"{instant.hour:02}",
            minute=f"{instant.minute:02}",
        )


def _show(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def load_words(language: str, file: Path | None = None) -> Words:
    """Return the words of a ``language`` (BCP 47): those of ``file``, else what is shipped, else English.

    Raises ConfigError for a file that cannot be read, that has a key or a placeholder that there is not, or whose
    values are not text.
    """
    if file is not None:
        return make_words(language, _read_own(file))
    primary = language.casefold().split("-")[0]
    return make_words(language, _shipped(primary)) if primary in SHIPPED else make_words("en", {})


def make_words(language: str, texts: Mapping[str, Text]) -> Words:
    """Return the words of a language; what ``texts`` lack is said in English.

    A language need not tell one from many where English does, and may where English does not.
    """
    own = {_base(key) for key in texts}
    english = {key: text for key, text in _shipped("en").items() if _base(key) not in own}
    return Words(language=language, texts={**english, **texts})


def _base(key: str) -> str:
    return key.removesuffix(".one").removesuffix(".other")


def parse_words(text: str) -> dict[str, Text]:
    """Return key -> text of a TOML document.

    Raises ValueError where it is none, and TypeError with the key of a value that is neither text nor a list of texts.
    """
    texts = dict(_flatten(tomllib.loads(text)))
    texts.pop("language", None)
    return texts


def find_problems(texts: Mapping[str, Text], where: str) -> tuple[ConfigError, ...]:
    """Return what is wrong with somebody's texts, in their order; ``where`` is the file to name."""
    found = ((key, _find_problem(key, text)) for key, text in texts.items())
    return tuple(ConfigError(f"{where}: {key}", *problem) for key, problem in found if problem)


@cache
def _shipped(language: str) -> Mapping[str, Text]:
    return parse_words(files("feedsvc.words").joinpath(f"{language}.toml").read_text(encoding="utf-8"))


def _flatten(table: Mapping[str, object], above: str = "") -> Iterator[tuple[str, Text]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{above}{name}.")
        elif isinstance(value, str):
            yield above + name, value
        elif isinstance(value, list) and all(isinstance(each, str) for each in value):
            yield above + name, tuple(value)
        else:
            raise TypeError(above + name)


def _read_own(file: Path) -> Mapping[str, Text]:
    try:
        texts = parse_words(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(
            str(file), f"cannot be read: {error.strerror}", "mend [web] words, or leave it empty"
        ) from error
    except ValueError as error:
        raise ConfigError(str(file), f"is not TOML: {error}", "write it as feedsvc/words/en.toml is written") from None
    except TypeError as error:
        raise ConfigError(str(file), f"{error} is not text", 'write it in quotes, as in title = "…"') from None
    if problems := find_problems(texts, str(file)):
        first, *others = problems
        raise ConfigError(first.where, first.reason, first.hint, others=tuple(others))
    return texts


def _find_problem(key: str, text: Text) -> tuple[str, str] | None:
    known = _shipped("en")
    # Where English has one text for every count, as in "{count} new", another language may tell one from many.
    model = known.get(key) or known.get(f"{key}.other") or known.get(_base(key))
    if model is None:
        near = get_close_matches(key, known, n=1, cutoff=0)
        return "there is no such text", f"the nearest is {near[0]}"
    if isinstance(model, tuple) or isinstance(text, tuple):
        same = isinstance(model, tuple) and isinstance(text, tuple) and len(model) == len(text)
        return None if same else ("is not the list it should be", f"the English one is {model}")
    allowed = {*_PLACEHOLDER.findall(model), *(_OF_DATES if key.startswith("date.") else ())}
    rest = _PLACEHOLDER.sub("", text)
    if set(_PLACEHOLDER.findall(text)) <= allowed and not {"{", "}"} & set(rest):
        return None
    return "has a placeholder that is not filled in", f"the English one is: {model}"


_OF_DATES = ("year", "month", "number", "day", "hour", "minute")
