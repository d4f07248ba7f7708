"""The names that a CDN serves: a projection of the head, which no earlier builder may overwrite."""

from __future__ import annotations

from collections.abc import Mapping

from feedsvc.errors import LeaseLostError, ObjectConflictError
from feedsvc.objects.store import Stored
from feedsvc.publish.manifest import EMPTY, MANIFEST, make_etag
from feedsvc.remote.before import Before
from feedsvc.remote.outgoing import Edition, read_file
from feedsvc.remote.parallel import in_parallel
from feedsvc.remote.plan import Served, list_changed, list_served
from feedsvc.remote.sent import Sent
from feedsvc.remote.task import Task

_ATTEMPTS = 3
JSON = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
"""What is said of our own documents."""


def project(task: Task, edition: Edition, before: Before) -> Sent:
    """Send what differs from what is served for certain, and the manifest as the last of it."""
    known = {each.name for each in list_served(before.projected)} if before.names is None else before.names
    control = task.terms.cache_control

    def send(served: Served) -> Sent:
        data = read_file(task, served.name, served.etag)
        return put_served(task, served.name, data, served.attributes(control), new=served.name not in known)

    def send_extra(name: str) -> Sent:
        attributes = {"Content-Type": task.terms.extras[name], "Cache-Control": control}
        new = name not in before.extras and name not in known
        return put_served(task, name, edition.extras[name], attributes, new=new)

    changed = [name for name, tag in edition.extra_tags.items() if before.extras.get(name) != tag]
    sent = sum(in_parallel(send_extra, changed, task.check), Sent())
    sent = sum(in_parallel(send, list_changed(before.projected, edition.manifest), task.check), sent)
    task.check()
    return sent + put_served(task, MANIFEST, edition.data, JSON, new=before.projected is EMPTY)


def put_served(task: Task, name: str, data: bytes, attributes: Mapping[str, str], *, new: bool) -> Sent:
    """Write what a CDN serves, unless it is there with these bytes and attributes; ``new``: it is likely not there.

    Raises :class:`LeaseLostError` where a builder of a later term was before us.
    """
    ours = {**attributes, "digest": make_etag(data)}
    stored = None if new else task.objects.look(name)
    for _ in range(_ATTEMPTS):
        if stored is not None and _is_settled(task, name, stored, ours):
            return Sent()
        try:
            task.objects.put(name, data, {**ours, "term": str(task.term)}, expect=stored.tag if stored else False)
        except ObjectConflictError:
            stored = task.objects.look(name)
        else:
            return Sent(objects=1, bytes=len(data))
    raise ObjectConflictError(task.objects.place(name), "is written by others again and again", "look who writes there")


def _is_settled(task: Task, name: str, stored: Stored, ours: Mapping[str, str]) -> bool:
    term = stored.attributes.get("term", "")
    if term.isascii() and term.isdigit() and int(term) > task.term:
        raise LeaseLostError(
            task.objects.place(name), f"was written in term {term}, ours is {task.term}", "another builder goes on"
        )
    return all(stored.attributes.get(key) == value for key, value in ours.items())
