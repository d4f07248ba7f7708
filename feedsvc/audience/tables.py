"""Figures as programs read them: CSV (RFC 4180) and JSON. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from feedsvc.audience.figures import COLUMNS, Figures
from feedsvc.audience.increments import Polls

HEADER = ("day", "feed", "polls", "not_modified", "im_used", "bytes_sent", "bytes_saved", "readers", "subscribers")


def dump_csv(rows: Iterable[Sequence[str | int]]) -> str:
    """Return a line for each feed and day, after one that names the columns."""
    assert len(HEADER) == len(COLUMNS)  # noqa: S101 (the two are side by side)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue()


def dump_json(figures: Figures, titles: Mapping[str, str]) -> str:
    """Return the figures as one object; ``titles`` are those of feeds that are published now, by name."""
    total = figures.total
    told = {
        "from": figures.first.isoformat(),
        "to": figures.last.isoformat(),
        "total": {**_polls(total.polls), "readers_a_day": total.readers, "subscribers": total.subscribers},
        "feeds": [
            {
                "feed": each.feed,
                "title": titles.get(each.feed),
                **_polls(each.polls),
                "readers_a_day": each.readers,
                "subscribers": each.subscribers,
            }
            for each in figures.feeds
        ],
        "days": [
            {
                "day": each.day.isoformat(),
                **_polls(each.polls),
                "readers": each.readers,
                "subscribers": each.subscribers,
            }
            for each in figures.days
        ],
        "aggregators": [{"name": name, "subscribers": subscribers} for name, subscribers in figures.aggregators],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _polls(polls: Polls) -> dict[str, int]:
    return dict(zip(HEADER[2:7], polls, strict=True))
