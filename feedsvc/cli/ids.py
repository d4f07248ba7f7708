"""`feedsvc ids`: the ids that entries have for ever, listed and, where one went wrong, mended."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedsvc.cli.ledger import held_ledger, print_all, wait_option
from feedsvc.cli.shell import shell_word
from feedsvc.cli.state import State, now

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.index.posts import FeedKey
    from feedsvc.mending import GivenId, Mend, Mender


@click.group(invoke_without_command=True)
@click.option("--path", default="", metavar="TEXT", help="List those whose path holds TEXT.")
@click.option("--id", "id_", default="", metavar="TEXT", help="List those whose id holds TEXT.")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON array, an object a line.")
@wait_option
@click.pass_context
def ids(context: click.Context, path: str, id_: str, *, as_json: bool, wait: float) -> None:
    """List the ids that were given, with the path of each and since when it is live or withdrawn.

    An id is for ever: no command forgets one, since who holds an entry by it would take the next one for the same.
    A PATH is relative to the posts directory, or to where you are.
    """
    if context.invoked_subcommand is not None:
        return
    from feedsvc.mending import list_ids

    show = _as_json if as_json else _for_people
    print_all(context.obj.settings(), wait, lambda ledger: show(list_ids(ledger, path, id_)))


def _for_people(given: Iterable[GivenId]) -> Iterator[str]:
    for each in given:
        since = f"live {_day(each.live_at)}" if each.withdrawn_at is None else f"gone {_day(each.withdrawn_at)}"
        yield f"{since}  {shell_word(each.path) if each.path else '-'}  {shell_word(each.id)}\n"


def _as_json(given: Iterable[GivenId]) -> Iterator[str]:
    mark = "["
    for each in given:
        values = {
            "path": each.path or None,
            "id": each.id,
            "live_at": _instant(each.live_at),
            "withdrawn_at": None if each.withdrawn_at is None else _instant(each.withdrawn_at),
        }
        yield f"{mark}\n{json.dumps(values, ensure_ascii=False)}"
        mark = ","
    yield "[]\n" if mark == "[" else "\n]\n"


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%MZ}"


def _instant(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


@ids.command("set")
@click.argument("path")
@click.argument("id_", metavar="ID")
@wait_option
@click.pass_obj
def set_(state: State, path: str, id_: str, *, wait: float) -> None:
    """Give the post at PATH the id ID: a new one, or that of a post which is withdrawn.

    Readers who have seen the post by its former id see it once more, and are told that the former one is gone.
    """
    settings = state.settings()
    with _mender(settings, wait) as mender:
        outcome = mender.set_id(_known_path(settings, mender, path), id_)
    click.echo(_tell(outcome))


@ids.command("move")
@click.argument("old_path")
@click.argument("new_path")
@wait_option
@click.pass_obj
def move(state: State, old_path: str, new_path: str, *, wait: float) -> None:
    """Let the post at NEW_PATH continue the id that the one at OLD_PATH had.

    For a file that was renamed and rewritten in one go, so that nothing told that it is the same post.
    """
    settings = state.settings()
    with _mender(settings, wait) as mender:
        old, new = (_known_path(settings, mender, path) for path in (old_path, new_path))
        outcome = mender.move(old, new)
    click.echo(_tell(outcome))


@contextmanager
def _mender(settings: Settings, wait: float) -> Iterator[Mender]:
    """Hold the ledger in the hands of who mends it; what was done is durable at the end of the block."""
    from feedsvc.mending import Mender

    with held_ledger(settings, wait) as ledger, _feeds_of(settings) as feeds_of:
        directory = settings.posts.dir
        yield Mender(ledger=ledger, feeds_of=feeds_of, is_there=lambda path: (directory / path).exists(), now=now())
        ledger.commit()


@contextmanager
def _feeds_of(settings: Settings) -> Iterator[Callable[[str], frozenset[FeedKey]]]:
    """Return what tells the feeds of a post: only the index knows, and where it is lost, nobody does."""
    from feedsvc.index import open_index

    path = settings.state.dir / "index.sqlite3"
    if not path.exists():
        yield lambda _: frozenset()
        return
    with closing(open_index(path)) as index:
        yield index.posts.feeds_of


def _known_path(settings: Settings, mender: Mender, path: str) -> str:
    """Return a path as the ledger writes it: as given where it is known or there, else as seen from here."""
    if mender.knows(path) or mender.is_there(path):
        return path
    seen = Path(os.path.abspath(path))  # noqa: PTH100 (resolve would follow links)
    root = settings.posts.dir.absolute()
    return seen.relative_to(root).as_posix() if seen.is_relative_to(root) and seen != root else path


def _tell(outcome: Mend) -> str:
    from feedsvc.report import count

    path, id_ = shell_word(outcome.path), shell_word(outcome.id)
    if not outcome.changed:
        return f"{path}: is {id_} already; nothing was changed"
    lines = [f"{path}: is {id_} from the next build on"]
    if outcome.gone:
        shown, gone = count(len(outcome.feeds), "feed"), shell_word(outcome.gone)
        lines.append(f"{shown} will show it by this id, and tell that {gone} is gone")
        lines.append("readers who have seen it by that one see it once more")
    return "\n".join(lines)
