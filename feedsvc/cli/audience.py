"""`feedsvc audience`: who reads, as the service counted it; `feedsvc audience import`: what web servers wrote down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedsvc.cli.state import State, now

if TYPE_CHECKING:
    from datetime import date

    from feedsvc.audience.figures import Figures, Reach
    from feedsvc.audience.logs import Format
    from feedsvc.audience.logtally import Document, Outcome
    from feedsvc.config import Settings


_HEADER = ("feed", "polls", "304", "226", "sent", "saved", "readers a day", "subscribers")


@click.group(invoke_without_command=True)
@click.option("--days", type=click.IntRange(1, 3700), default=30, show_default=True, help="The last days, today too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="For people; a line for each feed and day; or one object.",
)
@click.pass_context
def audience(context: click.Context, *, days: int, form: str) -> None:
    """Tell how often each feed was asked for, and by how many."""
    if context.invoked_subcommand is not None:
        return
    from feedsvc.audience.figures import read_figures, read_rows
    from feedsvc.audience.store import FILE
    from feedsvc.audience.tables import dump_csv, dump_json

    state: State = context.obj
    settings = state.settings()
    store = settings.state.dir / FILE
    today = _find_today(settings)
    if form == "csv":
        # Bytes, so that lines end as RFC 4180 says on every system.
        click.echo(dump_csv(read_rows(store, today=today, days=days)).encode(), nl=False)
        return
    figures = read_figures(store, today=today, days=days)
    if form == "json":
        click.echo(dump_json(figures, _read_titles(settings)), nl=False)
        return
    _print_for_people(figures)


def _find_today(settings: Settings) -> date:
    from feedsvc.audience.salt import Today

    return Today(settings.site.timezone, now)()


def _print_for_people(figures: Figures) -> None:
    if not figures.counted:
        click.echo(
            "nothing was counted in these days; `feedsvc serve` counts, and `feedsvc audience import` reads logs"
        )
        return
    click.echo(f"{figures.first} to {figures.last}")
    rows = [_HEADER, *(_tell(each) for each in (figures.total, *figures.feeds))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    for row in rows:
        numbers = (f"{number:>{width}}" for number, width in zip(row[1:], widths[1:], strict=True))
        click.echo("  ".join((f"{row[0]:<{widths[0]}}", *numbers)))
    for name, subscribers in figures.aggregators:
        click.echo(f"  {name}: {subscribers:,} subscribers")


def _tell(reach: Reach) -> tuple[str, ...]:
    polls = reach.polls
    shares = (f"{100 * part / max(1, polls.polls):.0f} %" for part in (polls.not_modified, polls.im_used))
    counts = (f"{count:,}" for count in (polls.sent, polls.saved, reach.readers, reach.subscribers))
    return (reach.feed or "all", f"{polls.polls:,}", *shares, *counts)


@audience.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "combined", "caddy"]),
    default="auto",
    show_default=True,
    help="nginx's and Apache's combined format, or Caddy's JSON.",
)
@click.pass_obj
def import_logs(state: State, *, files: tuple[Path, ...], form: Format) -> None:
    """Count what is in access logs of a web server that serves the published tree itself; gzip is read too.

    Each line counts once, also if the log has grown or was rotated since the last time. Where the web server passes
    requests on to `feedsvc serve`, they are counted there already: do not import its log.
    """
    from feedsvc.audience.importing import LogImport
    from feedsvc.audience.store import FILE

    settings = state.settings()
    settings.state.dir.mkdir(parents=True, exist_ok=True)
    run = LogImport(
        settings.state.dir / FILE,
        _read_documents(settings),
        zone=settings.site.timezone,
        today=_find_today(settings),
        keep=settings.audience.keep,
        form=form,
    )
    try:
        for file in files:
            click.echo(f"{file}: {_describe(run.read(file))}")
    finally:
        run.finish()


def _describe(outcome: Outcome) -> str:
    parts = [f"{outcome.polls:,} poll{'' if outcome.polls == 1 else 's'} counted"]
    others = {
        "of other requests": outcome.others,
        "older than [audience] keep": outcome.too_old,
        "unreadable": outcome.unreadable,
    }
    parts.extend(f"{lines:,} {what}" for what, lines in others.items() if lines)
    if outcome.known:
        parts.append(f"{outcome.known:,} bytes were read before")
    return ", ".join(parts)


def _read_documents(settings: Settings) -> dict[str, Document]:
    from feedsvc.audience.increments import name_feed
    from feedsvc.audience.logtally import Document
    from feedsvc.publish.store import load_manifest

    known = load_manifest(settings.publish.dir).representations
    return {
        path: Document(
            name_feed(each.feed),
            next((variant.size for variant in each.variants if variant.coding == "gzip"), each.variants[0].size),
        )
        for path, each in known.items()
    }


def _read_titles(settings: Settings) -> dict[str, str]:
    from feedsvc.audience.increments import name_feed
    from feedsvc.errors import ManifestError
    from feedsvc.publish.store import load_manifest

    try:
        known = load_manifest(settings.publish.dir).representations
    except ManifestError:
        return {}
    return {name_feed(each.feed): each.title for each in known.values()}
