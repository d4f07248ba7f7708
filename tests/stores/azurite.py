"""Azure's own emulator for tests, Azurite: what ``make azure`` installs from npm, on a free port of loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

# The account that every Azurite has (Microsoft's documentation: Connect to Azurite).
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_VERSION = "2021-08-06"
_READY_S = 30


@contextmanager
def run_azurite(program: str, directory: Path, container: str) -> Iterator[dict[str, str]]:
    """Run it with a container; give what a program needs in its environment to use it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    options = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location", str(directory)]
    endpoint = f"http://127.0.0.1:{port}/{_ACCOUNT}"
    with subprocess.Popen([program, *options, "--blobPort", str(port)], stdout=subprocess.DEVNULL) as process:
        try:
            _make_container(f"{endpoint}/{container}", f"/{_ACCOUNT}/{_ACCOUNT}/{container}")
            yield {
                "AZURE_STORAGE_ACCOUNT_NAME": _ACCOUNT,
                "AZURE_STORAGE_ACCOUNT_KEY": _KEY,
                "AZURE_ENDPOINT": endpoint,
                "AZURE_ALLOW_HTTP": "true",
            }
        finally:
            process.kill()


def _make_container(url: str, resource: str) -> None:
    """Create a container as soon as somebody answers (Create Container, Shared Key, of its REST API)."""
    date = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    lines = ["PUT", *[""] * 11, f"x-ms-date:{date}", f"x-ms-version:{_VERSION}", resource, "restype:container"]
    digest = hmac.digest(base64.b64decode(_KEY), "\n".join(lines).encode(), hashlib.sha256)
    headers = {
        "x-ms-date": date,
        "x-ms-version": _VERSION,
        "Authorization": f"SharedKey {_ACCOUNT}:{base64.b64encode(digest).decode()}",
    }
    until = time.monotonic() + _READY_S
    while True:
        try:
            request = urllib.request.Request(f"{url}?restype=container", method="PUT", headers=headers)  # noqa: S310 (ours)
            urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 (ours)
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert time.monotonic() < until, "Azurite does not answer"
            time.sleep(0.1)
        else:
            return
