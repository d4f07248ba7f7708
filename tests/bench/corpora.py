"""Corpora made once and used again, and directories of posts that share their files without changing them."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Container
from pathlib import Path

from measure import run

# Raised when the generator writes other bytes, so that a directory that is kept is not taken for the new corpus.
_EDITION = 1


def find_corpus(keep: Path, posts: int) -> Path:
    """Return the corpus of so many posts below ``keep``; made by a process of its own, so that this one stays small."""
    corpus = keep / f"corpus-{_EDITION}-{posts}"
    if not corpus.is_dir():
        unfinished = keep / f".corpus-{posts}"
        shutil.rmtree(unfinished, ignore_errors=True)
        cost, _, _ = run(
            [sys.executable, str(Path(__file__).with_name("corpus.py")), str(unfinished), str(posts)], keep
        )
        unfinished.rename(corpus)
        print(f"{posts:,} posts made in {cost.wall_s:.1f} s", flush=True)
    return corpus


def copy_corpus(corpus: Path, directory: Path) -> None:
    """Have a site of its own in ``directory``: the corpus, without what feedsvc made there, its posts as links."""
    ignored = shutil.ignore_patterns("feedsvc.toml", "public", "var", "_posts", ".git")
    shutil.copytree(corpus, directory, ignore=ignored)
    link_posts(corpus / "_posts", directory / "_posts", frozenset())


def link_posts(source: Path, target: Path, without: Container[str]) -> None:
    """Link the files of ``source`` into ``target``, or copy them where the file system is another one.

    Who changes a file there has to replace it (:func:`replace_file`).
    """
    target.mkdir(parents=True)
    take = os.link if source.stat().st_dev == target.stat().st_dev else shutil.copy2
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_file() and entry.name not in without:
                take(entry.path, target / entry.name)


def read_once(directory: Path) -> None:
    """Have the system hold the files of ``directory``: who reads them first then pays no more than who reads last."""
    with os.scandir(directory) as entries:
        for entry in entries:
            Path(entry.path).read_bytes()


def replace_file(path: Path, data: bytes) -> float:
    """Save by renaming a file of another directory, so that a link's other names keep the old bytes.

    Returns ``time.perf_counter()`` at the rename.
    """
    aside = path.parent.parent / ".saved"
    aside.write_bytes(data)
    renamed = time.perf_counter()
    aside.replace(path)
    return renamed
