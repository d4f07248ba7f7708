"""A directory used as an object store: objects are files, and conditions hold among all who use this module.

obstore's own store of files knows no compare-and-swap, keeps no attributes and syncs nothing, so it is not used. Every
change is made under a lock of the kernel's; the tag of an object is a hash of its bytes. Attributes are kept beside, in
``.feedsvc/attributes/``, written before the object with the tag they belong to.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from feedsvc.errors import NotModifiedError, ObjectConflictError, ObjectStoreError
from feedsvc.objects.store import NONE, Attributes, Listed, Objects, Stored

_OWN = Path(".feedsvc")
_LOCK, _DRAFT, _ATTRIBUTES = _OWN / "lock", _OWN / "draft", _OWN / "attributes"
_HINTS = {
    errno.ENOSPC: "free some space and build again",
    errno.EDQUOT: "free some space and build again",
    errno.EACCES: "let the user who runs feedsvc write there",
    errno.EPERM: "let the user who runs feedsvc write there",
    errno.EROFS: "mount it writable",
}


class DirectoryObjects(Objects):
    """The objects below a directory, which is made by the first :meth:`put`."""

    def __init__(self, directory: Path, address: str) -> None:
        self._directory = directory
        self.address = address

    def get(self, name: str, *, unless: str = "") -> Stored | None:
        """As :meth:`Objects.get`."""
        path = self._path(name)
        with self._explained(name):
            try:
                with path.open("rb") as file:
                    data, seconds = file.read(), os.fstat(file.fileno()).st_mtime
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                return None
        tag = _tag(data)
        if tag == unless:
            raise NotModifiedError(self.place(name), "is as it was read before")
        modified = datetime.fromtimestamp(seconds, UTC)
        return Stored(data=data, tag=tag, modified=modified, attributes=self._attributes(name, tag))

    def look(self, name: str) -> Stored | None:
        """As :meth:`Objects.look`; the bytes are read for the tag."""
        stored = self.get(name)
        return replace(stored, data=b"") if stored else None

    def put(
        self, name: str, data: bytes, attributes: Attributes = NONE, *, expect: str | Literal[False] | None = None
    ) -> str:
        """As :meth:`Objects.put`; durable when it returns."""
        path, tag = self._path(name), _tag(data)
        with self._explained(name), self._locked():
            if expect is not None and (_tag_of(path) or False) != expect:
                raise ObjectConflictError(self.place(name), "was written by somebody else in between", "build again")
            beside = self._directory / _ATTRIBUTES / f"{name}.json"
            if attributes:
                self._write(beside, json.dumps({"tag": tag, "attributes": dict(attributes)}).encode())
            self._write(path, data)
            if not attributes:
                beside.unlink(missing_ok=True)
        return tag

    def delete(self, name: str) -> None:
        """As :meth:`Objects.delete`; folders that it leaves empty go as well."""
        path = self._path(name)
        if not self._directory.is_dir():
            return
        with self._explained(name), self._locked():
            for each in (path, self._directory / _ATTRIBUTES / f"{name}.json"):
                with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                    each.unlink()
                    self._prune(each.parent)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """As :meth:`Objects.list`; without tags, since all would have to be read for them."""
        for folder, inner, files in os.walk(self._path(prefix.rstrip("/")) if prefix else self._directory):
            here = Path(folder).relative_to(self._directory)
            inner[:] = sorted(name for name in inner if here / name != _ATTRIBUTES)
            for file in sorted(files):
                if here / file in (_LOCK, _DRAFT):
                    continue
                with suppress(FileNotFoundError):  # removed since it was listed
                    status = (self._directory / here / file).stat()
                    modified = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield Listed(name=(here / file).as_posix(), size=status.st_size, tag="", modified=modified)

    def _path(self, name: str) -> Path:
        """Return where an object is; names come from manifests, and none may lead out of the directory."""
        parts = name.split("/")
        if any(part in ("", ".", "..") for part in parts) or not name.isprintable():
            raise ObjectStoreError(self.address, f"{name!r} cannot be the name of an object")
        path = self._directory.joinpath(*parts)
        if not path.parent.resolve().is_relative_to(self._directory.resolve()):
            raise ObjectStoreError(self.place(name), "a link leads out of the directory", "move it away")
        return path

    def _attributes(self, name: str, tag: str) -> Attributes:
        try:
            document = json.loads((self._directory / _ATTRIBUTES / f"{name}.json").read_bytes())
            attributes: Mapping[str, str] = document["attributes"] if document["tag"] == tag else NONE
        except (OSError, ValueError, LookupError, TypeError):
            return NONE
        return attributes

    def _write(self, path: Path, data: bytes) -> None:
        """Replace a file whole and durably. There is one draft: whoever writes has the lock."""
        draft = self._directory / _DRAFT
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _prune(self, folder: Path) -> None:
        with suppress(OSError):  # not empty: it stays
            while folder not in (self._directory, self._directory / _OWN):
                folder.rmdir()
                folder = folder.parent

    @contextmanager
    def _locked(self) -> Iterator[None]:
        (self._directory / _OWN).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ObjectStoreError(self.place(name), reason, _HINTS.get(error.errno or 0, "")) from error


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _tag_of(path: Path) -> str:
    """Return the tag of a file; empty where there is none."""
    try:
        return _tag(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return ""
