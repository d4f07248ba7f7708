"""What people are told of each feed, as lines of the manifest.

A line is an array, since there may be thousands and every worker reads them all: kind, key, and the fields of
:class:`~feedsvc.model.FeedFacts` in their order, the instant and the counts in text.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from feedsvc.model import SITE, WEEKS, FeedFacts

logger = logging.getLogger(__name__)

FeedKey = tuple[str, str]


class FactsTable(Mapping[FeedKey, FeedFacts]):
    """The facts as a manifest has them, read when somebody wants them: every worker holds them, and few are asked.

    What cannot be read is logged and counts as unknown, since no feed depends on it.
    """

    __slots__ = ("_read", "_rows")

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows
        self._read: dict[FeedKey, FeedFacts] | None = None

    def _facts(self) -> dict[FeedKey, FeedFacts]:
        if self._read is None:
            try:
                self._read = parse_facts(self._rows)
            except (KeyError, TypeError, ValueError) as error:
                logger.warning("what the manifest tells of feeds cannot be read: %s", error)
                self._read = {}
        return self._read

    def __getitem__(self, feed: FeedKey) -> FeedFacts:
        return self._facts()[feed]

    def __iter__(self) -> Iterator[FeedKey]:
        return iter(self._facts())

    def __len__(self) -> int:
        return len(self._facts())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FactsTable):
            return self._rows == other._rows
        return self._facts() == (dict(other) if isinstance(other, Mapping) else other)

    __hash__ = None  # type: ignore[assignment] # as of a dict


def dump_facts(feeds: Mapping[FeedKey, FeedFacts]) -> str:
    """Return the facts as lines of JSON, in order of kind and key. A subtitle that is the site's own is null."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    site = feeds[SITE].subtitle if SITE in feeds else None
    return ",\n".join(encode(_to_json(feed, feeds[feed], site)) for feed in sorted(feeds))


def _to_json(feed: FeedKey, facts: FeedFacts, site: str | None) -> list[Any]:
    subtitle, title, link, published, week, counts = facts
    shared = None if feed != SITE and subtitle == site else subtitle
    instant = published.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if published else ""
    return [*feed, shared, title, link, instant, week, " ".join(map(str, counts))]


def parse_facts(rows: Iterable[Sequence[Any]]) -> dict[FeedKey, FeedFacts]:
    """Return what :func:`dump_facts` wrote, by kind and key.

    Raises KeyError, TypeError or ValueError for anything else.
    """
    read: dict[FeedKey, FeedFacts] = {}
    shared: list[FeedKey] = []
    for kind, key, subtitle, title, link, instant, week, counts in rows:
        if subtitle is None:
            shared.append((kind, key))
        # Joining them tells at once that all are text.
        "".join((kind, key, subtitle or "", title, link, instant, counts))
        published = datetime.fromisoformat(instant) if instant else None
        if (published and published.tzinfo is not UTC) or type(week) is not int or week < 0 or "-" in counts:
            raise ValueError(f"the facts of {kind} {key!r} are not as they are written")
        numbers = tuple(map(int, counts.split(" "))) if counts else ()
        read[kind, key] = FeedFacts(subtitle or "", title, link, published, week, numbers[:WEEKS])
    for feed in shared:
        read[feed] = read[feed]._replace(subtitle=read[SITE].subtitle)
    return read
