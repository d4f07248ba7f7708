"""Keeps the histories while an edition is being made; what it cannot write costs no edition."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from feedsvc.model import FeedDocument, Representation
from feedsvc.publish.history import History, PastEdition, add_edition, history_file, read_history, write_history
from feedsvc.publish.manifest import make_etag
from feedsvc.publish.slices import FORMATS, cut_document, hash_id, list_bounds

logger = logging.getLogger(__name__)

# Of documents, as they are and as they were, to hold until their edition is live; of a build that changes more, the
# first are recorded at once.
_MOST_BYTES = 32 * 1024 * 1024


class _Noted(NamedTuple):
    """A document that changes; ``body`` is what it held before, empty where that was not to be read."""

    before: Representation
    body: bytes
    after: Representation
    document: FeedDocument


class HistoryRecorder:
    """Writes the history of each document that changes.

    ``directory`` is a folder for histories only, ``tree`` the published one. That still holds the edition before when
    a change is recorded: a document's first change finds there what it held until now, so that publishing a site for
    the first time writes no history at all.
    """

    def __init__(self, directory: Path, tree: Path) -> None:
        self._directory = directory
        self._tree = tree
        self._noted: list[_Noted] = []
        self._size = 0

    def note(self, before: Representation, after: Representation, document: FeedDocument) -> None:
        """Take note, while ``before`` is still in the tree, that ``document``, as ``after``, will replace it.

        What is remembered is read once the edition is live. What may be missing there is kept until then.
        """
        if document.location.format not in FORMATS:
            return
        body = self._read(before)
        self._noted.append(_Noted(before, body, after, document))
        self._size += len(body) + len(document.body)
        if self._size > _MOST_BYTES:
            self.record()

    def record(self) -> None:
        """Remember what was noted. It is done when the edition is live: nobody who polls need wait for it."""
        for before, body, after, document in self._noted:
            path = document.location.path
            try:
                history = read_history(self._directory, path)
                if body and not any(each.etags[0] == before.variants[0].etag for each in history.editions):
                    history = _begin(history, before, body)
                write_history(self._directory, _add(history, after, document))
            except OSError as error:
                logger.warning("%s: its history cannot be written, so clients are sent all of it: %s", path, error)
        self._noted.clear()
        self._size = 0

    def forget(self, paths: Iterable[str]) -> None:
        """Remove the histories of documents that are no longer published."""
        for path in paths:
            try:
                history_file(self._directory, path).unlink(missing_ok=True)
            except OSError as error:
                logger.warning("%s: its history cannot be removed: %s", path, error)

    def _read(self, before: Representation) -> bytes:
        """Return the bytes of the edition before, if they are in the tree."""
        try:
            return (self._tree / before.path[1:]).read_bytes()
        except OSError:
            return b""


def _begin(history: History, before: Representation, body: bytes) -> History:
    """Add the edition before, unless its bytes were not what was published."""
    return _add(history, before, body) if make_etag(body) == before.variants[0].etag else history


def _add(history: History, representation: Representation, document: FeedDocument | bytes) -> History:
    """Add an edition, unless its entries cannot all be told apart: then it is none that anybody is known to have.

    Bytes alone are those of one that was replaced: whether it was complete matters only of the edition that is
    served, and what it said was deleted is no longer in it.
    """
    format_ = representation.format
    body = document if isinstance(document, bytes) else document.body
    slices = cut_document(body, format_)
    if len(slices) != representation.entry_count:
        return history
    edition = PastEdition(
        etags=tuple(variant.etag for variant in representation.variants),
        since=int(representation.last_modified.timestamp()),
        entries=tuple((each.id, each.digest) for each in slices),
        complete=True,
        bounds=list_bounds(slices),
    )
    if not isinstance(document, bytes):
        edition = replace(
            edition,
            complete=document.complete,
            deleted=tuple(hash_id(id_, format_) for id_ in document.deleted),
            said=tuple(hash_id(id_, format_) for id_ in document.said),
        )
    return add_edition(history, edition)
