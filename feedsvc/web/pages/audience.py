"""The page that tells the operator who reads: sums, charts, and a table of feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from feedsvc.audience.charts import Chart, draw_lines, stack_bars
from feedsvc.audience.figures import Figures, Reach
from feedsvc.audience.increments import Polls
from feedsvc.web.pages.layout import PageFacts, render_page

SPANS = (7, 30, 365)
"""Days that can be looked at."""
MOST_FEEDS = 200
"""Feeds of the table, unless all are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What somebody looks at: a span of days, one feed (empty: all), and the order of the table."""

    days: int = 30
    feed: str = ""
    sort: str = "polls"
    all_feeds: bool = False

    def link(self, **changes: object) -> str:
        """Return the relative address of this page with other values."""
        values = {"days": self.days, "feed": self.feed, "sort": self.sort, "all": int(self.all_feeds), **changes}
        return "audience?" + urlencode({name: value for name, value in values.items() if value != _DEFAULTS[name]})


_DEFAULTS: Mapping[str, object] = {"days": 30, "feed": "", "sort": "polls", "all": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart with the keys of its words; ``parts`` are those of what its colours stand for."""

    name: str
    chart: Chart
    parts: Sequence[str]
    kind: str


SORTS: Mapping[str, Callable[[Reach], float]] = {
    "polls": lambda each: each.polls.polls,
    "spared": lambda each: _share(each.polls.not_modified + each.polls.im_used, each.polls.polls),
    "readers": lambda each: each.readers,
    "subscribers": lambda each: each.subscribers,
    "sent": lambda each: each.polls.sent,
    "saved": lambda each: each.polls.saved,
}
"""What the table can be ordered by, most first; by the feeds' titles otherwise."""


def render_audience(
    facts: PageFacts, figures: Figures | None, look: Look, titles: Mapping[str, str], *, counting: bool
) -> str:
    """Render the page; ``titles`` are those of published feeds by name, ``figures`` None where they cannot be read."""
    feeds = _sort(figures.feeds, look.sort, titles) if figures else []
    unread = Reach(look.feed, Polls(), 0, 0)
    chosen = next((each for each in feeds if each.feed == look.feed), unread) if look.feed else None
    return render_page(
        facts,
        "audience.html",
        path="/-/audience",
        title=facts.words("audience.title", site=facts.title),
        figures=figures,
        look=look,
        titles=titles,
        counting=counting,
        shown=chosen or (figures.total if figures else None),
        feeds=feeds if look.all_feeds else feeds[:MOST_FEEDS],
        hidden=0 if look.all_feeds else max(0, len(feeds) - MOST_FEEDS),
        pictures=_draw(figures) if figures else (),
        spans=SPANS,
        sorts=tuple(SORTS),
        share=lambda part, whole: f"{100 * _share(part, whole):.0f} %",
        size=format_size,
        query=urlencode({"days": look.days}),
    )


def _sort(feeds: Sequence[Reach], sort: str, titles: Mapping[str, str]) -> list[Reach]:
    by_title = sorted(feeds, key=lambda each: (titles.get(each.feed, each.feed).casefold(), each.feed))
    value = SORTS.get(sort)
    return sorted(by_title, key=value, reverse=True) if value else by_title


def _draw(figures: Figures) -> tuple[Picture, ...]:
    days = [each.day for each in figures.days]
    polls = [each.polls for each in figures.days]
    return (
        Picture(
            name="polls",
            kind="bars",
            parts=("not_modified", "im_used", "whole"),
            chart=stack_bars(
                days,
                (
                    [each.not_modified for each in polls],
                    [each.im_used for each in polls],
                    [each.polls - each.not_modified - each.im_used for each in polls],
                ),
            ),
        ),
        Picture(
            name="reach",
            kind="lines",
            parts=("readers", "subscribers"),
            chart=draw_lines(
                days, ([each.readers for each in figures.days], [each.subscribers for each in figures.days])
            ),
        ),
        Picture(
            name="bytes",
            kind="bars",
            parts=("saved", "sent"),
            chart=stack_bars(days, ([each.saved for each in polls], [each.sent for each in polls])),
        ),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def format_size(count: int) -> str:
    """Return bytes in the largest unit that leaves a number before the point."""
    value, units = float(count), ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        del units[0]
    return f"{f'{value:.1f}'.removesuffix('.0') if value < 100 else f'{value:.0f}'} {units[0]}"
