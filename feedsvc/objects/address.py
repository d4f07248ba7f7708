"""The address of an object store, ``s3://bucket/prefix``: what it may look like, and the store behind it.

Credentials and endpoints come from the environment only, as obstore reads it: ``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``, ``AWS_ALLOW_HTTP`` of S3 and what speaks like it,
``GOOGLE_SERVICE_ACCOUNT`` of Google, ``AZURE_STORAGE_ACCOUNT_NAME`` and ``AZURE_STORAGE_ACCOUNT_KEY`` of Azure.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from feedsvc.errors import ObjectStoreError
from feedsvc.objects.directory import DirectoryObjects
from feedsvc.objects.faults import explain
from feedsvc.objects.store import Objects

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Backend

MEMORY = "memory:"
SCHEMES = ("s3", "gs", "az", "file")
_FORMS = "write s3://bucket/prefix, gs://bucket/prefix, az://container/prefix or file:///directory"
# Of one request, retries apart: a store that hangs must not hold up a build for ever.
_TIMEOUT = {"timeout": "20s", "connect_timeout": "5s"}
_RETRIES: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}
_SHORT_TIMEOUT = {"timeout": "5s", "connect_timeout": "2s"}
_FEW_RETRIES: Any = {"max_retries": 1, "retry_timeout": timedelta(seconds=5)}
_PREFIX_OF_ENVIRONMENT = {"s3": "AWS", "gs": "GOOGLE", "az": "AZURE"}


def address_problem(url: str) -> str:
    """Say why a URL cannot be the address of a store; an empty string means that it can. Repeats no secret."""
    try:
        parts = urlsplit(url)
        secret = parts.username is not None or parts.password is not None
    except ValueError:
        return f"is no URL; {_FORMS}"
    if parts.scheme not in SCHEMES:
        return f"is no address of an object store; {_FORMS}"
    if secret or parts.query or parts.fragment:
        return "has a user, a password or a query; give credentials and endpoints by the environment"
    if parts.scheme == "file":
        return "" if not parts.netloc and parts.path.startswith("/") else f"names no absolute directory; {_FORMS}"
    if not parts.netloc or ":" in parts.netloc:
        return f"names no bucket; {_FORMS}"
    segments = unquote(parts.path).strip("/").split("/")
    if segments != [""] and any(part in ("", ".", "..") or not part.isprintable() for part in segments):
        return "has a prefix with an empty part, a dot as a part or a control character"
    return ""


def open_objects(url: str, environ: Mapping[str, str] = os.environ, *, patience: float = 0.0) -> Objects:
    """Open the store at ``url``; nothing is requested yet. ``memory:`` is a new, empty one, for tests.

    With ``patience``, in seconds, a request that takes longer fails, and none is tried again.
    Raises :class:`ObjectStoreError` where the address or the environment cannot be right.
    """
    if url == MEMORY:
        from obstore.store import MemoryStore

        return Objects(MemoryStore(), MEMORY)
    if problem := address_problem(url):
        shown = urlsplit(url).scheme if "@" in url or "?" in url else url
        raise ObjectStoreError(shown, problem)
    parts = urlsplit(url)
    if parts.scheme == "file":
        return DirectoryObjects(Path(unquote(parts.path)), url)
    prefix = unquote(parts.path).strip("/") or None
    return Objects(_backend(parts.scheme, parts.netloc, prefix, environ, url, patience), url)


def _backend(
    scheme: str, bucket: str, prefix: str | None, environ: Mapping[str, str], url: str, patience: float
) -> Backend:
    from obstore.exceptions import BaseError
    from obstore.store import AzureStore, GCSStore, S3Store

    # Options of the client given here take the place of those that obstore reads from the environment.
    allowed = environ.get(f"{_PREFIX_OF_ENVIRONMENT[scheme]}_ALLOW_HTTP", "").lower() in ("true", "1", "yes", "on")
    options: Any = {**_TIMEOUT, "allow_http": allowed}
    retries = _RETRIES
    if patience:
        options |= {"timeout": f"{patience * 1000:.0f}ms", "connect_timeout": f"{patience * 1000:.0f}ms"}
        retries = {"max_retries": 0, "retry_timeout": timedelta(seconds=patience)}
    make: Any = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}[scheme]
    try:
        backend: Backend = make(bucket, prefix=prefix, client_options=options, retry_config=retries)
    except (BaseError, ValueError) as error:
        raise explain(error, url) from error
    return backend
