"""Pages of archives in a store, under the paths of their URLs: each once, in gzip, which is its Content-Encoding.

They are no part of an edition: they are sent once they are written, by what archiving noted in the journal, and without
one by comparing all that is here with all that is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from feedsvc.objects.store import Objects
from feedsvc.publish.archive import find_pages, read_page_file
from feedsvc.publish.bodies import read_plain
from feedsvc.publish.history import history_file
from feedsvc.publish.journal import MOVED as MOVED_PAGES
from feedsvc.publish.journal import PAGE
from feedsvc.publish.manifest import Manifest
from feedsvc.publish.mediatypes import content_type_of
from feedsvc.publish.moved import MOVED
from feedsvc.publish.store import load_previous
from feedsvc.remote.parallel import in_parallel
from feedsvc.remote.plan import moved_object
from feedsvc.remote.project import put_served
from feedsvc.remote.sent import Sent
from feedsvc.remote.sweep import retire
from feedsvc.remote.task import Task, Terms

_MOST_BYTES = 1 << 24


def send_pages(
    objects: Objects,
    *,
    directory: Path,
    state: Path,
    term: int,
    check: Callable[[], None],
    now: datetime,
    terms: Terms,
) -> Sent:
    """Send the pages that changed since they were sent last; of those that are gone the store is rid after the grace.

    To be called after :func:`feedsvc.remote.push.send_edition`, as that is. Nothing is requested where nothing changed.
    """
    task = Task(objects=objects, directory=directory, state=state, term=term, check=check, now=now, terms=terms)
    manifest = load_previous(directory)
    noted = task.memory.read_journal()
    there = None
    if noted is None:
        there = frozenset(each.name for each in objects.list() if terms.document_of(f"/{each.name}"))
        noted = _list_all(task, manifest, there)
    elif not noted:
        return Sent()
    pages = [path for kind, path in noted if kind == PAGE]
    sent, gone = _send_pages(task, manifest, pages, there)
    moved = (path for kind, path in noted if kind == MOVED_PAGES)
    sent = sum(in_parallel(lambda path: _send_moved(task, path), moved, check), sent)
    if gone:
        _note_first(task, retire(task, gone).first)
    task.memory.begin_journal()
    return sent


def _list_all(task: Task, manifest: Manifest, there: frozenset[str]) -> list[tuple[str, str]]:
    """Return what a journal would hold since the beginning of time."""
    local = find_pages(task.directory, lambda path: bool(task.terms.document_of(path)))
    pages = dict.fromkeys((*local, *(f"/{name}" for name in sorted(there))))
    documents = (path for path, each in manifest.representations.items() if not each.alias_of)
    return [*((PAGE, path) for path in pages), *((MOVED_PAGES, path) for path in documents)]


def _send_pages(
    task: Task, manifest: Manifest, pages: list[str], there: frozenset[str] | None
) -> tuple[Sent, list[str]]:
    """Send those that are here, and return the names of the others."""

    def send(path: str) -> Sent | None:
        document = manifest.representations.get(task.terms.document_of(path))
        data = read_page_file(task.directory, path) if document else None
        if document is None or data is None:
            return None
        attributes = {
            "Content-Type": content_type_of(document.media_type),
            "Content-Encoding": "gzip",
            "Cache-Control": task.terms.archive_cache_control,
        }
        return put_served(task, path[1:], data, attributes, new=there is not None and path[1:] not in there)

    sent, gone = Sent(), []
    for path, outcome in zip(pages, in_parallel(send, pages, task.check), strict=True):
        if outcome is None:
            gone.append(path[1:])
        else:
            sent += outcome
    return sent, gone


def _send_moved(task: Task, document: str) -> Sent:
    data = read_plain(history_file(task.state / MOVED, document), _MOST_BYTES)
    if data is None:
        return Sent()
    task.objects.put(moved_object(document), data, {"Content-Type": "application/json"})
    return Sent(objects=1, bytes=len(data))


def _note_first(task: Task, first: float | None) -> None:
    known = task.memory.read(task.objects.address, task.term)
    if known:
        record, manifest = known
        task.memory.write(replace(record, retired=first), manifest)
