"""`feedsvc init`: look at a directory and write the configuration that suits it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from feedsvc.errors import ConfigError

_FILE = "feedsvc.toml"
_POSTS_DIRS = ("_posts", "posts", "content/posts", "content", "source/_posts", ".")


@click.command()
@click.argument("directory", default=".", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a feedsvc.toml that is there.")
def init(directory: Path, *, force: bool) -> None:
    """Write a commented feedsvc.toml for DIRECTORY.

    The configuration of a Jekyll, Hugo, Zola, Hexo or Eleventy site is read; else DIRECTORY is a folder of posts.
    """
    from feedsvc.config.plan import PLACEHOLDER_URL

    target = directory / _FILE
    if target.exists() and not force:
        raise ConfigError(str(target), "is there already", "edit it, or replace it with --force")
    plan = _plan(directory)
    _write(target, plan)
    build = "feedsvc build" if directory.resolve() == Path.cwd() else f"feedsvc --config {target} build"
    click.echo(f"wrote {target}; read it through, then run `{build}`")
    if f'url = "{PLACEHOLDER_URL}"' in plan:
        click.echo("[site] url is a placeholder that works on this machine only: write the site's own before you build")


def _plan(directory: Path) -> str:
    from feedsvc.config.plan import plan_folder, plan_jekyll, plan_other
    from feedsvc.posts.generators.others import find_other_site
    from feedsvc.posts.jekyll.config import read_jekyll_config

    name = directory.resolve().name
    other = find_other_site(directory)
    if other is not None:
        return plan_other(name, other.tables, other.notes)
    jekyll = read_jekyll_config(directory)
    if jekyll is not None:
        return plan_jekyll(
            name,
            jekyll.site,
            jekyll.posts,
            jekyll.notes,
            feeds=jekyll.feeds,
            jekyll=jekyll.jekyll,
            tables=jekyll.tables,
        )
    return plan_folder(name, next(posts for posts in _POSTS_DIRS if (directory / posts).is_dir()))


def _write(target: Path, text: str) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise ConfigError(str(target), f"cannot be written: {error.strerror}", "check the directory") from error
