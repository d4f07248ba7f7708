"""Send an edition to a store: what it lacks first, then the head, then the names that a CDN serves.

1. ``retired.json`` names what the edition will not need, and what is about to be sent, in case it is never committed;
2. blobs and histories: nobody looks at them yet, or they are facts whichever edition is the one;
3. the head, by compare-and-swap: THE COMMIT;
4. the names that a CDN serves, and ``manifest.json`` as the last of them;
5. what was retired a grace period ago goes.

Each step may be cut off anywhere: the next sending finds out what is missing by what comes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from feedsvc.errors import LeaseLostError, ObjectConflictError
from feedsvc.objects.store import Objects
from feedsvc.publish.archive import read_page_file
from feedsvc.publish.bodies import read_plain
from feedsvc.publish.history import HISTORY, history_file
from feedsvc.publish.manifest import MANIFEST
from feedsvc.remote.before import Before, find_out
from feedsvc.remote.head import Head, LedgerCopy, dump_head
from feedsvc.remote.layout import HEAD, NAMED, blob_name
from feedsvc.remote.outgoing import Edition, read_edition, read_file
from feedsvc.remote.parallel import in_parallel
from feedsvc.remote.plan import history_object, list_blobs, list_rewritten
from feedsvc.remote.project import JSON, project
from feedsvc.remote.sent import Record, Sent
from feedsvc.remote.sweep import retire, sweep
from feedsvc.remote.task import Task, Terms

_MOST_BYTES = 1 << 30


def send_edition(
    objects: Objects,
    head: Head,
    head_tag: str,
    *,
    directory: Path,
    state: Path,
    term: int,
    ledger: LedgerCopy | None,
    site: Mapping[str, object],
    check: Callable[[], None],
    now: datetime,
    terms: Terms,
) -> Sent:
    """Make the edition in ``directory`` the one of the store, whose ``head`` was read with ``head_tag``.

    ``head_tag`` is empty where there is no head yet. To be called under the build lock, with the lease's ``term``;
    ``check`` raises :class:`LeaseLostError` when the lease is not ours any more, and ``ledger`` is in the store
    already. Nothing is requested where nothing differs from what this machine left there. Raises
    :class:`ObjectStoreError`, and :class:`StoreError` where the tree is not as its manifest says; the next goes on.
    """
    task = Task(objects=objects, directory=directory, state=state, term=term, check=check, now=now, terms=terms)
    edition = read_edition(task, head, ledger, site)
    before = find_out(task, head, edition.data)
    sent, retired = Sent(), None
    if edition.head != head or before.names is not None:
        retired = retire(task, _leaving(task, edition, before))
        sent += _send_blobs(task, edition, before)
        _commit(task, head, head_tag, edition.head)
    pending = before.projected != edition.manifest or edition.extra_tags != before.extras
    if pending or before.names is not None:
        gone = before.extras.keys() - edition.extras.keys()
        retired = retire(task, gone, retired) if gone else retired
        sent += project(task, edition, before)
    first = retired.first if retired else before.retired
    if first is not None and first <= now.timestamp() - terms.grace.total_seconds():
        retired, removed = sweep(task, _need(task, edition), retired)
        first, sent = retired.first, replace(sent, removed=sent.removed + removed)
    _remember(task, edition, before, first)
    return sent


def _leaving(task: Task, edition: Edition, before: Before) -> frozenset[str]:
    """Return what the edition does not need of what is there, and the blobs that are new with it."""
    is_needed = _need(task, edition)
    others = (name for name in before.names or () if name.startswith(NAMED) or task.terms.document_of(f"/{name}"))
    left = {name for name in others if not is_needed(name)}
    new = {blob_name(etag) for etag in _missing(edition, before)}
    return frozenset((before.needed - edition.names) | left | new)


def _missing(edition: Edition, before: Before) -> Mapping[str, str]:
    """Return etag -> file of the blobs that are not known to be there; the manifest's own file is its name."""
    blobs = {**list_blobs(edition.manifest), edition.head.manifest: MANIFEST}
    return {etag: name for etag, name in blobs.items() if not before.has(blob_name(etag))}


def _send_blobs(task: Task, edition: Edition, before: Before) -> Sent:
    def send(blob: tuple[str, str]) -> Sent:
        etag, name = blob
        data = edition.data if name == MANIFEST else read_file(task, name, etag)
        with suppress(ObjectConflictError):  # it is there already, and it is called after its bytes
            task.objects.put(blob_name(etag), data, expect=False)
            return Sent(objects=1, bytes=len(data))
        return Sent()

    def send_history(path: str) -> Sent:
        data = read_plain(history_file(task.state / HISTORY, path), _MOST_BYTES)
        if data is None:
            return Sent()
        task.objects.put(history_object(path), data, {"Content-Type": "application/json"})
        return Sent(objects=1, bytes=len(data))

    blobs = _missing(edition, before)
    sent = sum(in_parallel(send, blobs.items(), task.check), Sent())
    documents = edition.manifest.representations
    changed = list_rewritten(before.manifest, edition.manifest) if before.names is None else list(documents)
    return sum(in_parallel(send_history, changed, task.check), sent)


def _commit(task: Task, head: Head, tag: str, ours: Head) -> None:
    if ours == head:
        return
    task.check()
    data = dump_head(ours)
    try:
        task.objects.put(HEAD, data, JSON, expect=tag or False)
    except ObjectConflictError as error:
        # A request may have come through though its answer did not, and was made again.
        stored = task.objects.get(HEAD)
        if stored is None or stored.data != data:
            hint = "that one's edition stands; build again to go on from it"
            raise LeaseLostError(task.objects.place(HEAD), "was written by another builder meanwhile", hint) from error


def _need(task: Task, edition: Edition) -> Callable[[str], bool]:
    def is_needed(name: str) -> bool:
        if name in edition.names:
            return True
        path = f"/{name}"
        document = task.terms.document_of(path)
        return document in edition.manifest.representations and read_page_file(task.directory, path) is not None

    return is_needed


def _remember(task: Task, edition: Edition, before: Before, first: float | None) -> None:
    record = Record(
        address=task.objects.address,
        term=task.term,
        rules=task.terms.rules,
        extras=edition.extra_tags,
        retired=first,
    )
    if before.names is not None:
        task.memory.end_journal()
    if record != before.record or before.projected != edition.manifest:
        task.memory.write(record, edition.data)
