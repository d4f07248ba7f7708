"""The command line: wires, starts and stops; results go to stdout, the log and errors to stderr.

Commands import what they need when they run: most runs come from cron and find nothing to do.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from feedsvc.cli.audience import audience
from feedsvc.cli.autodiscovery import autodiscovery
from feedsvc.cli.build import build
from feedsvc.cli.check import check
from feedsvc.cli.ids import ids
from feedsvc.cli.init import init
from feedsvc.cli.ledger import export, import_
from feedsvc.cli.serve import serve
from feedsvc.cli.state import State
from feedsvc.cli.status import status
from feedsvc.errors import ConfigError, FeedsvcError, LockHeldError, MendError

EXIT_FAILED, EXIT_USAGE, EXIT_LOCKED = 1, 2, 75


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="The configuration; else FEEDSVC_CONFIG, ./feedsvc.toml, config/feedsvc.toml.",
)
@click.option("--quiet", is_flag=True, help="Log warnings and errors only.")
@click.version_option(package_name="feedsvc")
@click.pass_context
def group(context: click.Context, *, config_file: Path | None, quiet: bool) -> None:
    """Turn a directory of front-matter posts into RSS, Atom and JSON feeds, and serve them.

    \b
    Exit codes: 0 published or nothing to do; 1 the build failed and the last edition stands;
    2 usage or configuration; 3 something was rejected (build --strict, check);
    75 another build holds the lock.
    """  # noqa: D301 (click's own escape: keep the lines of the next paragraph)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING if quiet else logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        force=True,
    )
    context.obj = State(config_file=config_file, quiet=quiet)


for _command in (init, build, serve, check, status, audience, autodiscovery, ids, export, import_):
    group.add_command(_command)


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code; every failure becomes a message on stderr."""
    try:
        code = group.main(args=list(arguments), prog_name="feedsvc", standalone_mode=False)
    except click.exceptions.Abort:
        return EXIT_FAILED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except FeedsvcError as error:
        click.echo(f"feedsvc: {error}", err=True)
        return _exit_code(error)
    except Exception as error:
        # The last line of defence: a traceback helps nobody who runs this.
        if os.environ.get("FEEDSVC_DEBUG"):
            raise
        click.echo(
            f"feedsvc: internal error: {type(error).__name__}: {error}; the last edition stands; "
            "run again with FEEDSVC_DEBUG=1 and report what it prints",
            err=True,
        )
        return EXIT_FAILED
    return code if isinstance(code, int) else 0


def _exit_code(error: FeedsvcError) -> int:
    if isinstance(error, ConfigError | MendError):
        return EXIT_USAGE
    return EXIT_LOCKED if isinstance(error, LockHeldError) else EXIT_FAILED
