"""The configuration file and the environment, found, read and joined into frozen Settings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from feedsvc.config import problems
from feedsvc.config.audienceoptions import Audience
from feedsvc.config.checks import Where, find_conflicts
from feedsvc.config.declared import list_options
from feedsvc.config.environ import read_environ
from feedsvc.config.feedoptions import Feeds, FeedTable, NamedFeed
from feedsvc.config.files import find_file, read_document
from feedsvc.config.options import Options
from feedsvc.config.purgeoptions import Purge
from feedsvc.config.replicaoptions import Replica
from feedsvc.config.serviceoptions import Limits, Publish, Schedule, Server, State
from feedsvc.config.siteoptions import Jekyll, Posts, Site
from feedsvc.config.weboptions import Web
from feedsvc.config.websuboptions import WebSub
from feedsvc.errors import ConfigError

EITHER: Mapping[Where, Where] = {
    ("schedule", "every"): ("schedule", "cron"),
    ("schedule", "cron"): ("schedule", "every"),
}
"""Options that exclude each other: when the environment sets one, the file's other one does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every option with its value. ``file`` is absolute; ``base``, its directory, is what paths are relative to."""

    file: Path
    base: Path
    site: Site
    posts: Posts
    jekyll: Jekyll
    feeds: Feeds
    category: Mapping[str, FeedTable]
    tag: Mapping[str, FeedTable]
    author: Mapping[str, FeedTable]
    language: Mapping[str, FeedTable]
    collection: Mapping[str, FeedTable]
    feed: tuple[NamedFeed, ...]
    redirects: Mapping[str, str]
    schedule: Schedule
    server: Server
    limits: Limits
    web: Web
    audience: Audience
    websub: WebSub
    purge: Purge
    publish: Publish
    state: State
    replica: Replica

    @property
    def feeds_url(self) -> str:
        """Where the feeds are served from: ``server.url``, or the site's own, without a slash at its end."""
        return self.server.url or self.site.url

    @property
    def settle(self) -> timedelta:
        """How long after an edition is out caches and hubs are told of it."""
        if self.publish.settle is not None:
            return self.publish.settle
        # Replicas look every two seconds unless told otherwise, and fetch what changed; workers look every quarter.
        if self.publish.target:
            return timedelta(seconds=3)
        return timedelta(seconds=1) if self.purge.to else timedelta(0)


def load_settings(path: Path | None, environ: Mapping[str, str], cwd: Path) -> Settings:
    """Return the settings from ``path``, else ``FEEDSVC_CONFIG``, else one of ``NAMES`` in ``cwd``.

    The environment's ``FEEDSVC_SITE__URL`` and the like win over the file. Raise ConfigError
    with everything that is wrong, a line each.
    """
    file, shown = find_file(path, environ, cwd)
    document, text = read_document(file, shown)
    return make_settings(document, environ, file=file, shown=shown, text=text)


def make_settings(
    document: Mapping[str, Any], environ: Mapping[str, str], *, file: Path, shown: str = "", text: str = ""
) -> Settings:
    """Return the settings that a parsed TOML document and the environment say, without reading anything.

    ``file`` is the absolute path that directories are relative to; ``shown`` is its name in
    messages and ``text`` what it says, for line numbers. Raise ConfigError as ``load_settings`` does.
    """
    given, wrong = read_environ(environ)
    merged = _merge(document, given)
    found: list[tuple[Where, str, str]] = []
    options = None
    try:
        options = Options.model_validate(merged, context={"base": file.parent})
    except ValidationError as error:
        found.extend(problems.describe_invalid(error))
    else:
        found.extend((where, refused.reason, refused.hint) for where, refused in find_conflicts(options))
    for where, reason, hint in found:
        wrong.append(ConfigError(_name_place(where, given, shown or file.name, text), reason, hint))
    if wrong or options is None:
        raise problems.join_problems(wrong)
    return Settings(file=file, base=file.parent, **{name: getattr(options, name) for name in Options.model_fields})


def fingerprint(settings: Settings) -> str:
    """Return a hash, 32 hex digits, of every option on which a feed's bytes or its choice of entries depend."""
    said = []
    for option in list_options():
        if option.shapes_output and not option.is_table:
            value: Any = settings
            for name in option.where:
                value = getattr(value, name)
            said.append(f"{'.'.join(option.where)}={_plain(value)!r}")
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        # What a table does not give is not in it, whatever its default: it overrides nothing.
        return {
            name: _plain(getattr(value, name)) for name in type(value).model_fields if name in value.model_fields_set
        }
    if isinstance(value, Mapping):
        return tuple((key, _plain(each)) for key, each in value.items())  # sorted when it was read
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value if isinstance(value, str | int) else str(value)


def _merge(document: Mapping[str, Any], given: Mapping[Where, tuple[str, Any]]) -> dict[str, Any]:
    """Return the document with the environment's values in their places; the document is left as it is."""
    merged = {name: dict(table) if isinstance(table, Mapping) else table for name, table in document.items()}
    for where, (_, value) in given.items():
        other = EITHER.get(where)
        if other is not None and other not in given and isinstance(merged.get(other[0]), dict):
            merged[other[0]].pop(other[1], None)
        table: dict[str, Any] = merged
        for name in where[:-1]:
            inner = table.get(name)
            table[name] = dict(inner) if isinstance(inner, Mapping) else {}
            table = table[name]
        table[where[-1]] = value
    return merged


def _name_place(where: Where, given: Mapping[Where, tuple[str, Any]], shown: str, text: str) -> str:
    for depth in range(len(where), 0, -1):
        if where[:depth] in given:
            return given[where[:depth]][0]
    line = problems.locate_option(text, where)
    place = f"{shown}:{line}" if line else shown
    if where[1:2] and where[1].isdecimal():
        return f"{place}: [[{where[0]}]] {'.'.join(where[2:])}".rstrip()
    table, key = where[:-1], where[-1:]
    return f"{place}: " + (f"{problems.name_table(table)} {key[0]}" if table else f"{key[0]}")
