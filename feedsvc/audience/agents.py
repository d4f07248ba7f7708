"""What a User-Agent says of who reads through it: aggregators name themselves, and most say for how many people.

There is no standard for that; the spellings are those that aggregators send, in use and out of use. What they say is
believed as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_SUBSCRIBERS = 100_000_000
"""A figure above this is taken for none: more people than read any feed."""

_LONGEST = 1000
_NAME_LENGTH = 40

# The blank may be an underscore in what old aggregators sent.
_FIGURES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w.,])_?(\d{1,3}(?:,\d{3})+|\d{1,12})[\s_]+(?:subscriber|reader)s?(?![a-z])",
        r"(?<![a-z])subscribers?(?: count)?[\s_]*[:=_\s][\s_]*(\d{1,12})",
        r"(?<![a-z])users[\s_]+(\d{1,12});[\s_]*views",
    )
)
_FEED_ID = re.compile(r"\bfeed-?id[:=]\s*([\w.-]{1,64})", re.IGNORECASE)
_NEWSBLUR_ID = re.compile(r"newsblur\.com/site/(\d{1,20})", re.IGNORECASE)
_PRODUCT = re.compile(r"(?:Mozilla/[\d.]+\s*\((?:compatible|[^();]*);\s*)?([^/;()]+)", re.IGNORECASE)
_ROBOT = re.compile(r"bot\b|crawl|spider|slurp|monitor|validator|preview", re.IGNORECASE)

_HOSTED = {
    "feedly": "Feedly",
    "inoreader": "Inoreader",
    "newsblur": "NewsBlur",
    "feedbin": "Feedbin",
    "theoldreader": "The Old Reader",
    "bazqux": "BazQux",
    "feed wrangler": "Feed Wrangler",
    "bloglovin": "Bloglovin",
    "netvibes": "Netvibes",
    "feedhq": "FeedHQ",
    "feedspot": "Feedspot",
    "g2reader": "G2Reader",
    "hanrss": "HanRSS",
    "livedoor": "livedoor Reader",
    "fastladder": "Fastladder",
    "dreamwidth": "Dreamwidth",
    "livejournal": "LiveJournal",
    "overcast": "Overcast",
    "playerfm": "Player FM",
    "player fm": "Player FM",
    "plainfeeder": "PlainFeeder",
    "newsgatoronline": "NewsGator",
    "bloglines": "Bloglines",
    "blogtrottr": "Blogtrottr",
    "superfeedr": "Superfeedr",
    "yahoofeedseeker": "My Yahoo!",
    # Feedly and others say that they are like it, so it comes last.
    "feedfetcher-google": "Feedfetcher-Google",
}
_SELF_HOSTED = {
    "freshrss": "FreshRSS",
    "miniflux": "Miniflux",
    "tiny tiny rss": "Tiny Tiny RSS",
    "commafeed": "CommaFeed",
    "nextcloud": "Nextcloud News",
    "selfoss": "selfoss",
    "yarr": "yarr",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who is behind a User-Agent.

    ``aggregator`` is the service or program that reads for others, empty where that is not known; ``feed_id`` is its
    own name of the feed, and ``subscribers`` for how many it reads, None where it does not say. ``direct`` is what is
    counted as a reader by its address: a person's own program, or one that somebody hosts for few.
    """

    aggregator: str = ""
    feed_id: str = ""
    subscribers: int | None = None
    direct: bool = True


def parse_agent(written: str) -> Agent:
    """Return who is behind a User-Agent (RFC 9110, 10.1.5), from its first 1,000 characters."""
    written = written[:_LONGEST]
    folded = written.casefold().replace("_", " ")
    subscribers = _find_figure(written)
    hosted = next((name for mark, name in _HOSTED.items() if mark in folded), "")
    known = hosted or next((name for mark, name in _SELF_HOSTED.items() if mark in folded), "")
    if subscribers is not None:
        return Agent(
            aggregator=known or _name(written), feed_id=_find_id(written), subscribers=subscribers, direct=False
        )
    return Agent(aggregator=known, direct=not hosted and not _ROBOT.search(written))


def _find_figure(written: str) -> int | None:
    for pattern in _FIGURES:
        if found := pattern.search(written):
            figure = int(found[1].replace(",", ""))
            return figure if figure <= MOST_SUBSCRIBERS else None
    return None


def _find_id(written: str) -> str:
    found = _FEED_ID.search(written) or _NEWSBLUR_ID.search(written)
    return found[1] if found else ""


def _name(written: str) -> str:
    """Return the first product (``Name/1.0``), or what stands after "compatible"; printable, and not long."""
    found = _PRODUCT.match(written)
    name = found[1] if found else ""
    # A figure that is part of the name would make an aggregator of each day.
    for pattern in _FIGURES:
        name = pattern.sub("", name)
    name = "".join(each if each.isprintable() else " " for each in name.partition(" - ")[0])
    return " ".join(name.split())[:_NAME_LENGTH] or "?"
