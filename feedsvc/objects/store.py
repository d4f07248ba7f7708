"""An object store by one prefix: S3, Google, Azure, or memory in tests; the home of obstore."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from feedsvc.errors import NotModifiedError, ObjectConflictError, ObjectStoreError
from feedsvc.objects.faults import explain

if TYPE_CHECKING:
    from obstore import GetOptions, PutMode
    from obstore.store import ObjectStore as Backend

Attributes = Mapping[str, str]
"""HTTP's names where HTTP has one (``Content-Type``, ``Content-Encoding``, ``Cache-Control``), else ours."""

NONE: Attributes = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object as it was read: its bytes, the store's own tag of it (for conditions), and its attributes."""

    data: bytes = field(repr=False)
    tag: str
    modified: datetime
    attributes: Attributes = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An object as a listing shows it; ``size`` in bytes. ``tag`` is empty where only reading the object tells it."""

    name: str
    size: int
    tag: str
    modified: datetime


class Objects:
    """The objects below one prefix, by names relative to it. Safe to use from many threads.

    Every method raises :class:`ObjectStoreError` when the store cannot be reached or refuses, after retries.
    """

    def __init__(self, backend: Backend, address: str) -> None:
        """Use ``backend``, which is at the prefix already; ``address`` is named in messages."""
        self._backend = backend
        self.address = address

    def get(self, name: str, *, unless: str = "") -> Stored | None:
        """Read an object; None where there is none. Raises :class:`NotModifiedError` if its tag is still ``unless``."""
        return self._read(name, {"if_none_match": unless} if unless else None)

    def look(self, name: str) -> Stored | None:
        """Read all about an object but its bytes, which are empty; None where there is none."""
        return self._read(name, {"head": True})

    def _read(self, name: str, options: GetOptions | None) -> Stored | None:
        import obstore
        from obstore import exceptions

        try:
            result = obstore.get(self._backend, name, options=options)
            data = bytes(result.bytes())
        except FileNotFoundError:
            return None
        except exceptions.NotModifiedError as error:
            raise NotModifiedError(self.place(name), "is as it was read before") from error
        except (exceptions.BaseError, ValueError, OSError) as error:
            raise explain(error, self.place(name)) from error
        meta = result.meta
        attributes = {str(key): str(value) for key, value in result.attributes.items()}
        return Stored(data=data, tag=meta["e_tag"] or "", modified=meta["last_modified"], attributes=attributes)

    def put(
        self, name: str, data: bytes, attributes: Attributes = NONE, *, expect: str | Literal[False] | None = None
    ) -> str:
        """Write an object, whole at any time, and return its tag.

        ``expect`` is the tag that the object there must have, False: there must be none, None: whatever is there.
        Raises :class:`ObjectConflictError` where it is another; the object is then as it was. Requests are retried,
        so what is there may also be this very write, whose first answer was lost: read it to know.
        """
        import obstore
        from obstore import exceptions

        mode: PutMode = "overwrite" if expect is None else {"e_tag": expect} if expect else "create"
        try:
            # In one request at any size: a store takes conditions on no other, and pieces may be left behind.
            result = obstore.put(
                self._backend, name, data, attributes=dict(attributes) or None, mode=mode, use_multipart=False
            )
        except (exceptions.AlreadyExistsError, exceptions.PreconditionError) as error:
            raise _conflict(self.place(name)) from error
        except FileNotFoundError as error:
            if expect:
                raise _conflict(self.place(name)) from error
            hint = "make it first, or mend its name"
            raise ObjectStoreError(self.place(name), "the bucket or container is not there", hint) from error
        except (exceptions.BaseError, ValueError, OSError) as error:
            raise explain(error, self.place(name)) from error
        return result["e_tag"] or ""

    def delete(self, name: str) -> None:
        """Remove an object; nothing happens where there is none."""
        import obstore
        from obstore import exceptions

        try:
            obstore.delete(self._backend, name)
        except FileNotFoundError:
            return
        except (exceptions.BaseError, ValueError, OSError) as error:
            raise explain(error, self.place(name)) from error

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield what is there below the folder ``prefix`` (all without one), in no order."""
        import obstore
        from obstore import exceptions

        try:
            for chunk in obstore.list(self._backend, prefix or None):
                for meta in chunk:
                    yield Listed(
                        name=meta["path"],
                        size=meta["size"],
                        tag=meta["e_tag"] or "",
                        modified=meta["last_modified"],
                    )
        except FileNotFoundError:
            return
        except (exceptions.BaseError, ValueError, OSError) as error:
            raise explain(error, self.place(prefix)) from error

    def place(self, name: str) -> str:
        """Return the address of one object, for messages."""
        return f"{self.address.rstrip('/')}/{name}"


def _conflict(place: str) -> ObjectConflictError:
    return ObjectConflictError(place, "was written by somebody else in between", "build again")
