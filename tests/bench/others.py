"""The same posts through the bare script and, where they are installed, Hugo, Jekyll and Pelican."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from bare import EVERY
from corpora import link_posts, replace_file
from measure import Cost, median, plain_environ, run

GENERATORS = Path(__file__).with_name("generators")
BARE = "bare script"
KNOWN = ("hugo", "jekyll", "pelican")
# The formats each writes, as told beside its figures.
_FORMATS = {"hugo": "RSS, Atom", "jekyll": "Atom", "pelican": "Atom"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """What another program took for the corpus and, where that is less, after one edit; ``files`` it wrote."""

    name: str
    costs: tuple[Cost, ...]
    edit: Cost | None
    files: int

    @property
    def cold(self) -> Cost:
        return median(self.costs)


def is_installed(name: str) -> bool:
    """Tell whether the program is on PATH."""
    return shutil.which(name) is not None


def measure_others(
    directory: Path, posts: Path, rejected: Container[str], names: Sequence[str], repeat: int
) -> Iterator[Other]:
    """Measure each program on the posts but the rejected ones, at which most stop; all is below ``directory``."""
    link_posts(posts, directory / "_posts", rejected)
    out = directory / "out"
    command = [sys.executable, str(Path(__file__).with_name("bare.py")), "_posts", "out/bare"]
    costs = tuple(run(command, directory)[0] for _ in range(repeat))
    yield Other(name=BARE, costs=costs, edit=None, files=count_files(out / "bare"))
    _configure(directory, categories=[unquote(path.stem) for path in (out / "bare").glob("*.atom")])
    for name in names:
        cold, _, _ = run(_command(name), directory)
        files = count_files(out / name)
        newest = max((directory / "_posts").iterdir(), key=lambda path: path.name)
        replace_file(newest, newest.read_bytes() + f"\n\n<p>an edit for {name}</p>\n".encode())
        edit, _, _ = run(_command(name), directory)
        yield Other(name=f"{name} {_version(name)} ({_FORMATS[name]})", costs=(cold,), edit=edit, files=files)


def count_files(directory: Path) -> int:
    """Return how many files are below a directory; exit if there is none: the program did nothing."""
    number = sum(path.is_file() for path in directory.rglob("*"))
    return number or sys.exit(f"impossible: nothing was written to {directory}")


def _configure(directory: Path, categories: list[str]) -> None:
    shutil.copytree(GENERATORS / "layouts", directory / "layouts")
    for name in ("hugo.toml", "pelicanconf.py"):
        shutil.copy(GENERATORS / name, directory)
    named = json.dumps(sorted(set(categories) - {EVERY}), ensure_ascii=False)
    text = (GENERATORS / "jekyll.yml").read_text(encoding="utf-8")
    feed = f"feed: {{posts_limit: 50, categories: {named}}}\n"
    (directory / "_config.yml").write_text(text + feed, encoding="utf-8")


def _command(name: str) -> list[str]:
    match name:
        case "hugo":
            return ["hugo", "--quiet", "--destination", "out/hugo"]
        case "jekyll":
            return ["jekyll", "build", "--quiet", "--destination", "out/jekyll"]
        case _:
            return ["pelican", "--quiet", "--settings", "pelicanconf.py", "--output", "out/pelican", "_posts"]


def _version(name: str) -> str:
    command = [name, "version" if name == "hugo" else "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=plain_environ()).stdout
    return next(iter(re.findall(r"v?(\d+\.\d+[\d.]*)[^\n]*$", told.strip())), "?")
