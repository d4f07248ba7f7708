"""Files of the state directory that are replaced whole, and whose loss costs only what they told."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)


def replace_json(path: Path, document: object, *, what: str) -> None:
    """Replace ``path`` by a JSON document; a failure is a warning that ``what`` cannot be written."""
    # On one line: json indents in Python only, at ten times the cost.
    replace_text(path, json.dumps(document, ensure_ascii=False) + "\n", what=what)


def replace_text(path: Path, text: str, *, what: str) -> None:
    """Replace ``path`` by a text, likewise."""
    # No fsync: after a power cut the next build writes it again.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        # What was published is published, whether or not we can say so.
        _log.warning("%s: %s cannot be written: %s", path, what, error.strerror)
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
