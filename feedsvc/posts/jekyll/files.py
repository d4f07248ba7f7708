"""The files in which a Jekyll site says what it is: found and read, not yet understood."""

from __future__ import annotations

import hashlib
from pathlib import Path

from feedsvc.errors import ConfigError

CONFIG_FILES = ("_config.yml", "_config.yaml", "_config.toml")
"""In the order in which Jekyll looks for them (``Configuration#config_files``)."""

AUTHOR_FILES = ("_data/authors.yml", "_data/authors.yaml", "_data/authors.json")
"""Where authors are told by their keys, as jekyll-feed reads them."""

_MAX_BYTES = 1_000_000


def mark_of_site(directory: Path) -> str:
    """Return a hash of what the Jekyll site in ``directory`` says of itself; raises ConfigError as ``bytes_of`` does.

    Every build asks for it, so nothing that understands the files is imported here.
    """
    found = (path for names in (CONFIG_FILES, AUTHOR_FILES) if (path := first_of(directory, names)))
    return hashlib.sha256(b"\0".join(bytes_of(path) for path in found)).hexdigest()[:32]


def first_of(directory: Path, names: tuple[str, ...]) -> Path | None:
    """Return the path of the first of these files that there is."""
    return next((directory / name for name in names if (directory / name).is_file()), None)


def bytes_of(path: Path) -> bytes:
    """Return what is in a file. Raises ConfigError where it cannot be read, or is longer than any such file is."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})", "check its rights") from error
    if len(data) > _MAX_BYTES:
        raise ConfigError(str(path), f"is longer than {_MAX_BYTES:,} bytes", "is this the configuration of a site?")
    return data
