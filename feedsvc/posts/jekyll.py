"""A Jekyll site's configuration file, read. What it means for feedsvc is in ``jekyllsite``."""

from __future__ import annotations

from pathlib import Path

from feedsvc.errors import ConfigError
from feedsvc.model import PostError
from feedsvc.posts.decoding import decode
from feedsvc.posts.jekyllsite import JekyllSite, posts_directory, understand_config
from feedsvc.posts.matter import Matter, Value
from feedsvc.posts.plainmatter import load_toml
from feedsvc.posts.source import SourceText
from feedsvc.posts.yamldoc import load_yaml

__all__ = ["JekyllSite", "read_jekyll_config"]

CONFIG_FILES = ("_config.yml", "_config.yaml", "_config.toml")
"""In the order in which Jekyll looks for them (``Configuration#config_files``)."""

_MAX_BYTES = 1_000_000


def read_jekyll_config(directory: Path) -> JekyllSite | None:
    """Read the configuration of the Jekyll site in ``directory``; None if there is none.

    Raises ConfigError, with file and line, when there is one that cannot be read.
    """
    path = next((directory / name for name in CONFIG_FILES if (directory / name).is_file()), None)
    if path is None:
        return None
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})", "check its rights") from error
    if len(data) > _MAX_BYTES:
        raise ConfigError(str(path), f"is longer than {_MAX_BYTES:,} bytes", "is this a Jekyll configuration?")
    values = _parse(str(path), data)
    posts_dir = posts_directory(values)
    return understand_config(values, posts_dir if (directory / posts_dir).is_dir() else "")


def _parse(path: str, data: bytes) -> dict[str, Value]:
    result: SourceText | Matter | PostError = decode(path, data, ("utf-8-sig", "cp949"))
    if isinstance(result, SourceText):
        load = load_toml if path.endswith(".toml") else load_yaml
        result = load(result, 0, len(result.text))
    if isinstance(result, Matter):
        return result.values
    assert isinstance(result, PostError)  # noqa: S101 - nothing else is left
    where = f"{path}:{result.line}:{result.column}" if result.line else path
    raise ConfigError(where, result.reason.replace("the front matter", "the file"), result.hint)
