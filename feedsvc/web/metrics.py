"""The page ``/metrics``: counts of all workers, the last build and the edition, in Prometheus' text format.

The home of prometheus_client, which is imported when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response

from feedsvc.audience.increments import name_feed as name_feed_of
from feedsvc.model import Representation, Snapshot
from feedsvc.remote.note import ReplicaNote
from feedsvc.web.navigation import IN_PLACE
from feedsvc.web.served import Served
from feedsvc.web.tallies import Key, Tallies, Tally

if TYPE_CHECKING:
    from prometheus_client import Metric

_NOT_MODIFIED, _IM_USED = 304, 226


def name_feed(representation: Representation) -> str:
    """Return what a feed is called in the metrics: ``site``, ``category:경제``."""
    return name_feed_of(representation.feed)


def count_response(tallies: Tallies, snapshot: Snapshot | None, method: str, path: str, response: Response) -> None:
    """Count an answer by what its headers say. Not for a fast path: that knows its key and sizes beforehand."""
    representation = snapshot.representations.get(path) if snapshot is not None else None
    status = response.status_code
    sent = 0 if method == "HEAD" else response.content_length or 0
    # A page in the place of a feed is no poll of it.
    if representation is None or response.headers.get("Vary") == IN_PLACE:
        tallies.count(("", "", status, ""), sent, 0)
        return
    etag = response.headers.get("ETag", "").strip('"')
    variant = next((each for each in representation.variants if each.etag == etag), None)
    # A HEAD has no body to spare.
    spared = variant.size - sent if variant and method == "GET" and status in (_NOT_MODIFIED, _IM_USED) else 0
    coding = variant.coding if variant is not None else ""
    tallies.count((name_feed(representation), representation.format, status, coding), sent, max(0, spared))


def count_delta_of(tallies: Tallies, document: Representation, coding: str, sent: int, spared: int) -> None:
    """Count a delta of a document, by the bytes of body that it sent and that it spared."""
    tallies.count((name_feed(document), document.format, _IM_USED, coding), sent, spared)


class FastPathCounts:
    """What the fast path counted by path, as rows for :meth:`Tallies.watch`.

    A path is named when its first answers are read, and keeps that name: counts never go back when a feed goes.
    """

    def __init__(self, served: Served, snapshot_source: Callable[[], Snapshot | None]) -> None:
        self._served = served
        self._source = snapshot_source
        self._names: dict[str, tuple[str, str]] = {}

    def __call__(self) -> Iterator[tuple[Key, Tally]]:
        """Yield the counts to the present."""
        snapshot = self._source()
        for (path, status, coding), (count, size) in self._served.rows:
            if path not in self._names:
                known = snapshot.representations.get(path) if snapshot is not None else None
                self._names[path] = (name_feed(known), known.format) if known is not None else ("", "")
            sizes = (0, size) if status == _NOT_MODIFIED else (size, 0)
            yield (*self._names[path], status, coding), (count, *sizes)


def render_metrics(
    counts: Mapping[Key, Tally],
    status: Mapping[str, object],
    snapshot: Snapshot | None,
    now: datetime,
    replica: ReplicaNote | None = None,
) -> tuple[str, bytes]:
    """Return the Content-Type and the page; ``status`` is that of the last build, ``now`` is aware.

    A ``replica`` has a store that it follows in the place of builds.
    """
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

    class Collected:
        def collect(self) -> Iterator[Metric]:
            yield from _count_metrics(counts)
            yield from _replica_metrics(replica, now) if replica else _build_metrics(status, now)
            yield from _edition_metrics(snapshot, now)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected())
    return CONTENT_TYPE_LATEST, generate_latest(registry)


def _count_metrics(counts: Mapping[Key, Tally]) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily

    labels = ("feed", "format", "status", "coding")
    requests = CounterMetricFamily("feedsvc_requests", "Answers by feed, format, status and coding.", labels=labels)
    sent = CounterMetricFamily("feedsvc_sent_bytes", "Bytes of bodies sent.", labels=labels)
    saved = CounterMetricFamily("feedsvc_saved_bytes", "Bytes that a 304 or 226 did not need to send.", labels=labels)
    for (feed, format_, status, coding), tally in counts.items():
        values = (feed, format_, str(status), coding)
        for family, value in zip((requests, sent, saved), tally, strict=True):
            family.add_metric(values, value)
    yield from (requests, sent, saved)


def _build_metrics(status: Mapping[str, object], now: datetime) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily, SummaryMetricFamily

    totals, last, built_at = status.get("builds"), status.get("last_build"), status.get("built_at")
    if isinstance(totals, dict):
        yield SummaryMetricFamily(
            "feedsvc_build_duration_seconds", "Builds that did not fail.", totals["count"], totals["seconds"]
        )
    if isinstance(last, dict):
        rejected = len(last["rejected"])
        yield GaugeMetricFamily("feedsvc_last_build_duration_seconds", "Of the last one.", last["duration_s"])
        yield GaugeMetricFamily("feedsvc_posts", "Posts in feeds.", last["posts"])
        yield GaugeMetricFamily("feedsvc_rejected_posts", "Posts that are not published as they stand.", rejected)
    if isinstance(built_at, str):
        age = (now - datetime.fromisoformat(built_at)).total_seconds()
        yield GaugeMetricFamily("feedsvc_last_build_age_seconds", "Since the last build that did not fail.", age)
    failed = 1 if status.get("error") else 0
    yield GaugeMetricFamily("feedsvc_build_failing", "1 if the last build failed, and the edition stands.", failed)


def _replica_metrics(note: ReplicaNote, now: datetime) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    if note.published is not None:
        age = max(0.0, (now - note.published).total_seconds())
        yield GaugeMetricFamily("feedsvc_replica_edition_age_seconds", "Since the edition was published.", age)
    away = max(0.0, (now - note.away_since).total_seconds()) if note.away_since else 0.0
    yield GaugeMetricFamily("feedsvc_replica_store_away_seconds", "Since the store was first not reached.", away)
    yield CounterMetricFamily("feedsvc_replica_store_failures", "Looks at the store that failed.", note.failures)
    yield GaugeMetricFamily("feedsvc_replica_cache_bytes", "What is kept of the store on this disk.", note.cached)


def _edition_metrics(snapshot: Snapshot | None, now: datetime) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    if snapshot is not None and snapshot.representations:
        changed = max(each.last_modified for each in snapshot.representations.values())
        age = (now - changed).total_seconds()
        documents = len(snapshot.representations)
        yield GaugeMetricFamily("feedsvc_documents", "Published documents, aliases included.", documents)
        yield GaugeMetricFamily("feedsvc_edition_age_seconds", "Since the newest change of a document.", age)
