"""The history of builds: a line for each, of those that found nothing to do only how many there were.

Appended to, so that a build which found nothing to do writes some 100 bytes; folded together when the file has grown.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from feedsvc.errors import FeedsvcError
from feedsvc.report import BuildReport, Rejected
from feedsvc.status.files import replace_text

_log = logging.getLogger(__name__)

BUILDS_FILE = "builds.jsonl"

MOST_RUNS = 200
"""Builds that are remembered; those that found nothing to do come on top."""

_MOST_NAMED = 20
_LONGEST_TEXT = 400
# Bytes: it is folded when it is longer than the first, to no more than the second.
_LARGEST, _FOLDED = 262_144, 131_072


class Run(NamedTuple):
    """One build, or as many ``times`` in a row as they found nothing to do or failed in the same way.

    A tuple, since a build that finds nothing to do would spend more on making a dataclass of it than on all else here.

    ``at`` is when the last of them ended and ``since`` when the first did, aware. ``posts`` are live, of which there
    were ``posts_before``. ``written`` and ``removed`` are the first twenty of so many documents, by URL path;
    ``newly_rejected`` and ``mended`` the first twenty of so many posts; ``rejected`` and ``warnings`` are all that
    stand. ``message`` says why it failed.
    """

    kind: Literal["changed", "idle", "failed"]
    at: datetime
    since: datetime
    times: int = 1
    duration_s: float = 0.0
    posts: int = 0
    posts_before: int = 0
    written: tuple[str, ...] = ()
    written_count: int = 0
    removed: tuple[str, ...] = ()
    removed_count: int = 0
    rejected: int = 0
    newly_rejected: tuple[Rejected, ...] = ()
    newly_rejected_count: int = 0
    mended: tuple[str, ...] = ()
    mended_count: int = 0
    warnings: int = 0
    message: str = ""


def describe_run(before: object, at: datetime, outcome: BuildReport | FeedsvcError) -> Run:
    """Say what a build that ended at ``at`` changed; ``before`` is the last build that did not fail, as JSON values."""
    if not isinstance(outcome, BuildReport):
        return Run(kind="failed", at=at, since=at, message=_cut(str(outcome)))
    known = before if isinstance(before, Mapping) else {}
    faults = {(each.get("path"), each.get("reason")) for each in known.get("rejected", ())}
    paths = {each.path for each in outcome.rejected}
    new = [each for each in outcome.rejected if (each.path, each.reason) not in faults]
    mended = sorted({path for path, _ in faults} - paths)
    posts_before = known.get("posts", 0)
    changed = outcome.written or outcome.removed or new or mended or posts_before != outcome.posts
    return Run(
        kind="changed" if changed else "idle",
        at=at,
        since=at,
        duration_s=round(outcome.duration_s, 3),
        posts=outcome.posts,
        posts_before=posts_before,
        written=outcome.written[:_MOST_NAMED],
        written_count=len(outcome.written),
        removed=outcome.removed[:_MOST_NAMED],
        removed_count=len(outcome.removed),
        rejected=len(outcome.rejected),
        newly_rejected=tuple(
            replace(each, reason=_cut(each.reason), hint=_cut(each.hint)) for each in new[:_MOST_NAMED]
        ),
        newly_rejected_count=len(new),
        mended=tuple(mended[:_MOST_NAMED]),
        mended_count=len(mended),
        warnings=len(outcome.warnings) + len(outcome.feed_warnings),
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def note_run(path: Path, run: Run) -> None:
    """Add a build to the history; a failure is logged and costs this line only."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(_dump(run))
            size = file.tell()
    except OSError as error:
        _log.warning("%s: the history of builds cannot be written: %s", path, error.strerror)
        return
    if size > _LARGEST:
        replace_text(path, "".join(_newest_lines(read_runs(path))), what="the history of builds")


def _newest_lines(runs: Iterable[Run]) -> list[str]:
    """Return the lines of the newest runs, oldest first, as many as there is room for."""
    lines, size = [], 0
    for run in runs:
        line = _dump(run)
        size += len(line.encode())
        if size > _FOLDED:
            break
        lines.append(line)
    return lines[::-1]


def read_runs(path: Path) -> tuple[Run, ...]:
    """Return the history, newest first; what cannot be read is left out."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return ()
    runs = fold_runs(run for line in reversed(lines) if (run := _parse(line)))
    return tuple(_newest(runs))


def _newest(runs: Iterable[Run]) -> Iterator[Run]:
    told = 0
    for run in runs:
        if run.kind != "idle":
            told += 1
            if told > MOST_RUNS:
                return
        yield run


def fold_runs(runs: Iterable[Run]) -> Iterator[Run]:
    """Make one of those in a row, newest first, that found nothing to do, or failed for one reason."""
    last: Run | None = None
    for run in runs:
        if last is None:
            last = run
        elif run.kind != "changed" and (run.kind, run.message) == (last.kind, last.message):
            last = last._replace(times=last.times + run.times, since=run.since)
        else:
            yield last
            last = run
    if last is not None:
        yield last


def _dump(run: Run) -> str:
    """Return a line of JSON without what is as it is by default."""
    fields: dict[str, object] = {"kind": run.kind, "at": run.at.isoformat(timespec="milliseconds")}
    if run.since != run.at:
        fields["since"] = run.since.isoformat(timespec="milliseconds")
    for name, default in _DEFAULTS.items():
        value = getattr(run, name)
        if value != default:
            fields[name] = value
    if run.newly_rejected:
        fields["newly_rejected"] = [
            {name: getattr(each, name) for name in Rejected.__dataclass_fields__} for each in run.newly_rejected
        ]
    return json.dumps(fields, ensure_ascii=False) + "\n"


_DEFAULTS = {name: default for name, default in Run._field_defaults.items() if name != "newly_rejected"}
_TUPLES = ("written", "removed", "mended")


def _parse(line: bytes) -> Run | None:
    """Return what a line says; None for one that was cut off, or of another version."""
    try:
        fields: dict[str, Any] = json.loads(line)
        fields["at"] = datetime.fromisoformat(fields["at"])
        fields["since"] = datetime.fromisoformat(fields["since"]) if "since" in fields else fields["at"]
        fields["newly_rejected"] = tuple(Rejected(**each) for each in fields.get("newly_rejected", ()))
        fields.update((name, tuple(fields[name])) for name in _TUPLES if name in fields)
        return Run(**fields)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
