"""`feedsvc export` and `feedsvc import`: the ledger as a file, and what opens the ledger for a command."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from feedsvc.cli.state import State

if TYPE_CHECKING:
    from feedsvc.config import Settings
    from feedsvc.ledger import Ledger
    from feedsvc.ledger.transfer import Import

Command = TypeVar("Command", bound=Callable[..., Any])

_PIECE = 1 << 20


def wait_option(command: Command) -> Command:
    """Add the option to wait for a build, as `feedsvc build` has it."""
    option = click.option("--wait", type=click.FloatRange(min=0), default=0.0, help="Wait SECONDS for a build to end.")
    return option(command)


@contextmanager
def held_ledger(settings: Settings, wait: float, *, create: bool = False) -> Iterator[Ledger]:
    """Hold the build lock and the ledger for the length of the block; the caller commits.

    Raises LockHeldError, and LedgerError where there is no ledger and none is to be created.
    """
    from feedsvc.errors import LedgerError
    from feedsvc.ledger import open_ledger
    from feedsvc.lock import build_lock

    path = settings.state.dir / "ledger.sqlite3"
    if not (create or path.exists()):
        raise LedgerError(str(path), "there is no ledger", "run `feedsvc build` first, or check [state] dir")
    with build_lock(settings.state.dir / "build.lock", wait=wait), closing(open_ledger(path)) as ledger:
        yield ledger


@contextmanager
def spooled_output() -> Iterator[Callable[[str], None]]:
    """Take text that goes to stdout, in UTF-8, when the block has ended: nobody who reads slowly holds up a build."""
    with tempfile.TemporaryFile() as spool:

        def write(text: str) -> None:
            spool.write(text.encode("utf-8", "surrogateescape"))

        yield write
        spool.seek(0)
        shutil.copyfileobj(spool, sys.stdout.buffer, _PIECE)


def print_all(settings: Settings, wait: float, lines: Callable[[Ledger], Iterable[str]]) -> None:
    """Print the lines that are made of the ledger, once they are all made."""
    with spooled_output() as write, held_ledger(settings, wait) as ledger:
        for line in lines(ledger):
            write(line)


@click.command("export")
@wait_option
@click.pass_obj
def export(state: State, *, wait: float) -> None:
    """Print all of the ledger as JSON Lines: what cannot be derived from the posts again.

    That is the ids, when entries went live, the last good versions of rejected posts, what was withdrawn, the names
    of categories and tags, and the addresses that are gone. The same ledger prints the same bytes.
    """
    from feedsvc.ledger.transfer import export_ledger

    print_all(state.settings(), wait, export_ledger)


@click.command("import")
@click.option("--merge", is_flag=True, help="Add what the ledger lacks; what it knows stays as it is.")
@wait_option
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def import_(state: State, file: BinaryIO, *, merge: bool, wait: float) -> None:
    """Take in what `feedsvc export` printed: FILE, or - for standard input.

    The ledger has to be empty, unless --merge says that it is to be completed. A file that is damaged, cut off, or of
    a later format changes nothing.
    """
    from feedsvc.ledger.file import LedgerFile
    from feedsvc.ledger.transfer import import_ledger

    settings = state.settings()
    with held_ledger(settings, wait, create=True) as ledger:
        outcome = import_ledger(ledger, LedgerFile(file.name, file), merge=merge)
        ledger.commit()
    click.echo(_tell(outcome))


def _tell(outcome: Import) -> str:
    from feedsvc.cli.shell import shell_word
    from feedsvc.report import count

    told = f"imported {count(outcome.added.get('entry', 0), 'id')}"
    others = sum(outcome.added.values()) - outcome.added.get("entry", 0)
    told += f" and {count(others, 'other record')}; {count(outcome.known, 'record')} known before"
    lines = [f"{told}; the next build reads every post again"]
    lines += [f"{shell_word(id_)}: the file of this id has another one here, which stays" for id_ in outcome.pathless]
    return "\n".join(lines)
