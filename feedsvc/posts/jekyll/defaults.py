"""The front matter that a Jekyll site's posts begin with: ``defaults``, as ``lib/jekyll/frontmatter_defaults.rb``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from feedsvc.posts.frontmatter.matter import Matter, Value

_OLD_TYPES = {"page": "pages", "post": "posts", "draft": "drafts"}


class Given(NamedTuple):
    """What a document begins with, and what findings call each key of it: they cannot point to its place."""

    values: Mapping[str, Value]
    names: Mapping[str, str]


NOTHING_GIVEN = Given({}, {})


# By identity: what several of them make together is merged once, and found without a look at their values.
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DefaultSet:
    """One item of ``defaults``: ``number`` counts from 1; ``path`` and ``type`` are its scope, None for every type."""

    number: int
    path: str
    type: str | None
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Those of one site; ``collections_dir`` is its option of that name, without a slash at its end."""

    sets: tuple[DefaultSet, ...] = ()
    collections_dir: str = ""

    def of(self, path: str, type_: str) -> Given:
        """Return what a document of collection ``type_`` at ``path``, relative to the collections, begins with.

        A set with a longer path goes before one with a shorter, then one with a type before one without, then a
        later before an earlier; mappings are merged, anything else is replaced. Drafts are of type posts, as they
        are to Jekyll. Do not change what is returned: posts share it.
        """
        matching = tuple(each for each in self.sets if self._applies(each, path, type_))
        return _merged(matching) if matching else NOTHING_GIVEN

    def _applies(self, each: DefaultSet, path: str, type_: str) -> bool:
        if each.type is not None and each.type != type_:
            return False
        if not each.path:
            return True
        if "*" in each.path:
            return _glob_applies(each.path, self.collections_dir, path)
        return path.startswith(_within(each.path, self.collections_dir))


def read_defaults(values: Mapping[str, Value]) -> Defaults:
    """Return the defaults that the ``values`` of a Jekyll configuration hold; what is no set of them says nothing."""
    given, directory = values.get("defaults"), values.get("collections_dir")
    sets = [_read_set(number, each) for number, each in enumerate(given if isinstance(given, list) else [], 1)]
    return Defaults(
        sets=tuple(each for each in sets if each),
        collections_dir=directory.strip("/") if isinstance(directory, str) else "",
    )


def merge(under: Mapping[str, Value], over: Mapping[str, Value]) -> dict[str, Value]:
    """Return ``under`` with ``over`` laid upon it (``Utils.deep_merge_hashes``): a null hides nothing."""
    if under.keys().isdisjoint(over):
        return {**under, **over}  # as for most posts: a third of what the loop takes
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = merge(below, value)
        elif value is not None or key not in merged:
            merged[key] = value
    return merged


def begin_with(matter: Matter, above: tuple[str, ...], given: Given) -> Matter:
    """Return ``matter`` with what the post's place in the site says below it (``Document#merge_data!``).

    ``above`` are the categories by its path. Categories add up: those of its path, those ``given``, and its own. All
    else that front matter says wins, of mappings each key by itself.
    """
    if not above and not given.values:
        return matter
    values = merge(given.values, matter.values)
    categories = [*above, *_items(given.values.get("categories"))]
    if categories:
        values["categories"] = [*categories, *_items(matter.values.get("categories"))]
    names = given.names
    if not names.keys().isdisjoint(matter.values):
        names = {key: name for key, name in names.items() if key not in matter.values}
    names = {**names, **matter.names} if names and matter.names else names or matter.names
    return Matter(values, matter.spans, matter.findings, names)


def _items(value: Value) -> list[Value]:
    return value.split() if isinstance(value, str) else value if isinstance(value, list) else []  # type: ignore[return-value]


def _read_set(number: int, given: Value) -> DefaultSet | None:
    if not isinstance(given, dict) or not isinstance(given.get("values"), dict):
        return None
    values, scope = given["values"], given.get("scope")
    assert isinstance(values, dict)  # noqa: S101 - asked for above; told to mypy
    scope = scope if isinstance(scope, dict) else {}
    path, type_ = scope.get("path"), scope.get("type")
    if "type" in scope:
        type_ = _OLD_TYPES.get(type_, type_) if isinstance(type_, str) else ""
    return DefaultSet(
        number=number,
        path=path if isinstance(path, str) else "",
        type=type_ if isinstance(type_, str) else None,
        values=values,
    )


@lru_cache(maxsize=256)
def _merged(matching: tuple[DefaultSet, ...]) -> Given:
    """Merge the sets in their order (``FrontmatterDefaults#all``)."""
    merged: dict[str, Value] = {}
    names: dict[str, str] = {}
    last = None
    for each in matching:
        said = {key: f"{key} (item {each.number} of `defaults` in the site's configuration)" for key in each.values}
        if _goes_before(each, last):
            merged, names, last = merge(merged, each.values), {**names, **said}, each
        else:
            merged, names = merge(each.values, merged), {**said, **names}
    return Given(merged, names)


def _goes_before(new: DefaultSet, old: DefaultSet | None) -> bool:
    """Say whether ``new`` replaces what ``old``, an earlier one, says (``has_precedence?``)."""
    if old is None:
        return True
    new_length, old_length = len(_sanitized(new.path)), len(_sanitized(old.path))
    if new_length != old_length:
        return new_length > old_length
    return new.type is not None or old.type is None


def _sanitized(path: str) -> str:
    return re.sub(r"\A/|(?<=[^/])\Z", "", path) if path.startswith("/") else path


def _within(path: str, collections_dir: str) -> str:
    """Return a scope's path relative to the collections."""
    return path.removeprefix(f"{collections_dir}/") if collections_dir else path


def _glob_applies(pattern: str, collections_dir: str, path: str) -> bool:
    """Say whether ``pattern`` names the document or a directory above it, as ``Dir.glob`` in the site would.

    Jekyll also takes what is beside a directory it finds, if the name begins the same: not so here, where no
    directory is looked for.
    """
    matches = _compile_glob(pattern.strip("/")).fullmatch
    below = f"{collections_dir}/" if collections_dir else ""
    ends = (*(at for at, letter in enumerate(path) if letter == "/"), len(path))
    return any(matches(below + path[:end]) for end in ends)


_GLOB_PIECE = re.compile(r"(?:(?<=/)|\A)\*\*/|\*+|\?|\[[!^]?\]?[^\]]*\]|\\.|.", re.DOTALL)


@lru_cache(maxsize=64)
def _compile_glob(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of Ruby's ``Dir.glob``: ``**/``, ``*``, ``?``, ``[a-z]`` and ``{one,other}``."""
    expression, depth = "", 0
    for piece in (match[0] for match in _GLOB_PIECE.finditer(pattern)):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        expression += {"{": "(?:", "}": ")", ",": "|"}.get(piece, "") if depth or piece == "}" else ""
        expression += "" if piece in "{}" or (depth and piece == ",") else _glob_expression(piece)
    try:
        return re.compile(expression, re.DOTALL)
    except re.error:  # a brace or a bracket that is not closed names nothing
        return re.compile(r"(?!)")


def _glob_expression(piece: str) -> str:
    if piece == "**/":
        return r"(?:(?!\.)[^/]+/)*"
    if piece[0] in "*?":
        return "[^/]*" if piece[0] == "*" else "[^/]"
    if piece[0] == "[" and len(piece) > 1:
        negated = piece[1] in "!^"
        inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", piece[2 if negated else 1 : -1])
        return f"(?!/)[{'^' if negated else ''}{inner}]"
    return re.escape(piece[1:] if piece[0] == "\\" else piece)
