"""Which paths the owner asked for, and whether each of them can be had."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from unicodedata import normalize
from urllib.parse import unquote

from feedsvc.errors import ConfigError
from feedsvc.feeds.archive import find_squatter
from feedsvc.model import SITE, FeedSpec


def aliases_by_path(aliases: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Turn old path -> path into path -> its old paths, decoded, NFC and sorted."""
    found: dict[str, list[str]] = {}
    for old, path in aliases.items():
        found.setdefault(decoded(path), []).append(decoded(old))
    return {path: tuple(sorted(old)) for path, old in found.items()}


def decoded(path: str) -> str:
    """Return a URL path without percent-encoding, NFC."""
    return normalize("NFC", unquote(path))


def check_template(kind: str, paths: Mapping[str, str]) -> None:
    """Raise ConfigError unless ``paths`` has a template for ``kind`` with exactly the placeholders it needs."""
    where = f"feeds.paths.{kind}"
    example = "/{file}" if kind == SITE[0] else f"/{kind}/{{slug}}/{{file}}"
    if kind not in paths:
        raise ConfigError(where, "no path says where these feeds live", f'set it, for example to "{example}"')
    try:
        fields = sorted(name for _, name, _, _ in string.Formatter().parse(paths[kind]) if name is not None)
    except ValueError as error:
        raise ConfigError(where, f'"{paths[kind]}" is not a template: {error}', f'try "{example}"') from error
    wanted = ["file"] if kind == SITE[0] else ["file", "slug"]
    if fields != wanted or not paths[kind].startswith("/"):
        placeholders = " and ".join(f"{{{name}}}" for name in wanted)
        raise ConfigError(
            where, f'"{paths[kind]}" must begin with / and hold {placeholders}, once each', f'try "{example}"'
        )


def check_paths(
    specs: Sequence[FeedSpec], aliases: Mapping[str, tuple[str, ...]], archives: Sequence[str] = ()
) -> None:
    """Raise ConfigError unless every path is one document's, or one alias's, alone.

    An alias of no document is none of it: the last post of a category may go, and come back. Pages of archives in the
    formats ``archives`` need the folders ``archive/<16 hexadecimal digits>/`` beside their documents.
    """
    owners: dict[str, str] = {}
    for spec in specs:
        for location in spec.locations:
            _claim(owners, location.path, f'feed "{spec.title}"', f"feeds.paths.{spec.kind}")
    for path, old_paths in sorted(aliases.items()):
        for old in old_paths if path in owners else ():
            if not old.startswith("/"):
                raise ConfigError("feeds.aliases", f'"{old}" is not a path', 'begin it with "/"')
            _claim(owners, old, f'alias of "{path}"', "feeds.aliases")
    _check_folders(owners)
    archived = [each.path for spec in specs for each in spec.locations if each.format in archives]
    if squatter := find_squatter(tuple(owners), frozenset(archived)):
        reason = f'"{squatter}" ({owners[squatter]}) is where pages of an archive belong'
        raise ConfigError("feeds.archives", reason, "give it another path, or take the format out of feeds.archives")


def _claim(owners: dict[str, str], path: str, owner: str, where: str) -> None:
    if path in owners:
        raise ConfigError(where, f'"{path}" would be both {owners[path]} and {owner}', "give one of them another path")
    owners[path] = owner


def _check_folders(owners: Mapping[str, str]) -> None:
    """Raise ConfigError where a path is a folder of another: the published tree holds files and folders."""
    for path, owner in owners.items():
        folder = path.rpartition("/")[0]
        while folder:
            if folder in owners:
                reason = f'"{folder}" ({owners[folder]}) would be a folder of "{path}" ({owner})'
                raise ConfigError("feeds.paths", reason, "give one of them another path")
            folder = folder.rpartition("/")[0]
