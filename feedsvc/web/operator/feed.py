"""The operator's Atom feed (RFC 4287): builds that changed something or failed, posts that were rejected or mended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from feedsvc.report import Rejected
from feedsvc.status import Run
from feedsvc.web.operator.telling import tell_duration, tell_run
from feedsvc.web.pages import PageFacts, render_page

PATH = "/-/atom.xml"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
MOST_ENTRIES = 100

_NO_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at an instant (aware); ``paragraphs`` are plain text, ``id`` is a ``urn:uuid:``."""

    id: str
    at: datetime
    kind: str
    title: str
    paragraphs: tuple[str, ...]


def list_events(facts: PageFacts, runs: Sequence[Run]) -> Iterator[Event]:
    """Yield what happened, newest first: after a build the posts that it rejected anew, and those that were mended."""
    words = facts.words
    for run in runs:
        if run.kind == "idle":
            continue
        # A failure that repeats is told when it begins; that it goes on changes no entry.
        at = run.since
        title = words(f"operator.feed_{run.kind}")
        told = (tell_run(words, run), *(() if run.kind == "failed" else (tell_duration(words, run.duration_s),)))
        yield _event(facts, at, run.kind, title, told, run.message)
        for post in run.newly_rejected:
            what = words("operator.feed_rejected", path=post.path)
            yield _event(facts, at, "rejected", what, _tell_fault(facts, post), f"{post.path}\n{post.reason}")
        for path in run.mended:
            what = words("operator.feed_mended", path=path)
            yield _event(facts, at, "mended", what, (words("operator.mended_long"),), path)


def _tell_fault(facts: PageFacts, post: Rejected) -> tuple[str, ...]:
    where = f"{post.path}:{post.line}:{post.column}" if post.line else post.path
    kept = facts.words("operator.kept" if post.kept_previous else "operator.not_kept")
    return tuple(part for part in (f"{where}: {post.reason}", post.hint, kept) if part)


def _event(facts: PageFacts, at: datetime, kind: str, title: str, told: Sequence[str], what: str) -> Event:
    name = f"{facts.server_url}{PATH}\n{at.astimezone(UTC).isoformat()}\n{kind}\n{what}"
    return Event(
        id=uuid5(NAMESPACE_URL, name.encode("utf-8", "replace").decode()).urn,
        at=at.astimezone(UTC),
        kind=kind,
        title=_clean(title),
        paragraphs=tuple(map(_clean, told)),
    )


def _clean(text: str) -> str:
    """Return a text without characters that XML cannot have (XML 1.0, 2.2)."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def render_feed(facts: PageFacts, runs: Sequence[Run]) -> str:
    """Return the feed; the same history gives the same bytes."""
    events = tuple(islice(list_events(facts, runs), MOST_ENTRIES))
    return render_page(
        facts,
        "operator-atom.xml",
        path=PATH,
        title=_clean(facts.words("operator.title", site=facts.title)),
        author=_clean(facts.title),
        id=uuid5(NAMESPACE_URL, f"{facts.server_url}{PATH}").urn,
        updated=max((event.at for event in events), default=_LONG_AGO),
        events=events,
    )
