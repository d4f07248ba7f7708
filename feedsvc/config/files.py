"""The configuration file: where it is looked for, and what it says as TOML."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feedsvc.config import problems
from feedsvc.errors import ConfigError

CONFIG_VARIABLE = "FEEDSVC_CONFIG"

NAMES = ("feedsvc.toml", "config/feedsvc.toml")
"""Where the file is looked for, in this order, when nobody names it."""


def find_file(path: Path | None, environ: Mapping[str, str], cwd: Path) -> tuple[Path, str]:
    """Return the file, absolute, and its name in messages. Raise ConfigError where there is none."""
    named = str(path) if path is not None else environ.get(CONFIG_VARIABLE, "")
    if named:
        file = Path(os.path.normpath(cwd / named))
        where = "--config" if path is not None else CONFIG_VARIABLE
        if not file.is_file():
            reason = f"{named} is not a file" if file.exists() else f"there is no file {named}"
            raise ConfigError(where, reason, "name a configuration file, or run `feedsvc init` to write one")
        return file, named
    for name in NAMES:
        if (cwd / name).is_file():
            return cwd / name, name
    raise ConfigError(
        NAMES[0],
        f"there is no configuration in {cwd}, neither {' nor '.join(NAMES)}",
        "run `feedsvc init` to write one, or name one with --config FILE",
    )


def _read_text(file: Path, shown: str) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")  # Windows editors begin with a BOM; TOML does not know it
    except OSError as error:
        raise ConfigError(shown, f"cannot be read: {error.strerror}", "check its permissions") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{shown}:{line}", "is not UTF-8 text", "save it as UTF-8") from None


def read_document(file: Path, shown: str) -> tuple[dict[str, Any], str]:
    """Return a file as parsed TOML and as text. Raise ConfigError with the place of what is no TOML."""
    text = _read_text(file, shown)
    try:
        return tomllib.loads(text), text
    except ValueError as error:  # TOMLDecodeError, and a number of thousands of digits
        raise problems.describe_syntax(shown, text, str(error)) from None
