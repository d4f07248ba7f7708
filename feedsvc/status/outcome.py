"""What the last build said, kept in the state directory for `feedsvc status` and for the web.

A file of its own, replaced whole: who asks for the status never waits for a build.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from feedsvc.errors import FeedsvcError
from feedsvc.report import BuildReport
from feedsvc.status.builds import BUILDS_FILE, describe_run, note_run
from feedsvc.status.files import replace_json

STATUS_FILE = "status.json"
_VERSION = 1


def read_status(path: Path) -> dict[str, object]:
    """Return what was last written; an empty mapping where there is nothing to read, or of another version."""
    try:
        status = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return status if isinstance(status, dict) and status.get("version") == _VERSION else {}


def write_status(path: Path, finished_at: datetime, outcome: BuildReport | FeedsvcError) -> None:
    """Replace what is known of the last build by the outcome of this one, and add it to the history beside it.

    A failure leaves the last success in its place.
    """
    status = read_status(path)
    note_run(path.with_name(BUILDS_FILE), describe_run(status.get("last_build"), finished_at, outcome))
    if isinstance(outcome, BuildReport):
        builds = _add_build(status.get("builds"), outcome.duration_s)
        status = {"next_run": status.get("next_run"), "last_build": outcome.as_status(), "builds": builds}
        status["built_at"] = format_instant(finished_at)
        status["error"] = None
    else:
        status["error"] = {"message": str(outcome), "at": finished_at.isoformat(timespec="seconds")}
    _replace(path, status)


def read_last_build(path: Path) -> tuple[str, datetime | None]:
    """Return when the last build that did not fail ended, and when the next waiting post goes live as it said."""
    status = read_status(path)
    build = status.get("last_build")
    when = build.get("next_change") if isinstance(build, dict) else None
    return str(status.get("built_at", "")), datetime.fromisoformat(when) if isinstance(when, str) else None


def format_instant(instant: datetime) -> str:
    """Return an instant as the status tells it; fine enough that no two builds end at the same one."""
    return instant.isoformat(timespec="milliseconds")


def _add_build(before: object, duration_s: float) -> dict[str, float]:
    """Return how many builds there were and how many seconds they took, this one included."""
    known = before if isinstance(before, dict) else {"count": 0, "seconds": 0.0}
    return {"count": known["count"] + 1, "seconds": round(known["seconds"] + duration_s, 3)}


def write_next_run(path: Path, next_run: datetime | None) -> None:
    """Note when the scheduler looks next; None when none is running."""
    status = read_status(path)
    status["next_run"] = next_run.isoformat(timespec="seconds") if next_run else None
    _replace(path, status)


def _replace(path: Path, status: dict[str, object]) -> None:
    replace_json(path, {"version": _VERSION, **status}, what="the status")
