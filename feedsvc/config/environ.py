"""Environment variables as options: ``FEEDSVC_FEEDS__WINDOW=48h`` is ``window`` in ``[feeds]``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from feedsvc.config.checks import Where
from feedsvc.config.declared import PREFIX, Declared, list_options
from feedsvc.config.values import RefusedError
from feedsvc.errors import ConfigError

SWITCHES = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}

LONGEST = 15
"""Digits of a number; what is longer is not meant as one."""


def read_environ(environ: Mapping[str, str]) -> tuple[dict[Where, tuple[str, Any]], list[ConfigError]]:
    """Return option -> (variable, value) for what the environment sets, and what is wrong with it.

    Values are turned into what TOML would have given: a list from commas, a table from
    ``key=value`` pairs, or either from a TOML literal. Their content is not checked here.
    """
    options = {each.variable: each for each in list_options()}
    given: dict[Where, tuple[str, Any]] = {}
    problems = []
    for name in sorted(name for name in environ if name.startswith(PREFIX)):
        if name not in options:
            problems.extend(_unknown(name, tuple(options)))
            continue
        try:
            given[options[name].where] = (name, _read(environ[name], options[name]))
        except RefusedError as refused:
            problems.append(ConfigError(name, refused.reason, refused.hint))
    return given, problems


def _unknown(name: str, known: tuple[str, ...]) -> list[ConfigError]:
    """Report a variable that was meant for an option.

    Others may begin with ``FEEDSVC_`` too: Kubernetes sets ``FEEDSVC_SERVICE_HOST`` and its
    like for a service named feedsvc. So only a ``__``, or a name that is nearly right, counts.
    """
    from difflib import get_close_matches

    near = get_close_matches(name.removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in known], n=1, cutoff=0.8)
    if "__" not in name and not near:
        return []
    if not near:
        near = get_close_matches(name.removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in known], n=1)
    return [ConfigError(name, "no option has this name", f"did you mean {PREFIX}{near[0]}?" if near else "")]


def _read(text: str, option: Declared) -> object:
    stripped = text.strip()
    if option.origin is tuple:
        return _literal(stripped) if stripped.startswith("[") else _split(stripped)
    if option.is_table or option.default == {}:
        return _read_table(stripped, bare_text=option.default == "")
    if option.annotation is bool:
        return SWITCHES.get(stripped.lower(), text)
    if option.annotation is int and stripped.isascii() and stripped.isdecimal() and len(stripped) <= LONGEST:
        return int(stripped)
    return text


def _read_table(text: str, *, bare_text: bool) -> object:
    if text.startswith("{"):
        return _literal(text)
    if bare_text:
        return text
    pairs = [item.partition("=") for item in _split(text)]
    for key, equals, _ in pairs:
        if not equals:
            raise RefusedError(f"{key!r} is not a pair", 'write "key=value,key=value", or a TOML table in braces')
    return {key.strip(): value.strip() for key, _, value in pairs}


def _split(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _literal(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}\n")["value"]
    except tomllib.TOMLDecodeError:
        raise RefusedError(f"{text!r} is not written as TOML", 'write it as in the file, like ["a", "b"]') from None
