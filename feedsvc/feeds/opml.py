"""The list of all feeds as OPML 2.0 (opml.org/spec2.opml), which readers import whole: kinds are folders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from feedsvc.feeds.faults import drop_illegal
from feedsvc.model import SITE, FeedLocation, FeedSpec

MEDIA_TYPE = "text/x-opml"
PATH = "/opml.xml"


def render_opml(title: str, specs: Sequence[FeedSpec], headings: Mapping[str, str]) -> bytes:
    """Return the list of the feeds in their order, that of the site beside the folders of the other kinds.

    ``headings`` are the folders' names by kind; a kind without one is called by its own name. There is no
    dateModified: it would change the list where no feed came, went or was renamed.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{escape(drop_illegal(title))}</title><docs>http://opml.org/spec2.opml</docs></head>",
        "<body>",
        *_outlines(specs, headings),
        "</body>",
        "</opml>",
    ]
    return "\n".join((*lines, "")).encode()


def _outlines(specs: Sequence[FeedSpec], headings: Mapping[str, str]) -> Iterator[str]:
    for kind, group in groupby(specs, key=lambda spec: spec.kind):
        if kind == SITE[0]:
            yield from map(_outline, group)
            continue
        heading = quoteattr(headings.get(kind, kind))
        yield f"<outline text={heading} title={heading}>"
        yield from map(_outline, group)
        yield "</outline>"


def _outline(spec: FeedSpec) -> str:
    location = _subscribed(spec)
    values = {
        "text": spec.title,
        "title": spec.title,
        "type": "rss",  # of any format, as readers write it themselves
        "version": "RSS" if location.format == "rss" else "",
        "xmlUrl": location.self_link,
        "htmlUrl": spec.alternate_link,
        "description": spec.subtitle,
        "language": spec.language,
    }
    shown = (f"{name}={quoteattr(drop_illegal(value))}" for name, value in values.items() if value)
    return f"<outline {' '.join(shown)}/>"


def _subscribed(spec: FeedSpec) -> FeedLocation:
    """Return the document to subscribe to: the first that is XML, which every reader of OPML knows."""
    return next((each for each in spec.locations if each.format != "json"), spec.locations[0])
