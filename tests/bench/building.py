"""A site in a directory of its own, the command that builds it, and what it has published."""

from __future__ import annotations

import heapq
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora import replace_file
from measure import Cost, look_of, run

COMMAND = (sys.executable, "-m", "feedsvc", "--quiet")
# The index reads a file again that was younger than 2 s when it was read: old files are the usual case.
SETTLE_S = 2.1
_ENTRY_ID = re.compile(rb"<entry\b.*?<id>(.*?)</id>", re.DOTALL)
_TOLD = ("rejected", "warnings")
_NUMBER = re.compile(r"[0-9]+")
_LIKE_OTHERS = {"formats": '["atom", "rss"]', "min_entries": "50", "max_entries": "50"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a build cost, what ``--json`` told, and how many files of the published tree and the state it wrote."""

    cost: Cost
    report: dict[str, Any]
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """Builds of one kind, one after the other."""

    kind: str
    builds: tuple[Build, ...]

    @property
    def costs(self) -> list[Cost]:
        return [build.cost for build in self.builds]


class Site:
    """A site, and the changes that people make to it.

    ``rejected`` are the files that cannot be published, ``saved`` is ``time.perf_counter()`` at the last rename.
    """

    def __init__(self, directory: Path) -> None:
        self.directory, self.posts, self.public = directory, directory / "_posts", directory / "public"
        self.rejected: frozenset[str] = frozenset()
        self.saved = 0.0
        self._newest: list[str] = []
        self._changes = 0

    def init(self, *, like_others: bool) -> None:
        """Configure the site and wait until its files are old enough.

        ``like_others``: the feeds that the bare script writes, RSS and Atom of 50 entries, not those of the defaults.
        """
        run([*COMMAND, "init", "--force", "."], self.directory)
        configuration = self.directory / "feedsvc.toml"
        text = configuration.read_text(encoding="utf-8")
        for name, value in _LIKE_OTHERS.items() if like_others else ():
            text, found = re.subn(rf"^(?:# )?{name} = .*$", f"{name} = {value}", text, count=1, flags=re.MULTILINE)
            assert found, f"`feedsvc init` writes no option {name} any more"
        configuration.write_text(text, encoding="utf-8")
        time.sleep(SETTLE_S)

    def build(self, kind: str, repeat: int, prepare: Callable[[], None]) -> Builds:
        """Build ``repeat`` times, each time after ``prepare``."""
        builds = []
        for _ in range(repeat):
            prepare()
            before = self._files()
            cost, out, _ = run([*COMMAND, "build", "--json"], self.directory, self.public / "manifest.json")
            report = json.loads(out)
            # Of a large site these are long; who needs them takes them from the first build.
            self.rejected = self.rejected or frozenset(post["path"] for post in report["rejected"])
            report = {name: value for name, value in report.items() if name not in _TOLD}
            builds.append(Build(cost=cost, report=report, files=len(self._files() - before)))
        return Builds(kind=kind, builds=tuple(builds))

    def _files(self) -> set[tuple[str, tuple[int, int, int] | None]]:
        folders = [folder for name in ("public", "var") for folder in os.walk(self.directory / name)]
        paths = [f"{folder}/{name}" for folder, _, names in folders for name in names]
        return {(path, look_of(Path(path))) for path in paths}

    def forget(self) -> None:
        """Delete what was built and what is remembered."""
        for name in ("public", "var"):
            shutil.rmtree(self.directory / name, ignore_errors=True)

    def watches(self) -> bool:
        """Tell whether this feedsvc knows how to watch the posts: an option that ``init`` writes down."""
        text = (self.directory / "feedsvc.toml").read_text(encoding="utf-8")
        return re.search(r"^#? ?watch = ", text, re.MULTILINE) is not None

    def newest(self, place: int) -> Path:
        """Return a post of the newest dates that can be published; ``place`` counts from 0, removed ones too."""
        if not self._newest:
            with os.scandir(self.posts) as entries:
                names = (entry.name for entry in entries if entry.name not in self.rejected)
                # Of one day the highest number is the newest, as it is in feeds.
                self._newest = heapq.nlargest(64, names, key=lambda name: _NUMBER.sub(lambda m: m[0].zfill(9), name))
        return self.posts / self._newest[place]

    def edit(self) -> bytes:
        """Add a paragraph to the newest post; return a word of it."""
        return self._save(self.newest(0), self.newest(0))

    def backdate(self) -> bytes:
        """Add a post, dated 2001; return a word of it."""
        return self._save(self.newest(0), self.posts / f"2001-01-{self._changes % 28 + 1:02}-late{self._changes}.md")

    def _save(self, like: Path, path: Path) -> bytes:
        self._changes += 1
        word = f"bench-change-{self._changes}-"
        self.saved = replace_file(path, like.read_bytes() + f"\n\n<p>{word}</p>\n".encode())
        return word.encode()

    def holds(self, word: bytes) -> bool:
        """Tell whether the site's Atom feed holds the word."""
        return word in self._atom()

    def ids(self) -> frozenset[bytes]:
        """Return the ids of the entries in the site's Atom feed."""
        return frozenset(_ENTRY_ID.findall(self._atom()))

    def _atom(self) -> bytes:
        return (self.public / "atom.xml").read_bytes()
