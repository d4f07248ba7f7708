"""What granian itself costs: a WSGI application of a few lines that sends the bytes and headers feedsvc would.

``BENCH_PUBLIC`` is the published tree. It looks at nothing but whether there is an If-None-Match.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from press import PATH

from feedsvc.publish.store import load_manifest

_PUBLIC = Path(os.environ["BENCH_PUBLIC"])
_BODY = (_PUBLIC / f"{PATH[1:]}.gz").read_bytes()
_ETAG = next(each.etag for each in load_manifest(_PUBLIC).representations[PATH].variants if each.coding == "gzip")
_VALIDATORS = [
    ("Cache-Control", "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"),
    ("ETag", f'"{_ETAG}"'),
    ("Last-Modified", "Sun, 22 Nov 2026 09:00:00 GMT"),
    ("Vary", "Accept-Encoding"),
    ("Link", '<https://press.example/atom.xml>; rel="self"'),
    ("Access-Control-Allow-Origin", "*"),
]
_CONTENT = [
    *_VALIDATORS,
    ("Content-Type", "application/atom+xml; charset=utf-8"),
    ("Content-Encoding", "gzip"),
    ("Content-Length", str(len(_BODY))),
    ("X-Content-Type-Options", "nosniff"),
]


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer at once."""
    if "HTTP_IF_NONE_MATCH" in environ:
        start_response("304 NOT MODIFIED", _VALIDATORS)
        return []
    start_response("200 OK", _CONTENT)
    return [_BODY]
