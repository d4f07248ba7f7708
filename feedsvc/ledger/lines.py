"""What the ledger's records are as JSON: the columns of each table, and how their values are written and read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from typing import Any, NamedTuple, get_type_hints

from feedsvc.records import dump_post, from_microseconds, load_post, to_microseconds


class Codec(NamedTuple):
    """How one column is written as JSON, and read back; ``read`` raises ValueError for what it cannot be."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record: its table's columns, by name, and the key that orders them."""

    name: str
    table: str
    columns: dict[str, Codec]
    key: tuple[str, ...]


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text")  # noqa: TRY004 (one error for every value that cannot be)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("holds half of a surrogate pair") from error
    return value


def read_name(value: object) -> str:
    """Return a text that says something. Raises ValueError for what is none."""
    if not _read_text(value):
        raise ValueError("is empty")
    return str(value)


def _read_instant(value: object) -> int:
    try:
        instant = datetime.fromisoformat(_read_text(value))
        if instant.tzinfo is not None:
            return to_microseconds(instant)
    except (ValueError, OverflowError) as error:
        raise ValueError("is no instant as RFC 3339 writes it") from error
    raise ValueError("names no time zone")


def _read_post(value: object) -> str:
    try:
        post = load_post(json.dumps(value))
        record = dump_post(post)
        record.encode()
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError("is no record of a post") from error
    if not _is_sound(post):
        raise ValueError("is no record of a post")
    return record


def _is_sound(value: object) -> bool:
    """Tell whether the plain fields of a model's value, and of the values in it, are of their types."""
    if type(value) is tuple:
        return all(map(_is_sound, value))
    if not (is_dataclass(value) or isinstance(value, tuple)):
        return value is None or isinstance(value, str | int | float | datetime)
    found = [(kind, getattr(value, name)) for name, kind in _types_of(type(value)).items()]
    return all(type(each) is kind if kind in (str, int, bool) else _is_sound(each) for kind, each in found)


def _types_of(model: type) -> dict[str, Any]:
    return get_type_hints(model)


def _or_none(codec: Codec) -> Codec:
    return Codec(
        lambda value: None if value is None else codec.write(value),
        lambda value: None if value is None else codec.read(value),
    )


_TEXT = Codec(str, _read_text)
_NAME = Codec(str, read_name)
_INSTANT = Codec(lambda value: from_microseconds(value).isoformat().replace("+00:00", "Z"), _read_instant)
_POST = Codec(json.loads, _read_post)

KINDS = (
    Kind(
        name="entry",
        table="entries",
        columns={
            "id": _NAME,
            "path": _or_none(_NAME),
            "live_at": _INSTANT,
            "withdrawn_at": _or_none(_INSTANT),
            "digest": _TEXT,
            "body_digest": _TEXT,
        },
        key=("id",),
    ),
    Kind(name="kept", table="kept", columns={"path": _NAME, "post": _POST}, key=("path",)),
    Kind(
        name="term",
        table="terms",
        columns={"kind": _NAME, "key": _NAME, "slug": _NAME, "label": _NAME},
        key=("kind", "key"),
    ),
    Kind(name="retired", table="retired", columns={"path": _NAME, "since": _INSTANT}, key=("path",)),
    Kind(
        name="deleted",
        table="deleted",
        columns={"kind": _NAME, "key": _TEXT, "id": _NAME, "since": _INSTANT},
        key=("kind", "key", "id"),
    ),
    Kind(
        name="date",
        table="file_dates",
        columns={"path": _NAME, "digest": _TEXT, "date": _INSTANT},
        key=("path",),
    ),
)
"""The kinds of records in the order of a file; of one kind they are ordered by their keys' bytes."""
