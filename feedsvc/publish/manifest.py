"""The manifest: which representations one edition holds, as JSON that a person can read.

Pure: bytes to values and back. A validator is a hash of the very bytes it stands for, so it is
strong by construction (RFC 9110, 8.8.1 and 8.8.3): two codings of a document never share one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from feedsvc.errors import ManifestError
from feedsvc.model import FeedFacts, Moves, Representation, Variant
from feedsvc.publish.encodings import SUFFIXES
from feedsvc.publish.facts import FactsTable, dump_facts

VERSION = 1
MANIFEST = "manifest.json"
STAGING = ".next"
ARCHIVE_STAGING = f"{STAGING}-archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One edition: its id, its representations by decoded URL path, and what moved or is gone.

    ``next_change`` is when a feed is next known to change, in whole seconds of UTC; it is no part of the id, and
    neither are ``feeds``, what people are told of each feed, by kind and key.
    """

    snapshot: str
    representations: Mapping[str, Representation] = field(repr=False)
    next_change: datetime | None = None
    moves: Moves = field(default_factory=Moves)
    feeds: Mapping[tuple[str, str], FeedFacts] = field(default_factory=dict, repr=False)


EMPTY = Manifest(snapshot="", representations=MappingProxyType({}))
"""What is published before the first edition."""


def make_etag(data: bytes) -> str:
    """Return the opaque tag for exactly these bytes: 128 bits of SHA-256 in hex, without quotes."""
    return hashlib.sha256(data).hexdigest()[:32]


def make_manifest(
    representations: Iterable[Representation],
    next_change: datetime | None = None,
    moves: Moves | None = None,
    feeds: Mapping[tuple[str, str], FeedFacts] | None = None,
) -> Manifest:
    """Put representations in order of path and name the edition after what it serves.

    The id is a hash over paths, media types, etags and moves, so the same edition has the same id
    whenever and wherever it was built.
    """
    ordered = {each.path: each for each in sorted(representations, key=lambda each: each.path)}
    served: list[list[Any]] = [
        [each.path, each.media_type, *(v.etag for v in each.variants)] for each in ordered.values()
    ]
    moves = moves or Moves()
    if moves != Moves():  # an edition without any is named as if there could be none
        served.append([sorted(moves.moved.items()), sorted(moves.gone)])
    digest = hashlib.sha256(json.dumps(served).encode()).hexdigest()[:16]
    return Manifest(
        snapshot=digest,
        representations=MappingProxyType(ordered),
        next_change=next_change,
        moves=moves,
        feeds=dict(sorted((feeds or {}).items())),
    )


def path_problem(path: str) -> str:
    """Say why a decoded URL path cannot be a file of the tree; an empty string means that it can."""
    segments = path.split("/")
    if segments[0] or not all(segments[1:]) or len(segments) < 2:
        return "does not begin with one / or has an empty part"
    if any(segment in {".", ".."} for segment in segments):
        return "leads out of the tree"
    if any(ord(character) < 32 or character in "\\\x7f" for character in path):
        return "has a control character or a backslash"
    if segments[1] in (STAGING, ARCHIVE_STAGING) or segments[1].startswith(MANIFEST):
        return "is a name that the tree keeps for itself"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "is not Unicode text"
    return ""


def file_names(representation: Representation) -> tuple[str, ...]:
    """Return the tree's files of one representation, relative to its top, one for each variant."""
    return tuple(representation.path[1:] + SUFFIXES[variant.coding] for variant in representation.variants)


