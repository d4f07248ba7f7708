"""The right half of a build: the feeds that were touched become documents, and these the next edition."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from feedsvc.config.redirects import find_idle
from feedsvc.errors import ConfigError
from feedsvc.model import Moves
from feedsvc.publish.store import Publication, find_damaged, load_previous
from feedsvc.report import Progress

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.finishing import Finish
    from feedsvc.index import Index
    from feedsvc.index.posts import FeedKey
    from feedsvc.ledger import Ledger

_log = logging.getLogger(__name__)


def publish_touched(
    settings: Settings,
    touched: frozenset[FeedKey],
    index: Index,
    ledger: Ledger,
    *,
    now: datetime,
    finish: Finish,
    progress: Progress,
) -> Publication:
    """Render and publish the feeds that may have changed; all of them if the tree is not the one we left.

    ``finish`` finishes posts. Raises DocumentError, StoreError and what ``finish`` raises.
    """
    manifest = load_previous(settings.publish.dir)
    damaged = find_damaged(settings.publish.dir, manifest)
    next_change = _next_change(index)
    ours = manifest.snapshot != "" and manifest.snapshot == index.meta("snapshot")
    same_moves = manifest.moves.moved == settings.redirects
    lists = _mark_of_lists(settings)
    same_lists = lists == index.meta("lists")
    if ours and not touched and not damaged and same_moves and same_lists and manifest.next_change == next_change:
        return Publication(snapshot=manifest.snapshot, written=(), removed=(), unchanged=len(manifest.representations))
    # Imported here: a build with nothing changed must not pay for feedgen, lxml and the codings.
    from feedsvc.archiveplan import ArchivePlan
    from feedsvc.assembly import catalog_feeds, render_feeds
    from feedsvc.feeds.catalog import document_paths
    from feedsvc.listing import list_paths, render_lists
    from feedsvc.publish.history import HISTORY
    from feedsvc.publish.store import publish_snapshot

    specs = catalog_feeds(settings, index, ledger.site_id(settings.site.url))
    stands = frozenset(manifest.representations.keys() - damaged) if ours else frozenset()
    stale = [
        spec for spec in specs if (spec.kind, spec.key) in touched or not stands.issuperset(document_paths((spec,)))
    ]
    archive = ArchivePlan(index, settings.feeds.archives)
    archive.update(specs, tree_is_known=ours)
    documents = chain(
        render_lists(settings, specs),
        render_feeds(
            settings,
            stale,
            index,
            finish,
            progress,
            lead=archive.lead,
            note_complete=archive.note_complete,
            list_deleted=ledger.deleted.of_feed,
        ),
    )
    _put_stylesheet(settings, now)
    paths = (*list_paths(settings), *document_paths(specs))
    publication = publish_snapshot(
        settings.publish.dir,
        documents,
        paths,
        now,
        next_change=next_change,
        moves=_note_moves(settings, manifest.representations, paths, index, ledger, now),
        history=settings.state.dir / HISTORY,
    )
    index.put_meta("snapshot", publication.snapshot)
    index.put_meta("feeds", str(len(specs)))
    index.put_meta("lists", lists)
    return publication


def _put_stylesheet(settings: Settings, now: datetime) -> None:
    """Have the style sheet that documents name where a web server finds it that serves the tree itself."""
    from feedsvc.feeds.stylesheet import PATH, render_stylesheet
    from feedsvc.publish.beside import put_beside
    from feedsvc.words import load_words

    try:
        words = load_words(settings.site.language, settings.web.words)
    except ConfigError as error:
        # A feed must not wait for words of pages.
        _log.warning("%s; the style sheet of feeds has shipped words until that is mended", error)
        words = load_words(settings.site.language)
    sheet = render_stylesheet(words).encode() if settings.web.browser_page else None
    put_beside(settings.publish.dir, PATH, sheet, now)


def _next_change(index: Index) -> datetime | None:
    """Return when the next post goes live or leaves, in whole seconds as a manifest writes them."""
    due = index.next_change()
    return due.replace(microsecond=0) if due is not None else None


def _mark_of_lists(settings: Settings) -> str:
    """Return what changes when the lists of all feeds do though no feed does: which there are, and their words."""
    words = settings.web.words
    try:
        said = hashlib.sha256(words.read_bytes()).hexdigest()[:16] if words else ""
    except OSError:
        said = "unreadable"  # whoever needs the words says so
    return f"{settings.site.language} {said} {settings.web.feed_menu}"


def _note_moves(
    settings: Settings,
    before: Collection[str],
    after: Collection[str],
    index: Index,
    ledger: Ledger,
    now: datetime,
) -> Moves:
    """Remember the addresses that are left; they are durable before the edition that lacks them."""
    gone = ledger.retire(before, after, now)
    ledger.commit()
    for path in sorted(frozenset(before) - frozenset(after)):
        _log.info("%s: no feed is published there any more; if it moved, say where in [redirects]", path)
    index.put_meta("idle_redirects", "\n".join(find_idle(settings.redirects, after)))
    return Moves(moved=dict(settings.redirects), gone=gone)
