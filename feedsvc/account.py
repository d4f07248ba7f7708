"""What there is to tell after a build, gathered from the index and from what was published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from feedsvc.report import BuildReport, Rejected

if TYPE_CHECKING:
    from feedsvc.index import Index
    from feedsvc.publish.store import Publication


def give_account(index: Index, publication: Publication, duration_s: float) -> BuildReport:
    """Return the report of a build that took ``duration_s`` seconds; rejections and warnings stand until mended."""
    return BuildReport(
        posts=index.posts.live_count(),
        rejected=tuple(
            Rejected(
                path=finding.path,
                line=finding.line,
                column=finding.column,
                reason=finding.reason,
                hint=finding.hint,
                kept_previous=kept,
            )
            for finding, kept in index.files.rejected()
        ),
        feeds=int(index.meta("feeds")),
        written=publication.written,
        removed=publication.removed,
        unchanged=publication.unchanged,
        duration_s=duration_s,
        snapshot=publication.snapshot,
        warnings=tuple(map(str, index.files.warnings())),
        feed_warnings=tuple(_feed_warnings(index)),
        next_change=index.next_change(),
    )


def _feed_warnings(index: Index) -> Iterator[str]:
    for kind, label, proposed, slug in index.terms.collisions():
        yield f"{kind} {label!r}: its slug {proposed!r} belongs to another {kind}, so its feed is at {slug!r}"
    if not index.files.any():
        yield "[posts] dir: no file below it matches [posts] patterns, so there is nothing to publish"
    yield from index.meta("drift").splitlines()
    for alias in index.meta("unanswered").splitlines():
        reason = "the feed it continues has no posts now, or it is the address of a feed of its own"
        yield f"[feeds.aliases] {alias}: does not continue another feed; {reason}"
    yield from index.meta("idle_tables").splitlines()
    for path in index.meta("idle_redirects").splitlines():
        yield f"[redirects] {path}: a feed is published there, so it is served and nobody is redirected"
    for (kind, key), (left_out, overfull) in index.terms.left_out().items():
        feed = (f"feed {key!r}" if kind == "feed" else f"feed of {kind} {key!r}") if key else "feed of the site"
        if left_out:
            yield f"{feed}: {left_out} entries left out, its documents would be larger than [feeds] max_bytes"
        if overfull:
            yield f"{feed}: more entries went live within [feeds] window than [feeds] max_entries has room for"
