"""`feedsvc status`: what is published, what was rejected, and when the next run is."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from typing import Any

import click

from feedsvc.cli.state import State, now, posts_prefix
from feedsvc.report import Rejected

_PATIENCE = timedelta(seconds=10)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
@click.pass_obj
def status(state: State, *, as_json: bool) -> None:
    """Tell what is published: feeds, entries, last build, rejected posts, next run."""
    from feedsvc.model import LIST
    from feedsvc.publish.store import load_previous
    from feedsvc.status import SERVICE_FILE, STATUS_FILE, read_service, read_status

    settings = state.settings()
    known: dict[str, Any] = read_status(settings.state.dir / STATUS_FILE)
    manifest = load_previous(settings.publish.dir)
    service = read_service(settings.state.dir / SERVICE_FILE)
    # What a service that was killed told last is not told any more.
    if service and service.standby_of and is_running(service.pid):
        known["standby_of"] = service.standby_of
    feeds = [
        {"path": each.path, "title": each.title, "entries": each.entry_count}
        for each in manifest.representations.values()
        if not each.alias_of and each.feed[0] != LIST
    ]
    if as_json:
        click.echo(json.dumps({"snapshot": manifest.snapshot, "documents": feeds, **known}, ensure_ascii=False))
        return
    _print_for_people(feeds, manifest.snapshot, known, posts_prefix(settings))


def is_running(pid: int) -> bool:
    """Tell whether there is a process with this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _print_for_people(feeds: list[dict[str, Any]], snapshot: str, known: dict[str, Any], posts: str) -> None:
    build = known.get("last_build") or {}
    click.echo(f"edition    {snapshot or 'none yet; run `feedsvc build`'}")
    click.echo(f"last build {known.get('built_at', 'none')}")
    if known.get("error"):
        click.echo(f"failed     {known['error']['at']}: {known['error']['message']}")
    if known.get("standby_of"):
        click.echo(f"standby    {known['standby_of']} holds the lease of the object store, and builds")
    click.echo(f"next run   {_tell_next_run(known.get('next_run'))}")
    click.echo(f"posts      {build.get('posts', 0)} live, {len(build.get('rejected', ()))} rejected")
    for rejected in build.get("rejected", ()):
        click.echo(f"  {posts}{Rejected(**rejected)}")
    click.echo(f"documents  {len(feeds)}")
    width = max((len(feed["path"]) for feed in feeds), default=0)
    for feed in feeds:
        click.echo(f"  {feed['path']:<{width}}  {feed['entries']:>5} entries  {feed['title']}")


def _tell_next_run(next_run: str | None) -> str:
    if next_run is None:
        return "not scheduled (feedsvc serve is not running)"
    late = now() - datetime.fromisoformat(next_run)
    return f"{next_run} is past (feedsvc serve is busy, or it was killed)" if late > _PATIENCE else next_run
