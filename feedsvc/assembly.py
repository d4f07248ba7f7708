"""Assemble feeds: which exist, which posts each selects, and their documents, one feed at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from feedsvc.feedrules import (
    OWN,
    feed_kinds,
    feed_words,
    find_idle_tables,
    own_feeds,
    render_rules,
    selection_rules,
)
from feedsvc.feeds.catalog import CatalogRules, SiteFacts, list_feeds, unanswered_aliases
from feedsvc.feeds.facts import tell_facts
from feedsvc.feeds.render import render_feed
from feedsvc.feeds.selection import is_overfull, select
from feedsvc.finishing import prepare_entries
from feedsvc.index.weeks import week_of
from feedsvc.model import (
    CATEGORY_KINDS,
    WEEKS,
    Category,
    DeletedEntry,
    Entry,
    FeedDocument,
    FeedSpec,
    Post,
    Standing,
)
from feedsvc.report import Progress, ignore_progress

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.finishing import Finish
    from feedsvc.index import Index
    from feedsvc.index.posts import FeedKey

# Feeds whose entries are finished together.
_TOGETHER = 64
# Weeks are counted from here on.
_FIRST = datetime(1970, 1, 12, tzinfo=UTC)


def catalog_feeds(settings: Settings, index: Index, site_id: str) -> tuple[FeedSpec, ...]:
    """List the feeds of the site and of every term in use, in the catalog's order.

    ``site_id`` is what their own ids begin with.
    Aliases that no feed answers are noted in the index, to be told with each build.
    """
    site = settings.site
    facts = SiteFacts(
        id=site_id,
        title=site.title,
        url=site.url,
        description=site.description,
        language=site.language,
        authors=site.authors,
        server_url=settings.server.url or site.url,
        ttl=max(1, round(settings.server.max_age.total_seconds() / 60)),
    )
    rules = CatalogRules(
        formats=settings.feeds.formats,
        by=feed_kinds(settings),
        paths=settings.feeds.paths.model_dump(),
        aliases=settings.feeds.aliases,
        archives=settings.feeds.archives,
        words=feed_words(settings),
    )
    in_use = [term for term in index.terms.in_use() if term.kind in rules.by and term.kind != OWN]
    specs = list_feeds(facts, (*in_use, *own_feeds(settings)), rules)
    index.put_meta("unanswered", "\n".join(unanswered_aliases(specs, rules)))
    index.put_meta("idle_tables", "\n".join(find_idle_tables(settings, in_use)))
    return specs


def render_feeds(
    settings: Settings,
    specs: Sequence[FeedSpec],
    index: Index,
    finish: Finish,
    progress: Progress = ignore_progress,
    *,
    lead: Callable[[FeedSpec], Mapping[str, str]] = lambda _: {},
    note_complete: Callable[[FeedSpec, bool], None] = lambda *_: None,
    list_deleted: Callable[[FeedKey], Sequence[DeletedEntry]] = lambda _: (),
) -> Iterator[FeedDocument]:
    """Select and render the feeds one after another, so that one feed's text is in memory at a time.

    ``finish`` finishes posts; ``progress`` is told each feed that is done, and ``note_complete``
    whether its documents hold all its entries; those that do not lead to the newest page of their archive, whose URL
    ``lead`` tells by format. ``list_deleted`` returns what left a feed, to be told in its documents, the latest first.
    Raises DocumentError where a document cannot be published, and what ``finish`` raises.
    """
    labels = read_labels(index)
    for number, (spec, selected) in enumerate(_select_all(settings, specs, index, finish)):
        progress("feeds", number, len(specs))
        feed = (spec.kind, spec.key)
        entries = [read_entry(index, standing.path, labels) for standing in selected.chosen]
        rules, deleted = render_rules(settings, feed), list_deleted(feed)
        rendered = render_feed(spec, entries, rules, deleted, archive=lead(spec), has_more=selected.has_more)
        facts = tell_facts(spec, entries, count_weeks(index, feed, selected.chosen, settings.site.timezone))
        index.terms.put_left_out(feed, rendered.left_out, overfull=selected.overfull)
        complete = not (selected.has_more or rendered.left_out)
        note_complete(spec, complete)
        yield from (replace(document, complete=complete, facts=facts) for document in rendered.documents)
        # While they are encoded, which other threads do. Nothing is live before all feeds have passed here.
        rendered.verify()


class _Selected(NamedTuple):
    """What a feed's documents are to hold, whether there is more, and whether that is more than they have room for."""

    chosen: Sequence[Standing]
    has_more: bool
    overfull: bool


def _select_all(
    settings: Settings, specs: Sequence[FeedSpec], index: Index, finish: Finish
) -> Iterator[tuple[FeedSpec, _Selected]]:
    """Yield the feeds with what they select, all of it finished: that of many feeds at once, for several processes."""
    for start in range(0, len(specs), _TOGETHER):
        some = [(spec, _select(settings, (spec.kind, spec.key), index)) for spec in specs[start : start + _TOGETHER]]
        paths = dict.fromkeys(standing.path for _, selected in some for standing in selected.chosen)
        prepare_entries(index, [*paths], finish)
        yield from some


def _select(settings: Settings, feed: FeedKey, index: Index) -> _Selected:
    rules = selection_rules(settings, feed)
    # One more than a feed can hold tells whether it holds all.
    ranked = index.posts.ranking(feed, limit=rules.max_entries + 1)
    chosen = select(ranked, rules)
    return _Selected(chosen, has_more=len(chosen) < len(ranked), overfull=is_overfull(ranked, rules))


def count_weeks(index: Index, feed: FeedKey, chosen: Sequence[Standing], zone: tzinfo) -> Mapping[int, int]:
    """Return week -> entries of a feed, for the weeks before the newest of those ``chosen`` and any after it.

    A week begins on Monday in ``zone``, by its offset at the newest entry, so that the feed alone decides.
    """
    newest = max((min(each.live_at, each.published) for each in chosen), default=None)
    if newest is None or newest < _FIRST:
        return {}
    offset = newest.astimezone(zone).utcoffset() or timedelta()
    return index.posts.count_weeks(feed, max(1, week_of(newest, offset) - WEEKS + 1), offset)


def read_labels(index: Index) -> Mapping[tuple[str, str], str]:
    """Return the label of each term in use, by kind and key."""
    return {(term.kind, term.key): term.label for term in index.terms.in_use()}


def read_entry(index: Index, path: str, labels: Mapping[tuple[str, str], str]) -> Entry:
    """Return a live post as an entry; it can be carried once :func:`prepare_entries` has seen it."""
    id_, post = index.posts.entry(path)
    return Entry(id=id_, post=post, categories=_categories(post, labels))


def _categories(post: Post, labels: Mapping[tuple[str, str], str]) -> tuple[Category, ...]:
    found: dict[str, str] = {}
    for kind in CATEGORY_KINDS:
        for term in post.terms:
            if term.kind == kind:
                found.setdefault(term.key, labels.get((kind, term.key), term.label))
    return tuple(Category(term=label, label=label) for label in found.values())
