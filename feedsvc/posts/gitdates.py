"""When files were first committed, by one `git log` for all of them. The only home of git.

A repository is hostile input: it can name programs in its configuration, and no such thing is run here. Nothing is
fetched either, so a partial clone tells what it has.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

_SECONDS = 60.0
_MOST_BYTES = 64_000_000
# Of git's environment only what says whose configuration is read: GIT_DIR is set in hooks, and is another's.
_KEPT = ("GIT_CONFIG_", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES")
_QUIET = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_GIT = (
    *("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "i18n.logOutputEncoding=UTF-8"),
)
_LOG = (
    *("log", "-z", "--name-only", "--diff-filter=A", "--no-renames", "--relative", "--no-ext-diff", "--no-textconv"),
    *("--no-show-signature", "--no-color", "--no-decorate", "--format=tformat:%x01%at", "--", "."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitTrouble:
    """Why git tells no dates, and what to do."""

    reason: str
    hint: str


def first_commits(directory: Path, wanted: Collection[str]) -> Mapping[str, datetime] | GitTrouble:
    """Return when each of ``wanted`` was first committed (its author's date, UTC); those never committed lack.

    Paths are relative to ``directory``. Of a file that was deleted and came again, or came on two branches, the
    earliest date counts.
    """
    trouble = _look_at(directory)
    if trouble is not None:
        return trouble
    told = _run_log(directory)
    return told if isinstance(told, GitTrouble) else _parse(told, frozenset(wanted))


def _environment() -> dict[str, str]:
    others = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return {**others, **_QUIET}


def _look_at(directory: Path) -> GitTrouble | None:
    """Tell what keeps the log from telling the truth, if anything does."""
    try:
        done = subprocess.run(  # noqa: S603 (constants)
            [*_GIT, "rev-parse", "--is-shallow-repository"],
            cwd=directory,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        return GitTrouble(reason="git is not installed", hint="install git, or set [posts] date_from otherwise")
    except (OSError, subprocess.TimeoutExpired) as error:
        return GitTrouble(reason=f"git does not run ({type(error).__name__})", hint="see what `git status` says there")
    if done.returncode:
        return _explain(done.stderr.decode("utf-8", "replace"))
    if done.stdout.strip() != b"false":
        reason = "this clone is shallow, so git knows when the files were cloned, not when they were written"
        return GitTrouble(reason=reason, hint="run `git fetch --unshallow`; in a CI job, clone with the whole history")
    return None


def _explain(message: str) -> GitTrouble:
    if "dubious ownership" in message:
        reason = "git does not trust a repository that belongs to another user"
        return GitTrouble(
            reason=reason, hint="run `git config --global --add safe.directory DIRECTORY` as feedsvc's user"
        )
    if "not a git repository" in message:
        return GitTrouble(
            reason="the posts directory is in no git repository", hint="commit it, or set [posts] date_from otherwise"
        )
    line = next((line for line in message.splitlines() if line.strip()), "it does not say why")
    return GitTrouble(reason=f"git does not answer: {line[:200]}", hint="see what `git log` says there")


def _run_log(directory: Path) -> bytes | GitTrouble:
    """Return what the log says, of bounded length and in bounded time."""
    with subprocess.Popen(  # noqa: S603 (constants)
        [*_GIT, *_LOG],
        cwd=directory,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        timer = Timer(_SECONDS, process.kill)
        timer.start()
        try:
            told = process.stdout.read(_MOST_BYTES + 1)
        finally:
            timer.cancel()
        if len(told) > _MOST_BYTES:
            process.kill()
    if len(told) > _MOST_BYTES:
        reason = f"the log of git is longer than {_MOST_BYTES:,} bytes"
        return GitTrouble(reason=reason, hint="write dates into the posts")
    if process.returncode:
        reason = f"`git log` ended with {process.returncode}, or took more than {_SECONDS:.0f} s"
        return GitTrouble(reason=reason, hint="see what `git log` says there; `git gc` makes it faster")
    return told


def _parse(told: bytes, wanted: frozenset[str]) -> dict[str, datetime]:
    """Read U+0001 and the seconds, a line feed, and the names of the files of each commit, all ended by NUL."""
    first: dict[str, int] = {}
    seconds: int | None = None
    for part in told.split(b"\0"):
        if part[:1] == b"\x01":
            seconds = int(part[1:]) if part[1:].isdigit() else None
            continue
        path = os.fsdecode(part.removeprefix(b"\n"))
        if path in wanted and seconds is not None:
            first[path] = min(seconds, first.get(path, seconds))
    return {path: instant for path, seconds in first.items() if (instant := instant_of(seconds)) is not None}


def instant_of(seconds: int) -> datetime | None:
    """Return an instant of the epoch in UTC; None where the calendar has no such day."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None
