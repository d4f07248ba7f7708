"""`feedsvc build`: one scan and publish, for cron, a git hook or a CI job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from feedsvc.cli.progress import show_progress
from feedsvc.cli.state import EXIT_REJECTED, State, now, posts_prefix
from feedsvc.errors import FeedsvcError, LockHeldError
from feedsvc.report import ELSEWHERE, abridge

if TYPE_CHECKING:
    from feedsvc.config import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
@click.option("--strict", is_flag=True, help="Exit with 3 if a post was rejected; the others are published.")
@click.option("--allow-removals", is_flag=True, help="Publish even if more than half of the posts are gone.")
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Wait SECONDS for another build to end.")
@click.pass_obj
def build(state: State, *, as_json: bool, strict: bool, allow_removals: bool, wait: float) -> int:
    """Build the feeds once and publish what changed."""
    from feedsvc.build import build as run_build
    from feedsvc.status import STATUS_FILE, write_status

    settings = state.settings()
    status = settings.state.dir / STATUS_FILE
    try:
        with show_progress(quiet=state.quiet) as progress:
            report = run_build(settings, now=now(), allow_removals=allow_removals, wait=wait, progress=progress)
    except LockHeldError:
        raise
    except FeedsvcError as error:
        if status.parent.is_dir():
            write_status(status, now(), error)
        raise
    write_status(status, now(), report)
    if settings.websub.hubs or settings.purge.to:
        _tell(settings)
    click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else report.summary())
    if not as_json:
        posts = posts_prefix(settings)
        rejected = abridge((f"{posts}{told}" for told in report.rejected), only=ELSEWHERE)
        for line in (*rejected, *abridge(f"{posts}{told}" for told in report.warnings)):
            click.echo(line, err=True)
        for told_of_feed in report.feed_warnings:
            click.echo(told_of_feed, err=True)
    return EXIT_REJECTED if strict and report.rejected else 0


def _tell(settings: Settings) -> None:
    """Tell caches and hubs what changed; the edition is live whatever they say."""
    from feedsvc.telling import tell_published

    try:
        tell_published(settings, now)
    except FeedsvcError as error:
        click.echo(f"caches and hubs are not told: {error}", err=True)
