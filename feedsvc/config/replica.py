"""The settings of a replica: those of a file that need not be there, and need not say anything of the site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feedsvc.config.files import CONFIG_VARIABLE, NAMES, find_file, read_document
from feedsvc.config.load import Settings, make_settings
from feedsvc.errors import ConfigError

SOURCE_VARIABLE = "FEEDSVC_REPLICA__FROM"
# They stand for what the store says, and mean nothing.
_SITE = {"title": "-", "url": "http://localhost"}


def load_replica_settings(
    path: Path | None, environ: Mapping[str, str], cwd: Path, source: str = ""
) -> Settings | None:
    """Return the settings of a replica of ``source``, or of what file and environment name; None where nobody does.

    Raise ConfigError as :func:`feedsvc.config.load.load_settings` does.
    """
    document: dict[str, Any] = {}
    file, shown, text = cwd / NAMES[0], "", ""
    if path is not None or environ.get(CONFIG_VARIABLE) or any((cwd / name).is_file() for name in NAMES):
        file, shown = find_file(path, environ, cwd)
        document, text = read_document(file, shown)
    table, site = document.get("replica"), document.get("site")
    given = dict(table) if isinstance(table, Mapping) else {}
    if not (source or environ.get(SOURCE_VARIABLE) or given.get("from")):
        return None
    document = {**document, "site": {**_SITE, **(site if isinstance(site, Mapping) else {})}}
    if source:
        document["replica"] = {**given, "from": source}
        environ = {name: value for name, value in environ.items() if name != SOURCE_VARIABLE}
    try:
        return make_settings(document, environ, file=file, shown=shown, text=text)
    except ConfigError as error:
        raise _named(error, source) from None


def _named(error: ConfigError, source: str) -> ConfigError:
    """Say that an address is wrong where it was written."""
    if source and error.where.endswith("[replica] from"):
        return ConfigError("--from", error.reason, error.hint, others=error.others)
    return error
