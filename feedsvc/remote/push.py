"""Send an edition to a store: what it lacks first, then the head, then the names that a CDN serves.

1. ``retired.json`` names what the edition will not need, and what is about to be sent, in case it is never committed;
2. blobs and histories: nobody looks at them yet, or they are facts whichever edition is the one;
3. the head, by compare-and-swap: THE COMMIT;
4. the names that a CDN serves, and ``manifest.json`` as the last of them;
5. what was retired a grace period ago goes.

Each step may be cut off anywhere: the next sending finds out what is missing by what comes after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from feedsvc.errors import LeaseLostError, ObjectConflictError, StoreError
from feedsvc.objects.store import Objects
from feedsvc.publish.archive import read_page_file
from feedsvc.publish.bodies import read_plain
from feedsvc.publish.history import HISTORY, history_file
from feedsvc.publish.manifest import EMPTY, MANIFEST, Manifest, make_etag, parse_manifest
from feedsvc.remote.before import Before, find_out
from feedsvc.remote.head import Head, LedgerCopy, dump_head
from feedsvc.remote.layout import HEAD, NAMED, blob_name
from feedsvc.remote.parallel import in_parallel
from feedsvc.remote.plan import (
    Served,
    history_object,
    list_blobs,
    list_changed,
    list_names,
    list_rewritten,
    list_served,
)
from feedsvc.remote.sent import Record, Sent
from feedsvc.remote.sweep import retire, sweep
from feedsvc.remote.task import Task, Terms, put_served

_MOST_BYTES = 1 << 30
_JSON = {"Content-Type": "application/json", "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edition:
    """What is to be in the store: the manifest as it lies, the head that names it, and extras, bytes by name.

    ``names`` is every object that it needs, pages of archives apart.
    """

    data: bytes
    manifest: Manifest
    head: Head
    extras: Mapping[str, bytes]

    names: frozenset[str]

    @property
    def extra_tags(self) -> dict[str, str]:
        """Return the etags of the extras by name."""
        return {name: make_etag(data) for name, data in self.extras.items()}


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
    edition = _read_edition(task, head, ledger, site)
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
        sent += _project(task, edition, before)
    first = retired.first if retired else before.retired
    if first is not None and first <= now.timestamp() - terms.grace.total_seconds():
        retired, removed = sweep(task, _need(task, edition), retired)
        first, sent = retired.first, replace(sent, removed=sent.removed + removed)
    _remember(task, edition, before, first)
    return sent


def _read_edition(task: Task, head: Head, ledger: LedgerCopy | None, site: Mapping[str, object]) -> _Edition:
    place = task.directory / MANIFEST
    data = read_plain(place, _MOST_BYTES)
    if data is None:
        raise StoreError(str(place), "cannot be read", "build again")
    manifest, etag = parse_manifest(data, place), make_etag(data)
    same = head.manifest == etag
    ours = Head(
        term=task.term,
        snapshot=manifest.snapshot,
        manifest=etag,
        published=head.published if same else task.now.replace(microsecond=0),
        ledger=ledger,
        site=json.loads(json.dumps(dict(site))),  # as it will be read back
    )
    found = {name: read_plain(task.directory / name, _MOST_BYTES) for name in task.terms.extras}
    extras = {name: body for name, body in found.items() if body is not None}
    blobs = {blob_name(each) for each in (etag, *(ledger.pieces if ledger else ()))}
    names = list_names(manifest) | extras.keys() | blobs | {MANIFEST}
    return _Edition(data=data, manifest=manifest, head=ours, extras=extras, names=names)


def _leaving(task: Task, edition: _Edition, before: Before) -> frozenset[str]:
    """Return what the edition does not need of what is there, and the blobs that are new with it."""
    is_needed = _need(task, edition)
    others = (name for name in before.names or () if name.startswith(NAMED) or task.terms.document_of(f"/{name}"))
    left = {name for name in others if not is_needed(name)}
    new = {blob_name(etag) for etag in _missing(edition, before)}
    return frozenset((before.needed - edition.names) | left | new)


def _missing(edition: _Edition, before: Before) -> Mapping[str, str]:
    """Return etag -> file of the blobs that are not known to be there; the manifest's own file is its name."""
    blobs = {**list_blobs(edition.manifest), edition.head.manifest: MANIFEST}
    return {etag: name for etag, name in blobs.items() if not before.has(blob_name(etag))}


def _send_blobs(task: Task, edition: _Edition, before: Before) -> Sent:
    def send(blob: tuple[str, str]) -> Sent:
        etag, name = blob
        data = edition.data if name == MANIFEST else _read_file(task, name, etag)
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
        task.objects.put(HEAD, data, _JSON, expect=tag or False)
    except ObjectConflictError as error:
        # A request may have come through though its answer did not, and was made again.
        stored = task.objects.get(HEAD)
        if stored is None or stored.data != data:
            hint = "that one's edition stands; build again to go on from it"
            raise LeaseLostError(task.objects.place(HEAD), "was written by another builder meanwhile", hint) from error


def _project(task: Task, edition: _Edition, before: Before) -> Sent:
    known = {each.name for each in list_served(before.projected)} if before.names is None else before.names
    control = task.terms.cache_control

    def send(served: Served) -> Sent:
        data = _read_file(task, served.name, served.etag)
        return put_served(task, served.name, data, served.attributes(control), new=served.name not in known)

    def send_extra(name: str) -> Sent:
        attributes = {"Content-Type": task.terms.extras[name], "Cache-Control": control}
        new = name not in before.extras and name not in known
        return put_served(task, name, edition.extras[name], attributes, new=new)

    changed = [name for name, tag in edition.extra_tags.items() if before.extras.get(name) != tag]
    sent = sum(in_parallel(send_extra, changed, task.check), Sent())
    sent = sum(in_parallel(send, list_changed(before.projected, edition.manifest), task.check), sent)
    task.check()
    return sent + put_served(task, MANIFEST, edition.data, _JSON, new=before.projected is EMPTY)


def _read_file(task: Task, name: str, etag: str) -> bytes:
    data = read_plain(task.directory / name, _MOST_BYTES)
    if data is None or make_etag(data) != etag:
        raise StoreError(str(task.directory / name), "is not what was published", "build again, which writes it anew")
    return data


def _need(task: Task, edition: _Edition) -> Callable[[str], bool]:
    def is_needed(name: str) -> bool:
        if name in edition.names:
            return True
        path = f"/{name}"
        document = task.terms.document_of(path)
        return document in edition.manifest.representations and read_page_file(task.directory, path) is not None

    return is_needed


def _remember(task: Task, edition: _Edition, before: Before, first: float | None) -> None:
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
