"""What ``feedsvc init`` writes: the configuration that suits a Jekyll site, or a plain folder of posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from feedsvc.config.checks import Where, find_conflicts
from feedsvc.config.options import Options
from feedsvc.config.places import parse_aliases
from feedsvc.config.problems import describe_invalid
from feedsvc.config.sample import render_sample
from feedsvc.config.values import RefusedError

PLACEHOLDER_URL = "http://127.0.0.1:8000"
BASE = Path("/site")
"""Any absolute path does: what lies inside what is the same in all of them."""


_NOTHING: Mapping[str, object] = {}
_NO_TABLES: Mapping[str, Mapping[str, object]] = {}


def plan_jekyll(
    name: str,
    site: Mapping[str, object],
    posts: Mapping[str, object],
    notes: Sequence[str] = (),
    *,
    feeds: Mapping[str, object] = _NOTHING,
    jekyll: Mapping[str, object] = _NOTHING,
    tables: Mapping[str, Mapping[str, object]] = _NO_TABLES,
) -> str:
    """Return the configuration file for a Jekyll site in the directory called ``name``.

    ``site`` and ``posts`` are what its ``_config.yml`` says, in the words of ``[site]`` and
    ``[posts]``; empty values are left out, those that feedsvc does not take are noted besides. ``feeds`` and
    ``jekyll`` are those tables' values, which continue the feeds that the site has; ``tables`` are those of single
    feeds, kind -> label -> options.
    """
    exclude = "Jekyll copies what it finds: add feedsvc.toml, public and var to `exclude` in _config.yml."
    notes = [*notes, exclude]
    feeds = _with_usable_aliases(feeds, notes)
    given = {"site": site, "posts": posts, "jekyll": {"dir": ".", **jekyll}, "feeds": feeds, **tables}
    return _plan(name, given, notes)


def _with_usable_aliases(feeds: Mapping[str, object], notes: list[str]) -> Mapping[str, object]:
    """Return ``feeds`` without the aliases that no feed can have; one of them must not cost the others."""
    aliases = feeds.get("aliases")
    if not isinstance(aliases, Mapping):
        return feeds
    usable: dict[str, object] = {}
    for old, new in aliases.items():
        try:
            parse_aliases({old: new})
        except RefusedError as error:
            notes.append(f"The address {old} is not continued, because {error.reason}.")
        else:
            usable[old] = new
    return {name: usable if name == "aliases" else value for name, value in feeds.items()}


def plan_other(name: str, tables: Mapping[str, Mapping[str, object]], notes: Sequence[str] = ()) -> str:
    """Return the configuration file for a site of another generator in the directory called ``name``.

    ``tables`` are what its own configuration says, in feedsvc's words.
    """
    public = (
        "Hugo, Zola and Hexo write their site to public, some after emptying it, so the feeds are written to feeds."
    )
    return _plan(name, {**tables, "publish": {"dir": "feeds"}}, [*notes, public])


def plan_folder(name: str, posts_dir: str) -> str:
    """Return the configuration file for posts in ``posts_dir``, ``.`` or below, of the directory called ``name``."""
    return _plan(name, {"site": {}, "posts": {"dir": posts_dir}}, [])


def _plan(name: str, given: Mapping[str, Mapping[str, object]], notes: list[str]) -> str:
    values: dict[str, dict[str, object]] = {
        table: {option: value for option, value in options.items() if value not in ("", None)}
        for table, options in given.items()
    }
    site = values["site"]
    for (table, option), reason in _find_refused(values).items():
        notes.append(f"{option} is not taken over, because {reason}.")
        del values[table][option]
    if "title" not in site:
        site["title"] = name or "Untitled"
        notes.append("title is the name of the directory; write the site's own.")
    if "url" not in site:
        site["url"] = PLACEHOLDER_URL
        notes.append("url is a placeholder that works on this machine only; write the site's own before you publish.")
    if _mixes_directories(values):
        values["publish"] = {"dir": f"../{name}-feeds/public"}
        values["state"] = {"dir": f"../{name}-feeds/var"}
        notes.append("The posts are in this very directory, so the feeds are written to one beside it.")
    return render_sample(values, notes)


def _find_refused(values: Mapping[str, Mapping[str, object]]) -> dict[Where, str]:
    """Return (table, option) -> reason for each of the values that its declaration refuses."""
    try:
        Options.model_validate(values, context={"base": BASE})
    except ValidationError as error:
        found = [(where[:2], reason) for where, reason, _ in describe_invalid(error)]
        return {where: reason for where, reason in found if where[-1] in values.get(where[0], {})}
    return {}


def _mixes_directories(values: Mapping[str, Mapping[str, object]]) -> bool:
    options = Options.model_validate(values, context={"base": BASE})
    return any(where == ("publish", "dir") for where, _ in find_conflicts(options))
