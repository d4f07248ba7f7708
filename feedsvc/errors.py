"""Every failure a user can meet, each with its data and its own message, place first.

One bad post is not among them: that is a value, :class:`feedsvc.model.PostError`.
"""

from __future__ import annotations


class FeedsvcError(Exception):
    """The root. ``str()`` is the message for people: where, what, why, what to do."""


class ConfigError(FeedsvcError):
    """An option or the configuration file is wrong. ``where`` is a file, line or option.

    ``others`` are what else is wrong with it; the message has a line for each.
    """

    def __init__(self, where: str, reason: str, hint: str = "", *, others: tuple[ConfigError, ...] = ()) -> None:
        self.where, self.reason, self.hint, self.others = where, reason, hint, others
        own = f"{where}: {reason}" + (f"; {hint}" if hint else "")
        super().__init__("\n".join((own, *(str(other) for other in others))))


class ScanError(FeedsvcError):
    """The posts directory cannot be listed, so nothing can be said about its posts."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path, self.reason, self.hint = path, reason, hint
        super().__init__(f"{path}: {reason}" + (f"; {hint}" if hint else ""))


class SourceChangedError(FeedsvcError):
    """A post changed between being read and being published; what the new bytes say, the next build knows."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path}: changes again and again while it is read; let it rest, and build again")


class RemovalsError(FeedsvcError):
    """More than half of the posts vanished at once: more likely a disk than an author."""

    def __init__(self, directory: str, vanished: int, known: int) -> None:
        self.directory, self.vanished, self.known = directory, vanished, known
        super().__init__(
            f"{directory}: {vanished} of {known} posts vanished since the last build, "
            "so nothing was published and the last edition stands; if the disk is mounted and they "
            "were meant to go, build once with --allow-removals"
        )


class DocumentError(FeedsvcError):
    """A rendered feed does not parse again or misses entries, and is not published."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"{path}: {reason}; it was not published and the last edition stands; please report this as a bug"
        )


class StoreError(FeedsvcError):
    """The published tree or the state directory cannot be read or written."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path, self.reason, self.hint = path, reason, hint
        super().__init__(f"{path}: {reason}" + (f"; {hint}" if hint else ""))


class ManifestError(StoreError):
    """The manifest is missing, unreadable, or does not say what a manifest says."""


class LedgerError(StoreError):
    """The ledger is damaged. It cannot be derived again, so no build goes on without it."""


class WatchError(FeedsvcError):
    """The posts directory cannot be watched; the schedule finds its changes."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        self.path, self.reason, self.hint = path, reason, hint
        super().__init__(f"{path}: {reason}" + (f"; {hint}" if hint else ""))


class StaleSnapshotError(FeedsvcError):
    """The bytes this snapshot names were replaced by a newer edition; load that one."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path}: replaced by a newer edition")


class BodyUnavailableError(FeedsvcError):
    """Bytes that an edition names cannot be had now, from the store that keeps them; ask again in a moment."""

    def __init__(self, address: str, reason: str) -> None:
        self.address, self.reason = address, reason
        super().__init__(f"{address}: {reason}")


class ServeError(FeedsvcError):
    """The server cannot listen where it is told to, or its workers keep dying."""

    def __init__(self, address: str, reason: str, hint: str = "") -> None:
        self.address, self.reason, self.hint = address, reason, hint
        super().__init__(f"{address}: {reason}" + (f"; {hint}" if hint else ""))


class LockHeldError(FeedsvcError):
    """Another build is running."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__(f"{path}: another build holds the lock; try again, or wait for it with --wait SECONDS")


class LedgerFileError(FeedsvcError):
    """A file is no export of a ledger, a damaged one, or one of a later format; places count from 1."""

    def __init__(self, name: str, line: int, column: int, reason: str, hint: str = "") -> None:
        self.name, self.line, self.column, self.reason, self.hint = name, line, column, reason, hint
        super().__init__(f"{name}:{line}:{column}: {reason}" + (f"; {hint}" if hint else ""))


class MendError(FeedsvcError):
    """An id cannot be changed as asked, and nothing was changed. ``where`` is the path or the id in question."""

    def __init__(self, where: str, reason: str, hint: str = "") -> None:
        self.where, self.reason, self.hint = where, reason, hint
        # What was typed may hold anything, a terminal's control characters too.
        shown = where if where.isprintable() else repr(where)
        super().__init__(f"{shown}: {reason}" + (f"; {hint}" if hint else ""))


class ObjectStoreError(FeedsvcError):
    """An object store cannot be reached, refuses, or holds what feedsvc did not write. ``address`` is the object's."""

    def __init__(self, address: str, reason: str, hint: str = "") -> None:
        self.address, self.reason, self.hint = address, reason, hint
        super().__init__(f"{address}: {reason}" + (f"; {hint}" if hint else ""))


class ObjectConflictError(ObjectStoreError):
    """An object is not as it was expected: somebody else wrote it in between."""


class NotModifiedError(ObjectStoreError):
    """An object is what was read before."""


class NotSentError(FeedsvcError):
    """The edition is published on this machine, and the object store did not take all of it."""

    def __init__(self, reason: ObjectStoreError) -> None:
        self.reason = reason
        super().__init__(f"published here, not sent: {reason}; the next build sends what is missing")


class LeaseLostError(ObjectStoreError):
    """Another builder has the lease of a store, so nothing of ours may be published there."""


class LeaseHeldError(LockHeldError):
    """Another builder has the lease of a store, and is alive. ``holder`` is its name.

    With ``trouble`` it had the lease when the store last answered, and the store does not let us know, or end, that.
    """

    def __init__(self, address: str, holder: str, trouble: str = "") -> None:
        self.path, self.address, self.holder = address, address, holder
        told = (
            f"held the lease, and whether it is alive cannot be found out, so nothing is built: {trouble}"
            if trouble
            else "holds the lease, so it builds and this one does not; wait for it to end with --wait SECONDS, or, if "
            "it is a service, have that one build (SIGUSR1, or POST /-/build)"
        )
        FeedsvcError.__init__(self, f"{address}: {holder} {told}")


class UnfitStoreError(ObjectStoreError):
    """A store was reached, and what it holds cannot be followed."""