def dump_manifest(manifest: Manifest) -> bytes:
    """Serialise as UTF-8 JSON, a representation a line, in a stable order: the same edition gives the same bytes."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    lines = ",\n".join(encode(_to_json(manifest.representations[path])) for path in sorted(manifest.representations))
    head = f'"version": {VERSION}, "snapshot": {encode(manifest.snapshot)}'
    if manifest.next_change is not None:
        head += f', "next_change": {encode(_format_instant(manifest.next_change))}'
    facts = dump_facts(manifest.feeds)
    feeds = f', "feeds": [\n{facts}\n]' if facts else ""
    return f'{{{head}{_dump_moves(manifest.moves)}, "representations": [\n{lines}\n]{feeds}}}\n'.encode()


def _dump_moves(moves: Moves) -> str:
    encode = json.JSONEncoder(ensure_ascii=False).encode
    moved = f', "moved": {encode(dict(sorted(moves.moved.items())))}' if moves.moved else ""
    return moved + (f', "gone": {encode(sorted(moves.gone))}' if moves.gone else "")


def _to_json(representation: Representation) -> dict[str, Any]:
    alias = {"alias_of": representation.alias_of} if representation.alias_of else {}
    return {
        "path": representation.path,
        **alias,
        "title": representation.title,
        "feed": list(representation.feed),
        "format": representation.format,
        "media_type": representation.media_type,
        "last_modified": _format_instant(representation.last_modified),
        "entry_count": representation.entry_count,
        "variants": [{"coding": v.coding, "etag": v.etag, "size": v.size} for v in representation.variants],
    }


def _format_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_manifest(data: bytes, path: Path) -> Manifest:
    """Read what :func:`dump_manifest` wrote; ``path`` is named in messages only.

    Raises :class:`ManifestError` for anything else, a path that leads out of the tree included.
    """
    try:
        document = json.loads(data)
        version = document["version"]
        if version != VERSION:
            raise ManifestError(str(path), f"is of version {version!r}, not {VERSION}", _HINT)
        listed = [_from_json(each) for each in document["representations"]]
        snapshot = _text(document["snapshot"])
        next_change = _instant(document["next_change"]) if "next_change" in document else None
        moves = _moves(document)
        feeds = FactsTable(document.get("feeds", []))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ManifestError(str(path), f"is not a manifest ({_describe(error)})", _HINT) from error
    representations = {each.path: each for each in listed}
    if len(representations) != len(listed):
        raise ManifestError(str(path), "is not a manifest (a path is listed twice)", _HINT)
    return Manifest(
        snapshot=snapshot,
        representations=MappingProxyType(representations),
        next_change=next_change,
        moves=moves,
        feeds=feeds,
    )


_HINT = "run feedsvc build, which writes it anew"


def _describe(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is not a count")
    return value


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is not UTC or instant.microsecond:
        raise ValueError(f"{value!r} is not in whole seconds of UTC")
    return instant


def _from_json(value: Mapping[str, Any]) -> Representation:
    path = _text(value["path"])
    if problem := path_problem(path):
        raise ValueError(f"the path {path!r} {problem}")
    variants = tuple(_variant(each) for each in value["variants"])
    if not variants or variants[0].coding != "identity" or len({each.coding for each in variants}) != len(variants):
        raise ValueError(f"{path} does not list identity first and each coding once")
    kind, key = value["feed"]
    return Representation(
        path=path,
        media_type=_text(value["media_type"]),
        last_modified=_instant(value["last_modified"]),
        entry_count=_count(value["entry_count"]),
        variants=variants,
        feed=(_text(kind), _text(key)),
        format=_text(value["format"]),
        title=_text(value["title"]),
        alias_of=_text(value.get("alias_of", "")),
    )


def _moves(document: Mapping[str, Any]) -> Moves:
    moved = {_text(path): _text(target) for path, target in document.get("moved", {}).items()}
    return Moves(moved=moved, gone=frozenset(_text(path) for path in document.get("gone", ())))


def _variant(value: Mapping[str, Any]) -> Variant:
    coding, etag = _text(value["coding"]), _text(value["etag"])
    if coding not in SUFFIXES:
        raise ValueError(f"{coding!r} is not a coding")
    if not etag.isalnum() or not etag.isascii():
        raise ValueError(f"{etag!r} is not an etag")
    return Variant(coding=coding, etag=etag, size=_count(value["size"]))
