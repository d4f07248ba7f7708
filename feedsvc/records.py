"""The JSON form in which the databases keep what the model freezes.

Written and read back by the same version of feedsvc only: the index is thrown
away when its fingerprint changes, and the ledger tolerates unknown keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from feedsvc.model import Brief, Enclosure, Finding, Image, Person, Post, Term, Use

if TYPE_CHECKING:
    import zstandard

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_IMAGES = ("image", "thumbnail", "banner")
_LISTS: dict[str, type[Person | Enclosure | Finding]] = {
    "authors": Person,
    "enclosures": Enclosure,
    "warnings": Finding,
}


def to_microseconds(instant: datetime) -> int:
    """Return whole microseconds since the epoch, exact where a float would round."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Return the aware UTC instant that :func:`to_microseconds` wrote."""
    return _EPOCH + timedelta(microseconds=microseconds)


class PostRecord(NamedTuple):
    """A post as the databases keep it: what they order and look up by, and the whole of it as ``json``, in UTF-8.

    That is empty where the post was read in brief. A tuple, since thousands of them go from one process to another.
    Instants are microseconds since the epoch, which the databases hold: each is turned into them once, where the post
    is read. ``warnings`` is what :func:`dump_findings` wrote, empty without any.
    """

    path: str
    name_key: str
    digest: str
    body_digest: str
    proposed_id: str
    published: int
    terms: tuple[Term, ...]
    warnings: str
    json: bytes
    expires: int | None = None


class Finished(NamedTuple):
    """A post that was unfinished, packed: ``html`` is its content, a frame of Zstandard (RFC 8878), of UTF-8.

    ``json`` is the rest of it. ``warnings`` (as in a PostRecord) are those that were not told yet, and ``uses`` are the
    other files that the post draws on.
    """

    path: str
    json: bytes
    html: bytes
    warnings: str
    uses: tuple[Use, ...]


def pack_finished(post: Post, uses: tuple[Use, ...], *, tell: bool) -> Finished:
    """Pack a post that is unfinished no more; ``tell`` has its author told of its warnings."""
    return Finished(
        path=post.path,
        json=_dump(post, to_microseconds(post.published), content=""),
        html=_packer().compress(post.content.encode()),
        warnings=dump_findings(post.warnings) if tell and post.warnings else "",
        uses=uses,
    )


def unpack_content(html: bytes) -> str:
    """Return the content that :func:`pack_finished` packed. Raises ValueError where it is damaged."""
    from zstandard import ZstdError

    try:
        return _unpacker().decompress(html).decode()
    except ZstdError as error:
        raise ValueError(str(error)) from error


# Of a post of 5 kB, zlib's fastest level took 70 µs to pack and 28 to unpack, these take 25 and 5, for 8 % more bytes.
# Imported late: most builds pack nothing. Made once, since to make one takes as long as to pack a post.
@cache
def _packer() -> zstandard.ZstdCompressor:
    from zstandard import ZstdCompressor

    return ZstdCompressor(level=1)


@cache
def _unpacker() -> zstandard.ZstdDecompressor:
    from zstandard import ZstdDecompressor

    return ZstdDecompressor()


def record_post(post: Post | Brief) -> PostRecord:
    """Turn a post into its record."""
    published = to_microseconds(post.published)
    whole = None if isinstance(post, Brief) else post
    return PostRecord(
        path=post.path,
        name_key=post.name_key,
        digest=post.digest,
        body_digest=post.body_digest,
        proposed_id=post.proposed_id,
        published=published,
        terms=post.terms,
        warnings=dump_findings(whole.warnings) if whole and whole.warnings else "",
        json=_dump(whole, published, content=whole.content) if whole else b"",
        expires=to_microseconds(whole.expires) if whole and whole.expires else None,
    )


def dump_post(post: Post) -> str:
    """Serialise a post whole, content and warnings included; what is empty is left out."""
    return _dump(post, to_microseconds(post.published), content=post.content).decode()


def _dump(post: Post, published: int, *, content: str) -> bytes:
    values: dict[str, Any] = {
        "path": post.path,
        "name_key": post.name_key,
        "digest": post.digest,
        "body_digest": post.body_digest,
        "proposed_id": post.proposed_id,
        "title": post.title,
        "alternate_link": post.alternate_link,
        "published": published,
        "updated": published if post.updated is post.published else to_microseconds(post.updated),
        "summary": post.summary,
        "content": content,
        "terms": [tuple(term) for term in post.terms],  # orjson takes no named ones
        "language": post.language,
        "pending": post.pending,
    }
    if post.expires:
        values["expires"] = to_microseconds(post.expires)
    for name in _IMAGES:
        if image := getattr(post, name):
            values[name] = image
    for name in _LISTS:
        if items := getattr(post, name):
            values[name] = items
    return orjson.dumps(values)


def load_post(text: str | bytes, **changed: Any) -> Post:  # noqa: ANN401 (fields of a post)
    """Read back what :func:`dump_post` wrote; keywords are fields that became others meanwhile.

    Raises ValueError, KeyError or TypeError where the text is not such a record.
    """
    fields = orjson.loads(text)
    fields["published"] = from_microseconds(fields["published"])
    fields["updated"] = from_microseconds(fields["updated"])
    fields["expires"] = from_microseconds(fields["expires"]) if fields.get("expires") is not None else None
    fields["terms"] = tuple(Term(*term) for term in fields["terms"])
    for name in _IMAGES:
        if isinstance(image := fields.pop(name, None), dict):
            fields[name] = Image(**image)
    for name, type_ in _LISTS.items():
        fields[name] = tuple(type_(**item) for item in fields.get(name, ()))
    fields.update(changed)
    return Post(**{name: value for name, value in fields.items() if name in Post.__slots__})


def dump_findings(findings: Sequence[Finding]) -> str:
    """Serialise findings in their order; the kind of finding is not kept."""
    return orjson.dumps(findings).decode()


def load_findings(text: str) -> tuple[Finding, ...]:
    """Read back what :func:`dump_findings` wrote."""
    return tuple(Finding(**fields) for fields in orjson.loads(text))
