"""`feedsvc check`: read and validate posts without publishing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedsvc.cli.state import EXIT_REJECTED, State, posts_prefix

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.model import Finding


@click.command()
@click.option("--strict", is_flag=True, help="Exit with 3 for warnings too.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def check(state: State, paths: tuple[Path, ...], *, strict: bool) -> int:
    """Read and validate posts, all of them or those at PATHS, and publish nothing.

    Prints what is wrong as file:line:column, and how to mend it; of many warnings of one kind only the first, unless
    PATHS are named. Exits with 3 if a post would be rejected.
    """
    from feedsvc.model import PostError
    from feedsvc.report import ELSEWHERE, abridge, count

    settings = state.settings()
    posts = posts_prefix(settings)
    rejected, warnings = list[str](), list[str]()
    for finding in _findings(settings, _relative(settings.posts.dir, paths)):
        if isinstance(finding, PostError):
            rejected.append(f"{posts}{finding}")
        else:
            warnings.append(f"{posts}{replace(finding, reason=f'warning: {finding.reason}')}")
    all_told = [*rejected, *warnings]
    told = all_told if paths else [*abridge(rejected, only=ELSEWHERE), *abridge(warnings)]
    for line in told:
        click.echo(line)
    more = f"; `feedsvc check {posts.rstrip('/') or '.'}` tells each" if told != all_told else ""
    click.echo(f"{count(len(rejected), 'post')} would be rejected, {count(len(warnings), 'warning')}{more}", err=True)
    return EXIT_REJECTED if rejected or (strict and warnings) else 0


def _relative(directory: Path, paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the paths relative to the posts directory; "." stands for all of it."""
    wanted = []
    for path in paths:
        if not path.resolve().is_relative_to(directory.resolve()):
            raise click.BadParameter(f"{path} is not below the posts directory {directory}", param_hint="PATHS")
        wanted.append(path.resolve().relative_to(directory.resolve()).as_posix())
    return tuple(wanted) or (".",)


def _is_wanted(path: str, wanted: Sequence[str]) -> bool:
    return any(each in (".", path) or path.startswith(f"{each}/") for each in wanted)


def _refuse_strangers(settings: Settings, wanted: Sequence[str], known: Sequence[str]) -> None:
    for path in wanted:
        if path != "." and not any(_is_wanted(each, [path]) for each in known):
            patterns = ", ".join(settings.posts.patterns)
            raise click.BadParameter(f"{path} is no post: [posts] patterns are {patterns}", param_hint="PATHS")


def _findings(settings: Settings, wanted: Sequence[str]) -> Iterator[Finding]:
    from feedsvc.model import PostError
    from feedsvc.posts.files import Unread
    from feedsvc.posts.scan import scan_posts
    from feedsvc.readers import make_dater, make_reader
    from feedsvc.records import PostRecord, load_findings
    from feedsvc.undated import NothingRemembered

    scan = scan_posts(
        settings.posts.dir,
        settings.posts.patterns,
        exclude=settings.posts.exclude,
        bundles=settings.posts.generator == "hugo",
    )
    _refuse_strangers(settings, wanted, [*(file.path for file in scan.files), *(error.path for error in scan.errors)])
    reader = make_reader(settings)
    yield from (error for error in scan.errors if _is_wanted(error.path, wanted))
    readings = ([reader.read(Unread(file, ""))] for file in scan.files if _is_wanted(file.path, wanted))
    for batch in make_dater(settings, reader, NothingRemembered()).complete(readings):
        for reading in batch:
            if isinstance(reading.outcome, PostError):
                yield reading.outcome
            elif isinstance(reading.outcome, PostRecord):
                yield from load_findings(reading.outcome.warnings or "[]")
