"""`feedsvc check`: read and validate posts without publishing, and mend what cannot be mended wrongly."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedsvc.cli.state import EXIT_REJECTED, State, posts_prefix

if TYPE_CHECKING:
    from feedsvc.checking.problems import Problem
    from feedsvc.cli.checked import Checker
    from feedsvc.config import Settings
    from feedsvc.posts.scan import ScanResult

_FORMS = ("text", "lines", "json", "sarif", "github")
# Cells of a line where nobody says how many there are.
_WIDTH = 100
_COLOURS = {"error": "red", "warning": "yellow", "place": "cyan", "pointer": "green"}


@click.command()
@click.option("--strict", is_flag=True, help="Exit with 3 for warnings too.")
@click.option("--fix", is_flag=True, help="Make the mends that cannot be wrong; tell what is left.")
@click.option("--diff", is_flag=True, help="Print as a diff what --fix would change, and change nothing.")
@click.option("--format", "form", type=click.Choice(_FORMS), help="How it is told; on a terminal text, else lines.")
@click.option("--only-posts", is_flag=True, help="Pass over PATHS that are no posts, as a hook's may be.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def check(
    state: State, paths: tuple[Path, ...], *, strict: bool, fix: bool, diff: bool, form: str | None, only_posts: bool
) -> int:
    """Read and validate posts, all of them or those at PATHS, and publish nothing.

    Prints what is wrong, where, and how to mend it; to people, of many warnings of one kind only the first, unless
    PATHS are named. Exits with 3 if a post would be rejected.
    """
    from feedsvc.cli.checked import Checker

    if fix and diff:
        raise click.UsageError("--fix changes files and --diff does not: name one of them")
    settings = state.settings()
    checker, here = Checker(settings), posts_prefix(settings)
    scan = _scan(checker, settings, paths, only_posts=only_posts)
    form = form or ("text" if sys.stdout.isatty() else "lines")
    if diff:
        problems = _show_difference(checker, scan, here)
        more = ""
    else:
        mended = _mend(checker, scan, settings.posts.dir, here) if fix else 0
        problems = list(checker.problems(scan, here, with_mends=form in ("text", "json")))
        more = _tell(problems, form, files=len(scan.files) + len(scan.errors), whole=bool(paths), here=here)
        if mended:
            click.echo(f"{mended} mended; ", nl=False, err=True)
    return _sum_up(problems, more, strict=strict)


def _sum_up(problems: Sequence[Problem], more: str, *, strict: bool) -> int:
    """Say on stderr how much is wrong, and return the exit code."""
    from feedsvc.report import count

    rejected = sum(problem.is_error for problem in problems)
    warnings = len(problems) - rejected
    click.echo(f"{count(rejected, 'post')} would be rejected, {count(warnings, 'warning')}{more}", err=True)
    return EXIT_REJECTED if rejected or (strict and warnings) else 0


def _show_difference(checker: Checker, scan: ScanResult, here: str) -> list[Problem]:
    """Print what mending would change, and return what is wrong as long as nobody does."""
    from feedsvc.checking.diff import diff_of

    problems: list[Problem] = []
    for each in checker.check(scan):
        mended = checker.mend(each)
        problems += checker.tell(each, here, mended.mends)
        click.echo(diff_of(here + each.path, each.data, mended.data), nl=False)
    return problems


def _mend(checker: Checker, scan: ScanResult, directory: Path, here: str) -> int:
    """Write mended files, say what was done to each or why it was left alone, and return how many were written."""
    from feedsvc.posts.rewriting import replace_source

    written = 0
    for each in checker.check(scan):
        mended = checker.mend(each)
        if not mended.mends:
            continue
        try:
            replace_source(directory, each.path, each.data, mended.data)
        except OSError as error:
            reason = error.strerror.lower() if error.strerror else str(error)
            click.echo(f"{here}{each.path}: it could be mended, and was left alone: {reason}", err=True)
            continue
        written += 1
        for mend in mended.mends:
            line = f":{mend.finding.line}:{mend.finding.column}" if mend.finding.line else ""
            click.echo(f"{here}{each.path}{line}: mended: {mend.what}", err=True)
    return written


def _tell(problems: Sequence[Problem], form: str, *, files: int, whole: bool, here: str) -> str:
    """Print the problems in one form, and return what is to be said of them besides."""
    lines = list(_lines(problems, form, files=files, whole=whole))
    for line in lines:
        click.echo(line)
    more = ""
    mendable = sum(problem.mendable for problem in problems)
    if form == "text" and mendable:
        more += f"; {mendable} can be mended by --fix, and --diff shows how"
    if not whole and form in ("text", "lines") and lines != list(_lines(problems, form, files=files, whole=True)):
        more += f"; `feedsvc check {here.rstrip('/') or '.'}` tells each"
    return more


def _lines(problems: Sequence[Problem], form: str, *, files: int, whole: bool) -> Iterator[str] | Sequence[str]:
    """Return the lines of one form; modules of the others are not imported."""
    if form == "json":
        from feedsvc.checking.formats.asjson import json_of

        return (json_of(problems, files=files),)
    if form == "sarif":
        from feedsvc.checking.formats.sarif import sarif_of

        return (sarif_of(problems, version=version("feedsvc")),)
    if form == "github":
        from feedsvc.checking.formats.github import github_of

        return github_of(problems)
    if form == "lines":
        from feedsvc.checking.formats.lines import lines_of

        return lines_of(problems, whole=whole)
    from feedsvc.checking.formats.text import text_of

    return text_of(problems, width=shutil.get_terminal_size((_WIDTH, 0)).columns, whole=whole, paint=_paint)


def _paint(part: str, text: str) -> str:
    """Colour a part of the page; click takes colours off where there is no terminal."""
    return text if "NO_COLOR" in os.environ else click.style(text, fg=_COLOURS[part])


def _scan(checker: Checker, settings: Settings, paths: Sequence[Path], *, only_posts: bool) -> ScanResult:
    """List the posts that are wanted; with ``only_posts``, those of PATHS that are posts."""
    directory = settings.posts.dir.resolve()
    inside = [path for path in paths if path.resolve().is_relative_to(directory)]
    if not only_posts and (strangers := [path for path in paths if path not in inside]):
        message = f"{strangers[0]} is not below the posts directory {settings.posts.dir}"
        raise click.BadParameter(message, param_hint="PATHS")
    wanted = [path.resolve().relative_to(directory).as_posix() for path in inside]
    if not paths or "." in wanted:
        return checker.scan(None)
    scan = checker.scan(wanted)
    files = tuple(file for file in scan.files if _is_wanted(file.path, wanted))
    errors = tuple(error for error in scan.errors if _is_wanted(error.path, wanted))
    known = [*(file.path for file in files), *(error.path for error in errors)]
    for path in wanted:
        if not only_posts and not any(_is_wanted(each, [path]) for each in known):
            patterns = ", ".join(settings.posts.patterns)
            raise click.BadParameter(f"{path} is no post: [posts] patterns are {patterns}", param_hint="PATHS")
    return replace(scan, files=files, errors=errors)


def _is_wanted(path: str, wanted: Sequence[str]) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in wanted)
